import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { anyLog, before, day, factsIn, people, spanOf } from '../../test/golden/any-standing-log.js';
import { forgetful } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { conversionId } from './advocacy-v1.js';
import { compareFacts } from './facts-of-standing.js';
import { conversionsPage, countSpans, spansPage } from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { onceEach, standingsAt } from './standing-readings.js';
import { conversion, standingFact, standingReading, standingSpan, standingTables } from './standing-tables.js';
import { readAll, standingAt } from './standing.js';

const projection = standingProjection();
const all = { limit: 1000, backwards: false, from: null };

/** Somebody is merged into somebody, or parted from whom they were merged into, at some place of the log. */
const regrouping = fc.record({
  at: fc.nat(),
  one: fc.nat({ max: 2 }),
  other: fc.nat({ max: 2 }),
  merges: fc.boolean(),
});

/** Who remains under each index of `people`, over all merges. */
const survivorOf = (into: ReadonlyMap<number, number>, index: number): number => {
  const next = into.get(index);
  return next === undefined ? index : survivorOf(into, next);
};

/** A log with people merged and parted in it; merges join who remains on either side, as the service sees to. */
const anyLogOfGroups = fc
  .tuple(anyLog, fc.array(regrouping, { minLength: 1, maxLength: 6 }))
  .map(([events, regroupings]) => {
    const into = new Map<number, number>();
    const later = events.length - before.length + 1;
    const ordered = [...regroupings].sort((a, b) => (a.at % later) - (b.at % later));
    const whole: RecordedEvent[] = [...events.slice(0, before.length)];
    for (let index = 0; index < later; index += 1) {
      for (const { at, one, other, merges } of ordered) {
        if (at % later !== index) continue;
        const [survivor, joining] = [survivorOf(into, one), survivorOf(into, other)];
        const parent = into.get(other);
        if (merges && survivor !== joining) {
          into.set(joining, survivor);
          whole.push(log.merged(people[survivor] ?? '', people[joining] ?? ''));
        } else if (!merges && parent !== undefined) {
          into.delete(other);
          whole.push(log.unmerged(people[parent] ?? '', people[other] ?? ''));
        }
      }
      const event = events[before.length + index];
      if (event !== undefined) whole.push(event);
    }
    return numbered(...whole);
  });

/** Who is one after some events: the keys of each group, who remains first. */
const groupsAfter = (events: readonly RecordedEvent[]): readonly (readonly number[])[] => {
  const into = new Map<number, number>();
  for (const { type, data } of events) {
    const [survivor, merged] = [data['stakeholderId'], data['mergedId']].map((id) =>
      people.indexOf(typeof id === 'string' ? id : ''),
    );
    if (survivor === undefined || merged === undefined) continue;
    if (type === 'StakeholdersMerged') into.set(merged, survivor);
    if (type === 'StakeholderUnmerged') into.delete(merged);
  }
  return people.flatMap((_, root) => {
    if (survivorOf(into, root) !== root) return [];
    const others = people.flatMap((__, each) => (each !== root && survivorOf(into, each) === root ? [each + 1] : []));
    return [[root + 1, ...others]];
  });
};

const holds = <T>(arbitrary: fc.Arbitrary<T>, law: (value: T) => Promise<void>, numRuns = 80) =>
  fc.assert(fc.asyncProperty(arbitrary, law), { numRuns });

async function reading<T>(
  events: readonly RecordedEvent[],
  batch: number,
  read: (rows: ReadStore) => Promise<T>,
  by: Projection = projection,
): Promise<T> {
  const rows = await log.projected(by, events, batch);
  return await read(rows).finally(() => rows.close());
}

const wholeTables = (rows: ReadStore) =>
  Promise.all(standingTables.map(({ name, key }) => rows.all(`select * from ${name} order by ${key.join(', ')}`)));
const versioned = [standingFact, standingReading, standingSpan, conversion];
const presentTables = async (rows: ReadStore) =>
  Promise.all(
    versioned.map(async (table) =>
      (await log.rowsAsOf(rows, table, open)).map((row) => log.without(row, 'known_from')),
    ),
  );

const answers = async (
  rows: ReadStore,
  groups: readonly (readonly number[])[],
  past: { known: number; validAt: number },
) => ({
  standings: await standingsAt(rows, groups, past),
  spans: await Promise.all(groups.map((members) => spansPage(rows, members, past, all))),
  // Who is merged has no standing of their own.
  spanCounts: await Promise.all([1, 2, 3].map((key) => countSpans(rows, key, past))),
  conversions: await conversionsPage(rows, {}, past, all),
});

