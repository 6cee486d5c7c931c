import { describe, expect, it } from '@jest/globals';
import { reaches, statusOf } from './goal-status.js';

const judged = { target: 5, direction: 'at-least', from: 100, until: 200, dropped: false } as const;

describe('how a goal stands', () => {
  it.each([
    ['upcoming before its period', 99, null, 'upcoming'],
    ['open in it, however it looks', 100, 7, 'open'],
    ['open to its last moment', 199, 2, 'open'],
    ['met when it is over and the target was reached', 200, 5, 'met'],
    ['missed when it is over and the target was not', 200, 4, 'missed'],
    ['unmeasured when it is over and there was nothing to measure', 200, null, 'unmeasured'],
  ] as const)('is %s', (_, validAt, value, status) => expect(statusOf(judged, value, validAt)).toBe(status));

  it('is dropped whenever it was', () => {
    for (const validAt of [99, 150, 300]) expect(statusOf({ ...judged, dropped: true }, 9, validAt)).toBe('dropped');
  });
});

describe('a target', () => {
  it('is reached from below or not passed, the target included', () => {
    expect([4, 5, 6].map((value) => reaches(value, 5, 'at-least'))).toEqual([false, true, true]);
    expect([4, 5, 6].map((value) => reaches(value, 5, 'at-most'))).toEqual([true, true, false]);
  });
  it('is reached by what differs in its last bits', () => {
    expect(reaches(0.1 + 0.2, 0.3, 'at-most')).toBe(true);
    expect(reaches(1 - 0.7, 0.3, 'at-least')).toBe(true);
  });
  it('is neither where nothing was measured', () => expect(reaches(null, 5, 'at-most')).toBeNull());
});
