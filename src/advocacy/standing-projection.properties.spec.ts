import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { summaryOf } from './advocacy-summary.js';
import type { StandingFact } from './facts-of-standing.js';
import { changesOf } from './standing-changes.js';
import { marksReading } from './standing-history.js';
import { conversionsPage, spansPage } from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { standingsAt } from './standing-readings.js';
import { conversion, standingFact, standingReading, standingSpan, standingTables } from './standing-tables.js';
import { initialReading, readAll, standingAt } from './standing.js';

const people = ['mia', 'leo', 'max'];
const projection = standingProjection();
const all = { limit: 1000, backwards: false, from: null };

/** Every second one has the reading after it stored where it comes last at its instant; else one in 64 would. */
const ids = [true, false].map((stored) => {
  const facts = (id: string): StandingFact[] => [{ kind: 'expression', factId: id, at: 0, tone: 0, act: false }];
  return Array.from({ length: 10_000 }, (_, n) => `i${n}`).filter((id) => marksReading(facts(id)) === stored);
});
const idOf = (n: number): string => ids[n % 2]?.[n >>> 1] ?? `i${n}`;

const day = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 12 }).map((n) => n * 60),
  fc.nat(700),
);
const tone = fc.oneof(fc.constant(null), fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(-1, 0, 1));
const content = fc.record({
  at: day.map((n) => n * dayMs),
  tone,
  by: fc.array(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }),
  direction: fc.constantFrom('inbound', 'inbound', 'observed', 'outbound'),
  act: fc.constantFrom('comment', 'comment', 'recommendation'),
});
const amendment = fc.oneof(fc.constant('retracted' as const), fc.double({ min: -1, max: 1, noNaN: true }), content);
const interaction = fc.record({ first: content, amendments: fc.array(amendment, { maxLength: 2 }) });
const view = fc.record({
  stakeholder: fc.constantFrom(...people),
  at: day.map((n) => n * dayMs),
  stance: fc.constantFrom(null, 'detractor', 'critic', 'neutral', 'supporter', 'advocate'),
  retracted: fc.boolean(),
});

/** What happened to one interaction, or became of one view, in order. */
type Strand = readonly RecordedEvent[];

