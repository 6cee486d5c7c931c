import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs } from '../../test/golden/standing-facts.js';
import { compareFacts, instantsOf, isAgainst, type StandingFact } from './facts-of-standing.js';
import {
  initialReading,
  openSpans,
  readAll,
  readInstant,
  readOn,
  rulesV1,
  standingAt,
  type Reading,
} from './standing.js';

/** Days far apart and close together, so that lapses (also to the day) and instants with several facts are frequent. */
const day = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 12 }).map((n) => n * 60),
  fc.nat(700),
);
const tone = fc.oneof(
  fc.constant(null),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(-1, -0.3, -0, 0, 0.3, 1),
);
const said = fc.record({
  day,
  tone,
  act: fc.constantFrom('comment', 'referral', 'praise'),
  channel: fc.constantFrom('email', 'forum', null),
});
const assessed = fc.record({ day, stance: fc.constantFrom('detractor', 'critic', 'neutral', 'supporter', 'advocate') });
const withdrew = fc.record({ day });

/** Facts in the order in which the log took them: dated anyhow. */
const history = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: said }, { weight: 2, arbitrary: assessed }, { weight: 1, arbitrary: withdrew }),
    {
      maxLength: 30,
    },
  )
  .map((facts): StandingFact[] =>
    facts.map((fact, recorded) => {
      const at = fact.day * dayMs;
      const factId = `f${recorded}`;
      if ('tone' in fact)
        return { kind: 'expression', factId, at, tone: fact.tone, act: fact.act, channel: fact.channel };
      if ('stance' in fact)
        return { kind: 'assessment', factId, at, recorded, stance: fact.stance, by: `p${recorded % 3}` };
      return { kind: 'withdrawal', factId, at, recorded };
    }),
  );

const stored = (reading: Reading): Reading => JSON.parse(JSON.stringify(reading)) as Reading;

const holds = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => void) =>
  fc.assert(fc.property(arbitrary, law), { numRuns: 2000 });

describe('any history', () => {
  it('read on from a stored reading comes out the same to the last bit, wherever it was cut', () =>
    holds(history, (facts) => {
      const whole = readAll(facts);
      let reading = initialReading;
      const closed = [];
      const conversions = [];
      for (const instant of instantsOf(facts.toSorted(compareFacts))) {
        const next = readInstant(stored(reading), instant, rulesV1);
        expect(stored(next.reading)).toStrictEqual(next.reading);
        reading = next.reading;
        closed.push(...next.closed);
        conversions.push(...next.conversions);
      }
      expect({ reading, spans: [...closed, ...openSpans(reading)], conversions }).toStrictEqual(whole);
    }));

  it('comes out the same in whatever order it arrived', () =>
    holds(
      history.chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length }))),
      ([facts, shuffled]) => expect(readAll(shuffled)).toStrictEqual(readAll(facts)),
    ));

  it('is told by contiguous spans, none of them empty, each of another stance than the one before', () =>
    holds(history, (facts) => {
      const { spans } = readAll(facts);
      for (const [index, span] of spans.entries()) {
        const next = spans[index + 1];
        expect(span.until).toBe(next?.from ?? null);
        expect(span.from).toBeLessThan(span.until ?? Infinity);
        expect(span.previous).toBe(spans[index - 1]?.stance ?? 'unknown');
        expect(span.previous).not.toBe(span.stance);
      }
    }));

  it('has the span at a moment say what the standing at that moment says', () =>
    holds(history, (facts) => {
      const { spans } = readAll(facts);
      let reading = initialReading;
      for (const instant of instantsOf(facts.toSorted(compareFacts))) {
        reading = readInstant(reading, instant, rulesV1).reading;
        const at = reading.at ?? 0;
        const span = spans.findLast(({ from }) => from <= at);
        const { stance, since, because } = standingAt(reading, at);
        expect([stance, since, because]).toEqual([
          span?.stance ?? 'unknown',
          span?.from ?? null,
          span?.because ?? null,
        ]);
      }
      const end = 5000 * dayMs;
      expect(standingAt(reading, end).stance).toBe(spans.at(-1)?.stance ?? 'unknown');
    }));

  it('counts only because of facts, at their time, and each thing once', () =>
    holds(history, (facts) => {
      const at = new Map(facts.map((fact) => [fact.factId, fact.at]));
      const { conversions, spans } = readAll(facts);
      for (const one of conversions) {
        expect(at.get(one.because)).toBe(one.at);
        expect(one.since === null ? null : at.get(one.since)).toBe(one.sinceAt);
        expect(one.episodeFrom).toBe(one.sinceAt);
      }
      const openings = spans.filter(({ stance, previous }) => isAgainst(stance) && !isAgainst(previous));
      const turns = conversions.filter(({ kind }) => kind === 'relapsed' || kind === 'resurfaced');
      expect(turns.map((turn) => turn.at)).toEqual(openings.slice(1).map(({ from }) => from));
      expect(turns.map((turn) => turn.episodeFrom)).toEqual(openings.slice(0, -1).map(({ from }) => from));
      expect(new Set(conversions.map(({ kind, because }) => `${kind} ${because}`)).size).toBe(conversions.length);
      expect(conversions.filter(({ kind }) => kind === 'activated' || kind === 'lost').length).toBeLessThanOrEqual(2);
    }));

  it('takes a late fact by reading on from before it, keeping the spans from before', () =>
    holds(fc.tuple(history, fc.nat()), ([facts, pick]) => {
      const late = facts[pick % Math.max(1, facts.length)];
      if (late === undefined) return;
      const known = readAll(facts.filter((fact) => fact !== late));
      const ordered = facts.toSorted(compareFacts);
      const before = readOn(
        initialReading,
        ordered.filter(({ at }) => at < late.at),
        rulesV1,
      ).reading;
      const again = readOn(
        before,
        ordered.filter(({ at }) => at >= late.at),
        rulesV1,
      );
      const kept = before.span === null ? [] : known.spans.filter(({ from }) => from < (before.span?.from ?? 0));
      expect([...kept, ...again.closed, ...openSpans(again.reading)]).toStrictEqual(readAll(facts).spans);
    }));
});