describe('any log of people who are merged and parted', () => {
  it('has the same rows whatever the batches, and whatever is remembered', () =>
    holds(fc.tuple(anyLogOfGroups, fc.integer({ min: 2, max: 40 })), async ([events, batch]) => {
      const one = await reading(events, 1, wholeTables);
      expect(await reading(events, batch, wholeTables)).toStrictEqual(one);
      expect(await reading(events, batch, wholeTables, forgetful(projection))).toStrictEqual(one);
    }));

  it('has the same rows of somebody alone who spoke with somebody merged, whatever is remembered', async () => {
    const by = ['leo', 'mia'];
    const kind = { id: 'kind', at: 100 * dayMs, tone: 0.9, by };
    const events = numbered(
      ...people.map(log.identified),
      log.merged('max', 'mia'),
      log.said({ id: 'angry', at: 0, tone: -1, by }),
      log.said(kind),
      log.toneAssessed(kind, 0.8),
    );
    const one = await reading(events, 1, wholeTables);
    expect(one.flat().filter((row) => 'because_kind' in (row as object))).toHaveLength(2);
    expect(await reading(events, 1, wholeTables, forgetful(projection))).toStrictEqual(one);
  });

  it('is known as of any event as a log that ends there', () =>
    holds(fc.tuple(anyLogOfGroups, fc.nat(), day), async ([events, pick, until]) => {
      const known = before.length + (pick % (events.length - before.length + 1));
      const cut = events.slice(0, known);
      const groups = groupsAfter(cut);
      const past = { known, validAt: until * dayMs };
      const then = await reading(events, 9, (rows) => answers(rows, groups, past));
      expect(then).toStrictEqual(await reading(cut, 9, (rows) => answers(rows, groups, { ...past, known: present })));
    }));

  it('is answered as the rules read the facts of all who are one, each once', () =>
    holds(fc.tuple(anyLogOfGroups, day), async ([events, until]) => {
      const validAt = until * dayMs;
      const groups = groupsAfter(events);
      const told = await reading(events, 6, (rows) => answers(rows, groups, { known: present, validAt }));
      const facts = factsIn(events);
      const keysOf = new Map(groups.map((members) => [members[0], members]));
      for (const [index, members] of groups.entries()) {
        const its = onceEach(
          members
            .flatMap((whose) => (facts[whose - 1] ?? []).map((fact) => ({ ...fact, whose })))
            .filter(({ at }) => at <= validAt)
            .sort(compareFacts),
        );
        const expected = readAll(its);
        expect(told.standings.get(members[0] ?? 0)).toStrictEqual(standingAt(expected.reading, validAt));
        expect(told.spans[index]?.map(spanOf)).toEqual(expected.spans.filter(({ from }) => from <= validAt));
        const counted = told.conversions.filter(({ stakeholder }) => stakeholder === members[0]).toReversed();
        expect(counted.map(({ id, kind, at, since }) => [id, kind, at, since])).toEqual(
          expected.conversions.map(({ kind, at, because, since }) => {
            // A conversion stays itself, whoever is one with whom.
            const whose = its.find(({ factId }) => factId === because)?.whose ?? 0;
            const stakeholderId = people[whose - 1] ?? '';
            return [conversionId({ stakeholderId, rule: 'advocacy-v1', kind, because }), kind, at, since];
          }),
        );
      }
      for (const [index, count] of told.spanCounts.entries()) if (!keysOf.has(index + 1)) expect(count).toBe(0);
      expect(told.conversions.every(({ stakeholder }) => keysOf.has(stakeholder))).toBe(true);
    }));

  it('is as it was after a merge and its unmerge', () =>
    holds(fc.tuple(anyLogOfGroups, fc.nat({ max: 2 }), fc.nat({ max: 2 })), async ([events, one, other]) => {
      const remain = groupsAfter(events).map(([root = 1]) => people[root - 1] ?? '');
      const [survivor = '', merged = ''] = [remain[one % remain.length], remain[other % remain.length]];
      fc.pre(survivor !== merged);
      const both = numbered(...events, log.merged(survivor, merged), log.unmerged(survivor, merged));
      expect(await reading(both, 8, presentTables)).toStrictEqual(await reading(events, 8, presentTables));
    }));
});
