import { describe, expect, it } from '@jest/globals';
import { acted, assessed, said, withdrew } from '../../test/golden/standing-facts.js';
import { compareFacts, instantsOf, rungsApart } from './facts-of-standing.js';

describe('the order of facts', () => {
  const ordered = [
    assessed(1, 'critic'),
    said(2, 0.1, 'B'),
    acted(2, null, 'a'),
    said(2, -0.1, 'b'),
    withdrew(2, 9),
    assessed(2, 'neutral', 'Ada', 10),
    said(2.5, 1),
  ];

  it('is by time, then expressions by code unit of their ids, then what persons said as it was recorded', () => {
    for (const turn of ordered.keys()) {
      const shuffled = [...ordered.slice(turn), ...ordered.slice(0, turn)].toReversed();
      expect(shuffled.toSorted(compareFacts)).toEqual(ordered);
    }
  });

  it('holds a fact equal to itself', () => {
    expect(ordered.map((fact) => compareFacts(fact, fact))).toEqual(ordered.map(() => 0));
  });

  it('groups by instant', () => {
    expect([...instantsOf(ordered)].map(({ length }) => length)).toEqual([1, 5, 1]);
    expect([...instantsOf([])]).toEqual([]);
  });
});

describe('the distance of stances', () => {
  it('counts rungs either way', () => {
    expect(rungsApart('critic', 'supporter')).toBe(2);
    expect(rungsApart('advocate', 'detractor')).toBe(4);
    expect(rungsApart('neutral', 'neutral')).toBe(0);
  });

  it('is none from unknown: nothing contradicts', () => {
    expect(rungsApart('unknown', 'advocate')).toBe(0);
  });
});
