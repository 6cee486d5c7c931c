import { describe, expect, it } from '@jest/globals';
import { acted, assessed, dayMs, said, withdrew } from '../../test/golden/standing-facts.js';
import { type Rung, advocacyV1, conversionId } from './advocacy-v1.js';
import type { StandingFact } from './facts-of-standing.js';
import { readAll, rulesV1 } from './standing.js';

const counted = (...facts: readonly StandingFact[]) =>
  readAll(facts).conversions.map(({ kind, at, because }) => [kind, at / dayMs, because]);

describe('turning against us', () => {
  it('from unknown or neutral counts nothing', () => {
    expect(counted(said(0, -1))).toEqual([]);
    expect(counted(said(0, 0), said(100, -1))).toEqual([]);
  });

  it('having been for us only by the word of a person is a loss', () => {
    expect(counted(assessed(0, 'supporter'), withdrew(1), said(2, -1))).toEqual([['lost', 2, 'said on 2']]);
  });

  it('is no passage between detractor and critic', () => {
    expect(counted(assessed(0, 'critic'), assessed(1, 'detractor'), assessed(2, 'critic'))).toEqual([]);
  });

  it('again is a resurgence where the episode never reached supporter, and starts another episode', () => {
    expect(
      readAll([said(0, -1), assessed(10, 'neutral'), assessed(20, 'critic'), assessed(30, 'critic')]).conversions,
    ).toEqual([
      {
        kind: 'defused',
        at: 10 * dayMs,
        because: 'assessed on 10 as 10',
        since: 'said on 0',
        sinceAt: 0,
        episodeFrom: 0,
      },
      {
        kind: 'resurfaced',
        at: 20 * dayMs,
        because: 'assessed on 20 as 20',
        since: 'said on 0',
        sinceAt: 0,
        episodeFrom: 0,
      },
    ]);
  });

  it('again is a relapse where the episode reached supporter uncounted', () => {
    // Withdrawing is nothing positive: the supporter underneath shows, and is not counted.
    const facts = [assessed(0, 'critic'), said(1, 1), withdrew(2), assessed(3, 'detractor')];
    expect(counted(...facts)).toEqual([['relapsed', 3, 'assessed on 3 as 3']]);
  });

  it('from unknown within an episode is a resurgence', () => {
    expect(counted(assessed(0, 'critic'), withdrew(1), assessed(2, 'critic'))).toEqual([
      ['resurfaced', 2, 'assessed on 2 as 2'],
    ]);
  });

  it('after a loss is measured by the episode that the loss opened', () => {
    const { conversions } = readAll([
      said(0, 1),
      assessed(10, 'critic'),
      assessed(20, 'supporter'),
      assessed(30, 'critic'),
    ]);
    expect(conversions.map(({ kind, since, sinceAt, episodeFrom }) => [kind, since, sinceAt, episodeFrom])).toEqual([
      ['lost', null, null, null],
      ['won-over', 'assessed on 10 as 10', 10 * dayMs, 10 * dayMs],
      ['relapsed', 'assessed on 10 as 10', 10 * dayMs, 10 * dayMs],
    ]);
  });
});

describe('a rung', () => {
  it('is counted once, and not when it was jumped over', () => {
    const facts = [assessed(0, 'critic'), assessed(1, 'advocate'), assessed(2, 'neutral'), assessed(3, 'advocate')];
    expect(counted(...facts)).toEqual([['converted', 1, 'assessed on 1 as 1']]);
  });

  it('is counted again in the next episode', () => {
    const facts = [assessed(0, 'critic'), assessed(1, 'neutral'), assessed(2, 'critic'), assessed(3, 'neutral')];
    expect(counted(...facts).map(([kind]) => kind)).toEqual(['defused', 'resurfaced', 'defused']);
  });

  it('that only fading reached is counted when a person looks again', () => {
    expect(counted(said(0, -0.9), said(300, -0.1), assessed(310, 'neutral'))).toEqual([
      ['defused', 310, 'assessed on 310 as 310'],
    ]);
  });

  it('is not counted at a tone of 0, nor at a withdrawal', () => {
    expect(counted(said(0, -0.9), said(300, 0), assessed(301, 'detractor'), withdrew(302))).toEqual([
      ['resurfaced', 301, 'assessed on 301 as 301'],
    ]);
  });

  it('is counted at an act, however it sounded', () => {
    expect(counted(said(0, -0.9), acted(300, -0.1))).toEqual([['defused', 300, 'acted on 300']]);
  });

  it('is not counted twice when an advocate lapses and acts again', () => {
    expect(counted(said(0, -0.4), said(90, 1), acted(100), acted(300)).map(([kind]) => kind)).toEqual([
      'won-over',
      'converted',
    ]);
  });
});

