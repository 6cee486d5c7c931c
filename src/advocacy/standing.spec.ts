import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { acted, assessed, dayMs, said, withdrew } from '../../test/golden/standing-facts.js';
import type { ConversionKind } from './advocacy-v1.js';
import type { AssessableStance, Stance } from '../relationships/relationship.js';
import type { StandingFact } from './facts-of-standing.js';
import { initialReading, openSpans, readAll, readInstant, readOn, rulesV1, standingAt } from './standing.js';
import { toneOf } from './tone-v1.js';

interface GoldenFact {
  day: number;
  tone?: number;
  act?: boolean;
  assess?: AssessableStance | null;
  T: number | null;
  stance: Stance;
  disputed?: boolean;
}
interface Sequence {
  name: string;
  facts: GoldenFact[];
  spans: { fromDay: number; stance: Stance }[];
  conversions: { day: number; kind: ConversionKind }[];
}
const golden = JSON.parse(readFileSync(new URL('../../test/golden/measures.json', import.meta.url), 'utf8')) as {
  standing: { sequences: Sequence[] };
};

function factOf({ day, tone, act, assess }: GoldenFact, index: number): StandingFact {
  if (assess === null) return withdrew(day, index);
  if (assess !== undefined) return assessed(day, assess, 'Ada', index);
  return { ...said(day, tone ?? null, `i${index}`), act: act === true ? 'recommendation' : 'comment' };
}

const spansOf = (...facts: readonly StandingFact[]) =>
  readAll(facts).spans.map(({ stance, from }) => [stance, from / dayMs]);

describe('the golden sequences', () => {
  it('are thirteen', () => expect(golden.standing.sequences).toHaveLength(13));

  it.each(golden.standing.sequences)('$name', ({ facts, spans, conversions }) => {
    let reading = initialReading;
    for (const [index, expected] of facts.entries()) {
      const fact = factOf(expected, index);
      reading = readInstant(reading, [fact], rulesV1).reading;
      const standing = standingAt(reading, fact.at);
      expect(standing).toMatchObject({ stance: expected.stance, disputed: expected.disputed ?? false });
      if (expected.T !== null) expect(standing.tone).toBe(expected.T);
    }
    const read = readAll(facts.map(factOf));
    expect(read.spans.map(({ from, stance }) => ({ fromDay: from / dayMs, stance }))).toEqual(spans);
    expect(read.conversions.map(({ at, kind }) => ({ day: at / dayMs, kind }))).toEqual(conversions);
  });
});

describe('an advocate by the rule', () => {
  it('becomes a supporter by itself, and both spans are known at once', () => {
    expect(readAll([said(0, 0.4), acted(10)]).spans).toEqual([
      { stance: 'supporter', from: 0, until: 10 * dayMs, previous: 'unknown', because: 'said on 0', assessedBy: null },
      {
        stance: 'advocate',
        from: 10 * dayMs,
        until: 190 * dayMs,
        previous: 'supporter',
        because: 'acted on 10',
        assessedBy: null,
      },
      { stance: 'supporter', from: 190 * dayMs, until: null, previous: 'advocate', because: null, assessedBy: null },
    ]);
  });

  it('stands as a supporter from the lapse on, without a fact', () => {
    const { reading } = readAll([acted(0)]);
    expect(standingAt(reading, 180 * dayMs - 1)).toMatchObject({ stance: 'advocate', since: 0, because: 'acted on 0' });
    expect(standingAt(reading, 180 * dayMs)).toMatchObject({ stance: 'supporter', since: 180 * dayMs, because: null });
  });

  it('stays one by an act before the lapse', () => {
    expect(spansOf(acted(0), acted(179))).toEqual([
      ['advocate', 0],
      ['supporter', 359],
    ]);
  });

  it('stays one by an act at the very lapse: a supporter for no time is not shown', () => {
    expect(spansOf(acted(0), acted(180))).toEqual([
      ['advocate', 0],
      ['supporter', 360],
    ]);
  });

  it('lapses by itself though something else is said at that instant', () => {
    expect(readAll([acted(0), said(180, 0.4)]).spans.at(-1)).toMatchObject({
      stance: 'supporter',
      from: 180 * dayMs,
      because: null,
    });
  });

  it('is shown to go straight to where the lapse instant ends', () => {
    expect(readAll([acted(0), said(180, -1)]).spans).toMatchObject([
      { stance: 'advocate', from: 0, until: 180 * dayMs },
      { stance: 'critic', from: 180 * dayMs, previous: 'advocate', because: 'said on 180' },
    ]);
  });

  it('has lapsed before what is said later', () => {
    expect(spansOf(acted(0), said(200, -1))).toEqual([
      ['advocate', 0],
      ['supporter', 180],
      ['critic', 200],
    ]);
    expect(spansOf(acted(0), acted(200))).toEqual([
      ['advocate', 0],
      ['supporter', 180],
      ['advocate', 200],
      ['supporter', 380],
    ]);
  });

  it('may end before the lapse', () => {
    expect(spansOf(acted(0), said(1, -1))).toEqual([
      ['advocate', 0],
      ['neutral', 1],
    ]);
  });
});