function strandOf(
  { first, amendments }: typeof interaction extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Strand {
  let was: log.Said = { ...first, id: idOf(n) };
  const events = [log.said(was)];
  for (const amendment of amendments) {
    if (amendment === 'retracted') return [...events, log.retracted(was)];
    if (typeof amendment === 'number') {
      events.push(log.toneAssessed(was, amendment));
      was = { ...was, tone: amendment };
    } else {
      const is = { ...amendment, id: was.id };
      events.push(log.corrected(was, is));
      was = is;
    }
  }
  return events;
}

function viewStrand(
  { stakeholder, at, stance, retracted }: typeof view extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Strand {
  const factId = `v${n}`;
  const type = stance === null ? 'StanceWithdrawn' : 'StanceAssessed';
  const event =
    stance === null
      ? log.withdrew(stakeholder, factId, at)
      : log.assessed(stakeholder, factId, at, stance, `p${n % 3}`);
  return retracted ? [event, log.factRetracted(stakeholder, factId, at, type)] : [event];
}

const strands = fc
  .tuple(
    fc.array(interaction, { maxLength: 25 }),
    // What persons say at one instant is ordered by when it was recorded: for other orders to come to the same, no two.
    fc.uniqueArray(view, { maxLength: 6, selector: ({ stakeholder, at }) => `${stakeholder} ${at}` }),
  )
  .map(([said, views]) => [...said.map(strandOf), ...views.map(viewStrand)]);

/** Readings are stored in long histories only: what mia has said before is nearly enough. */
const before = people.map(log.identified);
for (let n = -60; n < 0; n += 1)
  before.push(log.said({ id: `before ${n}`, at: n * dayMs, tone: Math.sin(n * 12.9898) }));

/** The strands, woven into a log: each in its order, one another anyhow. */
const woven = (all: readonly Strand[]) =>
  fc
    .shuffledSubarray(
      all.flatMap((strand, n) => strand.map(() => n)),
      { minLength: all.flat().length },
    )
    .map((turns) => {
      const next = all.map(() => 0);
      const events = turns.flatMap((n) => {
        const event = all[n]?.[next[n] ?? 0];
        next[n] = (next[n] ?? 0) + 1;
        return event === undefined ? [] : [event];
      });
      return numbered(...before, ...events);
    });

const anyLog = strands.chain(woven);
const twoLogs = strands.chain((all) => fc.tuple(woven(all), woven(all)));

const holds = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => Promise<void>, numRuns = 100) =>
  fc.assert(fc.asyncProperty(arbitrary, law), { numRuns });

async function reading<T>(
  events: readonly RecordedEvent[],
  batch: number,
  read: (rows: ReadStore) => Promise<T>,
): Promise<T> {
  const rows = await log.projected(projection, events, batch);
  return await read(rows).finally(() => rows.close());
}

const wholeTables = (rows: ReadStore) =>
  Promise.all(standingTables.map(({ name, key }) => rows.all(`select * from ${name} order by ${key.join(', ')}`)));

const knownTables = (rows: ReadStore, known: number) =>
  Promise.all(
    [standingFact, standingReading, standingSpan, conversion].map((table) => log.rowsAsOf(rows, table, known)),
  );

/** All that the queries answer. */
const answers = async (rows: ReadStore, past: { known: number; validAt: number }) => ({
  standings: await standingsAt(rows, [1, 2, 3], past),
  spans: await Promise.all([1, 2, 3].map((key) => spansPage(rows, key, past, all))),
  conversions: await conversionsPage(rows, {}, past, all),
  summary: await summaryOf(rows, 3, past, { from: 30 * dayMs, until: 300 * dayMs }),
});

/** The facts about each stakeholder, found by nothing but going through the log. */
function factsIn(events: readonly RecordedEvent[]): readonly (readonly StandingFact[])[] {
  const facts = people.map(() => new Map<string, StandingFact>());
  for (const event of events)
    for (const { stakeholderId, gone, come } of changesOf(event)) {
      const its = facts[people.indexOf(stakeholderId)];
      if (gone !== null) its?.delete(gone.factId);
      if (come !== null) its?.set(come.factId, come);
    }
  return facts.map((its) => [...its.values()]);
}

describe('any log', () => {
  it('has the same rows whatever the batches', () =>
    holds(fc.tuple(anyLog, fc.integer({ min: 2, max: 40 })), async ([events, batch]) => {
      const [one, many] = [await reading(events, 1, wholeTables), await reading(events, batch, wholeTables)];
      expect(many).toStrictEqual(one);
    }));

  it('comes to the same rows in whatever order it was recorded', () =>
    holds(twoLogs, async ([events, others]) => {
      const present = async (rows: ReadStore) =>
        (await knownTables(rows, open)).map((table) => table.map((row) => log.without(row, 'known_from')));
      expect(await reading(events, 7, present)).toStrictEqual(await reading(others, 5, present));
    }));

  it('is known as of any event as a log that ends there', () =>
    holds(fc.tuple(anyLog, fc.nat(), day), async ([events, pick, until]) => {
      const known = before.length + (pick % (events.length - before.length + 1));
      const past = { known, validAt: until * dayMs };
      const [thenRows, then] = await reading(events, 9, async (rows) => [
        await knownTables(rows, known),
        await answers(rows, past),
      ]);
      const [cutRows, cut] = await reading(events.slice(0, known), 9, async (rows) => [
        await knownTables(rows, open),
        await answers(rows, { ...past, known: present }),
      ]);
      expect(thenRows).toStrictEqual(cutRows);
      expect(then).toStrictEqual(cut);
    }));

  it('is answered as the rules read its facts that had happened', () =>
    holds(fc.tuple(anyLog, day), async ([events, until]) => {
      const validAt = until * dayMs;
      const past = { known: present, validAt };
      const { standings, spans, conversions } = await reading(events, 6, (rows) => answers(rows, past));
      const read = factsIn(events).map((facts) => readAll(facts.filter(({ at }) => at <= validAt)));
      for (const [index, expected] of read.entries()) {
        expect(standings.get(index + 1)).toStrictEqual(standingAt(expected.reading, validAt));
        const shown = expected.spans.filter(({ from }) => from <= validAt);
        expect(spans[index]?.map(spanOf)).toEqual(shown);
        const counted = conversions.filter(({ stakeholder }) => stakeholder === index + 1).toReversed();
        expect(counted.map(({ kind, at, because, since, since_at }) => [kind, at, because, since, since_at])).toEqual(
          expected.conversions.map(({ kind, at, because, since, sinceAt }) => [kind, at, because, since, sinceAt]),
        );
      }
    }));

  it('is summed up as it is told one by one', () =>
    holds(fc.tuple(anyLog, day, day, day), async ([events, until, a, b]) => {
      const validAt = until * dayMs;
      const during = { from: Math.min(a, b) * dayMs, until: Math.max(a, b) * dayMs };
      const past = { known: present, validAt };
      const { summary, told } = await reading(events, 11, async (rows) => ({
        summary: await summaryOf(rows, 3, past, during),
        told: await answers(rows, past),
      }));
      const inside = (at: number) => at >= during.from && at < during.until;
      const times = (names: readonly string[]) =>
        Object.fromEntries(names.map((name) => [name, names.filter((other) => other === name).length]));
      const counts = <T extends { count: number }>(rows: readonly T[], nameOf: (row: T) => string) =>
        Object.fromEntries(rows.map((row) => [nameOf(row), row.count]));

      expect(Object.fromEntries(Object.entries(summary.stakeholdersByStance).filter(([, count]) => count > 0))).toEqual(
        times([...told.standings.values()].map(({ stance }) => stance)),
      );
      const passages = told.spans.flat().filter(({ from_at }) => inside(from_at));
      expect(counts(summary.passages, ({ from, to }) => `${from} ${to}`)).toEqual(
        times(passages.map(({ previous, stance }) => `${previous} ${stance}`)),
      );
      expect(counts(summary.conversions, ({ kind }) => kind)).toEqual(
        times(told.conversions.filter(({ at }) => inside(at)).map(({ kind }) => kind)),
      );
      const highest = factsIn(events).flatMap((facts) => {
        const { spans, conversions } = readAll(facts.filter(({ at }) => at <= validAt));
        const against = (stance: string) => stance === 'critic' || stance === 'detractor';
        const episodes = spans.filter(
          ({ from, stance, previous }) => inside(from) && from <= validAt && against(stance) && !against(previous),
        );
        const rungs = ['defused', 'won-over', 'converted'];
        return episodes.map(({ from }) => {
          const counted = conversions
            .filter(({ episodeFrom }) => episodeFrom === from)
            .map(({ kind }) => rungs.indexOf(kind));
          return rungs[Math.max(-1, ...counted)] ?? 'none';
        });
      });
      expect(counts(summary.episodes, (episode) => episode.highest ?? 'none')).toEqual(times(highest));
    }));
});

describe('a long history', () => {
  const expression = (n: number) =>
    log.said({
      id: `long ${n}`,
      at: n * 3_600_000,
      tone: Math.sin(n * 12.9898),
      act: n % 97 === 0 ? 'referral' : 'comment',
    });
  const long = Array.from({ length: 1500 }, (_, n) => expression(n));

  it('is read from a stored reading one time in 64, and comes to the same forwards, backwards and in the middle', async () => {
    const present = async (rows: ReadStore) =>
      (await knownTables(rows, open)).map((table) => table.map((row) => log.without(row, 'known_from')));
    const mia = log.identified('mia');
    const forwards = await reading(numbered(mia, ...long), 50, present);
    const inside = await reading(
      numbered(mia, ...long.slice(0, 700), ...long.slice(720), ...long.slice(700, 720)),
      50,
      present,
    );
    expect(inside).toStrictEqual(forwards);
    expect(forwards[1]?.length).toBeGreaterThan(9);
    expect(forwards[1]?.length).toBeLessThan(40);
    const few = long.slice(0, 250);
    expect(await reading(numbered(mia, ...few.toReversed()), 50, present)).toStrictEqual(
      await reading(numbered(mia, ...few), 50, present),
    );
  });

  it('is answered at any moment and as of any event', async () => {
    const events = numbered(log.identified('mia'), ...long.slice(400), ...long.slice(0, 400).toReversed());
    await reading(events, 100, async (rows) => {
      for (const [known, hour] of [
        [present, 1499],
        [present, 800.5],
        [1101, 1450],
        [1101, 700],
        [1300, 350],
        [1300, 1200],
      ] as const) {
        const validAt = hour * 3_600_000;
        const facts =
          factsIn(events.filter(({ ordinal }) => ordinal <= known))[0]?.filter(({ at }) => at <= validAt) ?? [];
        const standing = (await standingsAt(rows, [1], { known, validAt })).get(1);
        expect(standing).toStrictEqual(standingAt(readAll(facts).reading, validAt));
        expect(standing).not.toStrictEqual(standingAt(initialReading, validAt));
      }
    });
  });
});

function spanOf(row: Awaited<ReturnType<typeof spansPage>>[number]) {
  const { stance, from_at: from, until_at: until, previous, because, assessed_by: assessedBy } = row;
  return { stance, from, until, previous, because, assessedBy };
}