describe('an activation', () => {
  it('waits for something positive', () => {
    const facts = [assessed(0, 'neutral'), acted(1), withdrew(2), said(3, 0.5)];
    expect(counted(...facts)).toEqual([['activated', 3, 'said on 3']]);
  });

  it('is not counted in an episode', () => {
    expect(counted(assessed(0, 'critic'), assessed(1, 'advocate')).map(([kind]) => kind)).toEqual(['converted']);
  });
});

describe('several facts of one instant', () => {
  it('count what is left at its end', () => {
    // -1 alone would turn against us, +1 and +1 after it bring them back: nobody turned.
    expect(counted(said(0, 1, 'a'), said(1, -1, 'b'), said(1, -1, 'c'), said(1, 1, 'd'), said(1, 1, 'e'))).toEqual([]);
  });

  it('count a rung at the first positive one from which it stood there', () => {
    const facts = [assessed(0, 'critic'), said(1, 1, 'x'), withdrew(1, 2), assessed(1, 'supporter', 'Ada', 3)];
    expect(counted(...facts)).toEqual([['won-over', 1, 'assessed on 1 as 3']]);
  });

  it('open an episode with the first from which they stay against us', () => {
    const facts = [assessed(0, 'neutral'), assessed(1, 'critic', 'Ada', 1), assessed(1, 'neutral', 'Ada', 2)];
    const turned = [assessed(1, 'critic', 'Ada', 3), assessed(1, 'detractor', 'Ada', 4), assessed(2, 'neutral')];
    const [defused] = readAll([...facts, ...turned]).conversions;
    expect(defused).toMatchObject({ kind: 'defused', since: 'assessed on 1 as 3', sinceAt: dayMs, episodeFrom: dayMs });
  });

  it('count a higher rung passed within the instant for nothing', () => {
    const facts = [assessed(0, 'critic'), assessed(1, 'advocate', 'Ada', 1), assessed(1, 'neutral', 'Ada', 2)];
    expect(counted(...facts)).toEqual([['defused', 1, 'assessed on 1 as 2']]);
    expect(counted(...facts, assessed(3, 'critic')).at(-1)?.[0]).toBe('resurfaced');
  });
});

describe('another rule', () => {
  it('may ask for more than a civil word', () => {
    const rules = { ...rulesV1, conversion: { ...advocacyV1, name: 'advocacy-warm', positiveAbove: 0.2 } };
    expect(readAll([said(0, -0.9), said(300, 0.2)], rules).conversions).toEqual([]);
    expect(readAll([said(0, -0.9), said(300, 0.3)], rules).conversions).toHaveLength(1);
  });

  it('may leave rungs out, as if they were jumped over', () => {
    const kindsUnder = (rungs: readonly Rung[]) =>
      readAll([said(0, -1), said(60, 0.6), said(90, 1), acted(91)], {
        ...rulesV1,
        conversion: { ...advocacyV1, name: 'advocacy-few', rungs },
      }).conversions.map(({ kind }) => kind);
    expect(kindsUnder(['defused', 'won-over', 'converted'])).toEqual(['defused', 'won-over', 'converted']);
    expect(kindsUnder(['won-over'])).toEqual(['won-over']);
    expect(kindsUnder(['defused', 'converted'])).toEqual(['defused', 'converted']);
  });

  it('may take other acts for something positive', () => {
    const milder = [said(0, -1), said(60, -0.1), said(200, 0)];
    const thanks = { ...said(200, 0), act: 'praise' as const };
    const warm = { ...rulesV1, conversion: { ...advocacyV1, name: 'advocacy-thanks', acts: ['praise'] as const } };
    expect(readAll(milder, warm).conversions).toEqual([]);
    expect(readAll([...milder.slice(0, 2), thanks], warm).conversions).toHaveLength(1);
    expect(readAll([...milder.slice(0, 2), thanks]).conversions).toEqual([]);
  });
});

describe("a conversion's id", () => {
  const of = { stakeholderId: 's', rule: 'advocacy-v1', kind: 'won-over', because: 'f' } as const;

  it('is the same for ever', () => {
    expect(conversionId(of)).toBe('e3443ee4-f53b-56d0-a58d-ded9ae954c0d');
  });

  it('differs by each of its parts, wherever they are cut', () => {
    const others = [{ stakeholderId: 's2' }, { rule: 'advocacy-v2' }, { kind: 'lost' }, { because: 'g' }] as const;
    const ids = others.map((other) => conversionId({ ...of, ...other }));
    const cut = conversionId({ ...of, stakeholderId: 's","advocacy-v1', rule: '' });
    expect(new Set([conversionId(of), cut, ...ids]).size).toBe(6);
  });
});