describe("a person's assessment", () => {
  it('holds against the lapse underneath, and the rule shows again when it is withdrawn', () => {
    expect(spansOf(acted(0), assessed(10, 'advocate'))).toEqual([['advocate', 0]]);
    expect(spansOf(acted(0), assessed(10, 'advocate'), withdrew(200))).toEqual([
      ['advocate', 0],
      ['supporter', 200],
    ]);
    expect(spansOf(acted(0), assessed(10, 'advocate'), withdrew(20))).toEqual([
      ['advocate', 0],
      ['supporter', 180],
    ]);
  });

  it('of the same stance lets the span go on, and is told by who says so now', () => {
    const { reading, spans } = readAll([said(0, 1), assessed(5, 'supporter'), assessed(6, 'supporter', 'Ben')]);
    expect(spans).toMatchObject([{ stance: 'supporter', from: 0, because: 'said on 0', assessedBy: null }]);
    expect(standingAt(reading, 7 * dayMs)).toMatchObject({
      since: 0,
      because: 'said on 0',
      rule: null,
      assessedBy: 'Ben',
    });
  });

  it('begins a span that names the person', () => {
    const { reading, spans } = readAll([assessed(5, 'critic')]);
    expect(spans).toMatchObject([
      { stance: 'critic', previous: 'unknown', because: 'assessed on 5 as 5', assessedBy: 'Ada' },
    ]);
    expect(standingAt(reading, 5 * dayMs)).toMatchObject({
      tone: null,
      rule: null,
      assessedBy: 'Ada',
      ruleStance: 'unknown',
    });
  });

  it('is disputed from two rungs on, never where the rule has no evidence', () => {
    const disputed = (...facts: readonly StandingFact[]) => standingAt(readAll(facts).reading, 9 * dayMs).disputed;
    expect(disputed(said(0, 0), assessed(1, 'supporter'))).toBe(false);
    expect(disputed(said(0, 0), assessed(1, 'advocate'))).toBe(true);
    expect(disputed(assessed(1, 'detractor'))).toBe(false);
  });

  it('is no longer disputed when the advocate underneath has lapsed to one rung away', () => {
    const { reading } = readAll([acted(0), assessed(1, 'neutral')]);
    expect(standingAt(reading, 180 * dayMs - 1)).toMatchObject({ disputed: true, ruleStance: 'advocate' });
    expect(standingAt(reading, 180 * dayMs)).toMatchObject({
      disputed: false,
      ruleStance: 'supporter',
      stance: 'neutral',
    });
  });

  it('withdrawn without evidence leaves unknown', () => {
    expect(readAll([assessed(0, 'critic'), withdrew(3), said(9, 1)]).spans).toMatchObject([
      { stance: 'critic', until: 3 * dayMs },
      { stance: 'unknown', from: 3 * dayMs, previous: 'critic', because: 'withdrew on 3 as 3' },
      { stance: 'supporter', from: 9 * dayMs, previous: 'unknown' },
    ]);
  });

  it('that is not there cannot be withdrawn: nothing happens', () => {
    expect(readAll([withdrew(0)])).toMatchObject({ spans: [], conversions: [] });
    const facts = [said(0, -1), withdrew(1), said(60, 1)];
    expect(readAll(facts).spans).toEqual(readAll([said(0, -1), said(60, 1)]).spans);
  });
});

describe('one instant', () => {
  it('shows no span of no length', () => {
    expect(spansOf(said(0, -1), assessed(1, 'advocate', 'Ada', 1), withdrew(1, 2))).toEqual([['detractor', 0]]);
  });

  it('begins a span because of the first fact from which it stood so', () => {
    const facts = [
      said(0, -1),
      assessed(1, 'neutral', 'Ada', 1),
      assessed(1, 'critic', 'Ben', 2),
      assessed(1, 'critic', 'Cyd', 3),
    ];
    expect(readAll(facts).spans.at(-1)).toMatchObject({ because: 'assessed on 1 as 2', assessedBy: 'Ben' });
    expect(standingAt(readAll(facts).reading, dayMs).assessedBy).toBe('Cyd');
  });
});

describe('reading on', () => {
  it('closes a span once, when it has ended for good', () => {
    const advocate = readInstant(initialReading, [acted(0)], rulesV1);
    expect(advocate.closed).toEqual([]);
    expect(openSpans(advocate.reading).map(({ stance }) => stance)).toEqual(['advocate', 'supporter']);
    const acts = readInstant(advocate.reading, [acted(100)], rulesV1);
    expect(acts.closed).toEqual([]);
    const lapsed = readInstant(acts.reading, [said(300, 0.8)], rulesV1);
    expect(lapsed.closed).toMatchObject([{ stance: 'advocate', from: 0, until: 280 * dayMs }]);
    const turned = readInstant(lapsed.reading, [said(301, -1), said(301, -1, 'z')], rulesV1);
    expect(turned.closed).toMatchObject([{ stance: 'supporter', from: 280 * dayMs, until: 301 * dayMs }]);
  });

  it('reads nothing of nothing', () => {
    const { reading } = readAll([acted(0)]);
    expect(readInstant(reading, [], rulesV1).reading).toBe(reading);
    expect(readAll([])).toEqual({ reading: initialReading, spans: [], conversions: [] });
    expect(standingAt(initialReading, 0)).toEqual({
      stance: 'unknown',
      tone: null,
      since: null,
      because: null,
      rule: 'tone-v1',
      assessedBy: null,
      ruleStance: 'unknown',
      disputed: false,
    });
  });

  it('passes over what says nothing', () => {
    const { reading } = readAll([said(0, null)]);
    expect([toneOf(reading.tone), openSpans(reading)]).toEqual([null, []]);
  });

  it('refuses what is out of order', () => {
    const { reading } = readAll([said(5, 1)]);
    expect(() => readInstant(reading, [said(5, 1)], rulesV1)).toThrow(RangeError);
    expect(() => readOn(reading, [said(4, 1)], rulesV1)).toThrow(RangeError);
    expect(() => readInstant(reading, [said(6, 1), said(7, 1)], rulesV1)).toThrow(RangeError);
    expect(() => standingAt(reading, 4 * dayMs)).toThrow(RangeError);
  });
});
