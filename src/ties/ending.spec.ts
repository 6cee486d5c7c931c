import { describe, expect, it } from '@jest/globals';
import { type Endable, endThen, endedBy, endingCorrected } from './ending.js';

const day = (on: number): string => new Date(Date.UTC(2024, 0, on)).toISOString();
const amendment = { at: 1, by: 'tester', reason: null };
const lasting = (until: string | null): Endable => ({ until, ending: null });
const corrected = (its: Endable, until: string | null): Endable => ({
  until,
  ending: endingCorrected(its.ending, until),
});
const untilAsOf = (its: Endable, on: number): string | null => endThen(its, { validAt: Date.parse(day(on)) }).until;

describe('the end of what lasts', () => {
  it('is told on every date where it was foreseen', () => expect(untilAsOf(lasting(day(9)), 2)).toBe(day(9)));

  it('is told from its date on where somebody ended it', () => {
    const ended = endedBy(lasting(null), day(5), amendment);
    expect([4, 5].map((on) => untilAsOf(ended, on))).toEqual([null, day(5)]);
    expect([4, 5].map((on) => endThen(ended, { validAt: Date.parse(day(on)) }).ending?.by)).toEqual([
      undefined,
      'tester',
    ]);
  });

  it('is the one that was foreseen until somebody ended it, however often they did', () => {
    const once = endedBy(lasting(day(9)), day(5), amendment);
    const twice = endedBy(once, day(3), amendment);
    expect([4, 5].map((on) => untilAsOf(once, on))).toEqual([day(9), day(5)]);
    expect([2, 3].map((on) => untilAsOf(twice, on))).toEqual([day(9), day(3)]);
  });

  it('is none where a correction takes it away', () => {
    const open = corrected(endedBy(lasting(day(9)), day(5), amendment), null);
    expect([4, 5, 9].map((on) => untilAsOf(open, on))).toEqual([null, null, null]);
    expect(open.ending).toBeNull();
  });

  it('is told from the date to which its ending was corrected, and none was foreseen before that', () => {
    const ended = endedBy(lasting(day(9)), day(5), amendment);
    expect([4, 6, 7].map((on) => untilAsOf(corrected(ended, day(7)), on))).toEqual([day(9), day(9), day(7)]);
    expect([4, 10, 12].map((on) => untilAsOf(corrected(ended, day(12)), on))).toEqual([null, null, day(12)]);
  });
});
