import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../event-store.js';
import { positionOf } from '../position.js';
import { anEvent } from './contract-events.js';
import { RecentEvents } from './recent-events.js';

const recorded = (ordinal: number): RecordedEvent => ({
  ...anEvent(),
  recordedAt: 0,
  stream: 'call-1',
  revision: ordinal - 1,
  position: positionOf('0'.repeat(16), ordinal),
  ordinal,
});

const ring = (from: number, to: number, bytes = 1): RecentEvents => {
  const recent = new RecentEvents();
  for (let ordinal = from; ordinal <= to; ordinal += 1) recent.add(recorded(ordinal), bytes);
  return recent;
};
const ordinals = (events: readonly RecordedEvent[] | undefined) => events?.map(({ ordinal }) => ordinal);

describe('RecentEvents', () => {
  it('gives what follows an ordinal it holds the next of, and nothing of what it cannot know', () => {
    const recent = ring(5, 9);
    expect(ordinals(recent.after(4, 100))).toEqual([5, 6, 7, 8, 9]);
    expect(ordinals(recent.after(6, 2))).toEqual([7, 8]);
    expect([recent.after(3, 100), recent.after(9, 100), new RecentEvents().after(0, 100)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('starts anew where another process wrote in between', () => {
    const recent = ring(1, 3);
    recent.add(recorded(6), 1);
    expect([recent.after(2, 100), recent.after(3, 100)]).toEqual([undefined, undefined]);
    expect(ordinals(recent.after(5, 100))).toEqual([6]);
    const full = ring(1, 4_096);
    full.add(recorded(8_000), 1);
    expect(full.after(5_000, 1)).toBeUndefined();
  });

  it('holds a bounded number of events, and of bytes', () => {
    const many = ring(1, 10_000);
    expect(many.after(10_000 - 4_097, 1)).toBeUndefined();
    expect(ordinals(many.after(10_000 - 4_096, 1))).toEqual([10_000 - 4_095]);
    const large = ring(1, 100, 1024 * 1024);
    expect(large.after(83, 1)).toBeUndefined();
    expect(ordinals(large.after(84, 100))).toEqual(Array.from({ length: 16 }, (_, n) => n + 85));
  });
});
