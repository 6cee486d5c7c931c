import { describe, expect, it } from '@jest/globals';
import { type Part, type Placed, partOf, turnsOf } from './clocks-v1.js';

describe('what an interaction does to the clocks', () => {
  it.each([
    ['inbound', 'comment', 'opens'],
    ['inbound', 'praise', 'opens'],
    ['inbound', 'meeting', 'stops'],
    ['inbound', 'call', 'stops'],
    ['inbound', 'share', 'ties'],
    ['inbound', 'link', 'ties'],
    ['outbound', 'reply', 'stops'],
    ['outbound', 'call', 'stops'],
    ['outbound', 'link', 'stops'],
    ['observed', 'question', 'opens'],
    ['observed', 'complaint', 'opens'],
    ['observed', 'request', 'opens'],
    ['observed', 'comment', 'ties'],
    ['observed', 'meeting', 'ties'],
  ] as const)('%s, a %s: %s', (direction, act, part) => expect(partOf(direction, act)).toBe(part));
});

const at = (time: number, part: Part, dated = time): Placed => ({ key: time, part, at: dated, countsAt: time });
const told = (...placed: readonly Placed[]) =>
  turnsOf(placed).map(({ openedAt, stoppedAt, acknowledgedAt, early, acknowledgedEarly }) => ({
    ...{ openedAt, stoppedAt, acknowledgedAt },
    ...(early ? { early } : {}),
    ...(acknowledgedEarly ? { acknowledgedEarly } : {}),
  }));

describe('the turns of a conversation', () => {
  it('begin with what comes to us, and end with our answer', () =>
    expect(told(at(1, 'opens'), at(4, 'stops'))).toEqual([{ openedAt: 1, stoppedAt: 4, acknowledgedAt: null }]));
  it('are not begun again by what comes while the ball is with us', () =>
    expect(told(at(1, 'opens'), at(2, 'opens'), at(4, 'stops'))).toEqual([
      { openedAt: 1, stoppedAt: 4, acknowledgedAt: null },
    ]));
  it('are open while nothing answers', () =>
    expect(told(at(0, 'stops'), at(1, 'opens'), at(2, 'ties'), at(3, 'retracted'))).toEqual([
      { openedAt: 1, stoppedAt: null, acknowledgedAt: null },
    ]));
  it('follow each other as often as the ball comes back', () =>
    expect(told(at(1, 'opens'), at(2, 'stops'), at(3, 'stops'), at(5, 'opens'), at(9, 'stops'))).toEqual([
      { openedAt: 1, stoppedAt: 2, acknowledgedAt: null },
      { openedAt: 5, stoppedAt: 9, acknowledgedAt: null },
    ]));
  it('are acknowledged once, the first of them alone, and before the answer', () => {
    const acknowledged = [at(0, 'acknowledges'), at(1, 'opens'), at(2, 'acknowledges'), at(3, 'acknowledges')];
    expect(told(...acknowledged, at(4, 'stops'), at(5, 'opens'), at(6, 'acknowledges'))).toEqual([
      { openedAt: 1, stoppedAt: 4, acknowledgedAt: 2 },
      { openedAt: 5, stoppedAt: null, acknowledgedAt: null },
    ]);
    expect(told(at(1, 'opens'), at(4, 'stops'), at(5, 'acknowledges'))).toEqual([
      { openedAt: 1, stoppedAt: 4, acknowledgedAt: null },
    ]);
  });
  it('are marked where what ends or acknowledges them is dated before they began', () =>
    expect(told(at(3, 'opens'), at(3, 'acknowledges', 2), at(3, 'stops', 1))).toEqual([
      { openedAt: 3, stoppedAt: 3, acknowledgedAt: 3, early: true, acknowledgedEarly: true },
    ]));
  it('are none where nothing comes to us', () => expect(told(at(1, 'stops'), at(2, 'ties'))).toEqual([]));
});
