import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../event-store.js';
import { positionOf } from '../position.js';
import { anEvent } from './contract-events.js';
import { LiveEvents } from './kurrentdb.live-events.js';

const at = (ordinal: number, text = ''): RecordedEvent => ({
  ...anEvent({ text }),
  recordedAt: 0,
  stream: 'a',
  revision: ordinal,
  position: positionOf('0'.repeat(16), ordinal),
  ordinal,
});

const ordinalsOf = (events: readonly RecordedEvent[] | undefined) => events?.map(({ ordinal }) => ordinal);

describe('the newest events of the log', () => {
  it('are those after an ordinal, so many at a time', () => {
    const live = new LiveEvents(10);
    for (const ordinal of [20, 30, 40]) live.add(at(ordinal));
    expect(ordinalsOf(live.after(10, 2))).toEqual([20, 30]);
    expect(ordinalsOf(live.after(30, 2))).toEqual([40]);
    expect(ordinalsOf(live.after(40, 2))).toEqual([]);
  });

  it('are told as missing to whoever is behind them', () => {
    expect(new LiveEvents(10).after(9, 1)).toBeUndefined();
  });

  it('go up to where the log was looked at', () => {
    const live = new LiveEvents(10);
    live.add(at(20));
    live.passed(35);
    live.passed(30);
    expect([live.from, live.upTo]).toEqual([10, 35]);
  });

  it('take no more room than they are given, large events more of it than small ones: the oldest go, and none in between', () => {
    const held = (text: string): number => {
      const live = new LiveEvents(0, 100_000);
      let most = 0;
      for (let ordinal = 1; ordinal <= 1_000; ordinal += 1) {
        live.add(at(ordinal, text));
        const events = live.after(live.from, Infinity) ?? [];
        expect(events.at(-1)?.ordinal).toBe(ordinal);
        expect(events).toHaveLength(ordinal - live.from);
        most = Math.max(most, events.length);
      }
      return most;
    };
    expect(held('')).toBeLessThanOrEqual(200);
    expect(held('x'.repeat(10_000))).toBeLessThanOrEqual(10);
  });
});
