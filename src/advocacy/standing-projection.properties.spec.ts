import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { anyLog, before, day, factsIn, spanOf, twoLogs } from '../../test/golden/any-standing-log.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { summaryOf } from './advocacy-summary.js';
import { conversionsPage, spansPage } from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { standingsAt } from './standing-readings.js';
import { conversion, standingFact, standingReading, standingSpan, standingTables } from './standing-tables.js';
import { initialReading, readAll, standingAt } from './standing.js';

const projection = standingProjection();
const all = { limit: 1000, backwards: false, from: null };

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
  standings: await standingsAt(rows, [[1], [2], [3]], past),
  spans: await Promise.all([1, 2, 3].map((key) => spansPage(rows, [key], past, all))),
  conversions: await conversionsPage(rows, {}, past, all),
  summary: await summaryOf(rows, 3, past, { from: 30 * dayMs, until: 300 * dayMs }),
});

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
        const standing = (await standingsAt(rows, [[1]], { known, validAt })).get(1);
        expect(standing).toStrictEqual(standingAt(readAll(facts).reading, validAt));
        expect(standing).not.toStrictEqual(standingAt(initialReading, validAt));
      }
    });
  });
});
