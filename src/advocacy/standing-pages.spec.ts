import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore, Value } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { summaryOf } from './advocacy-summary.js';
import {
  conversionOf,
  conversionsPage,
  countConversions,
  countSpans,
  spansPage,
  type ConversionsAsked,
  type PageAsked,
} from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { readingsBefore, standingsAt } from './standing-readings.js';

const people = ['mia', 'leo', 'max'];
const live = { known: present, validAt: 10_000 * dayMs };
const all: PageAsked = { limit: 1000, backwards: false, from: null };

/** Against us and won over, again and again: three spans and two or three conversions in 900 days. */
const turns = Array.from({ length: 24 }, (_, n) => {
  const who = people[n % 3] ?? '';
  return log.said({
    id: `t${n}`,
    at: (Math.floor(n / 3) * 300 + (n % 2)) * dayMs,
    tone: Math.floor(n / 3) % 2 === 0 ? -1 : 0.9,
    by: [who],
  });
});
const events = numbered(
  ...people.map(log.identified),
  ...turns,
  log.said({ id: 'act', at: 2200 * dayMs, act: 'defence', tone: 1 }),
);
let rows: ReadStore;
beforeAll(async () => {
  rows = await log.projected(standingProjection(), events);
});
afterAll(() => rows.close());

/** All rows of a list, read page by page, in the list's order. */
async function paged<Row>(
  limit: number,
  backwards: boolean,
  read: (page: PageAsked) => Promise<readonly Row[]>,
  keysOf: (row: Row) => Value[],
) {
  const found: Row[] = [];
  for (let from: Value[] | null = null; ;) {
    const page = await read({ limit, backwards, from });
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined) return backwards ? found.toReversed() : found;
    from = keysOf(last);
  }
}

describe('the pages of conversions', () => {
  const asked: ConversionsAsked[] = [
    {},
    { kinds: ['won-over'] },
    { stakeholder: 2 },
    { stakeholder: 1, kinds: ['relapsed', 'converted'], during: { from: null, until: 1500 * dayMs } },
    { during: { from: 300 * dayMs, until: 1200 * dayMs } },
    { kinds: [] },
  ];
  it.each(asked)('come to the whole list, either way, and are counted: %j', async (which) => {
    for (const order of ['newest-first', 'oldest-first'] as const) {
      const whole = await conversionsPage(rows, which, live, all, order);
      const read = (page: PageAsked) => conversionsPage(rows, which, live, page, order);
      for (const backwards of [false, true])
        expect(await paged(2, backwards, read, ({ at, id }) => [at, id])).toEqual(whole);
      expect(await countConversions(rows, which, live)).toBe(whole.length);
      expect(whole.map(({ at }) => at)).toEqual(
        whole.map(({ at }) => at).toSorted((a, b) => (order === 'newest-first' ? b - a : a - b)),
      );
      for (const { kind, stakeholder, at } of whole) {
        expect(which.kinds ?? [kind]).toContain(kind);
        expect(which.stakeholder ?? stakeholder).toBe(stakeholder);
        expect(at >= (which.during?.from ?? 0) && at < (which.during?.until ?? Infinity)).toBe(true);
      }
    }
  });

  it('have something in them', async () => {
    const kinds = (await conversionsPage(rows, {}, live, all)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['won-over', 'relapsed', 'converted']));
  });

  it('end where the past does', async () => {
    const past = { ...live, validAt: 700 * dayMs };
    const shown = await conversionsPage(rows, {}, past, all);
    expect(shown).toEqual((await conversionsPage(rows, {}, live, all)).filter(({ at }) => at <= past.validAt));
    const [first] = shown;
    expect(await conversionOf(rows, first?.id ?? '', past)).toEqual(first);
    expect(await conversionOf(rows, first?.id ?? '', { ...past, validAt: (first?.at ?? 0) - 1 })).toBeUndefined();
    expect(await conversionOf(rows, first?.id ?? '', { ...past, known: 3 })).toBeUndefined();
    expect(await conversionOf(rows, 'unheard of', live)).toBeUndefined();
  });
});

describe('the pages of spans', () => {
  it('come to the whole list, either way, and are counted', async () => {
    for (const order of ['newest-first', 'oldest-first'] as const) {
      const whole = await spansPage(rows, [1], live, all, order);
      const read = (page: PageAsked) => spansPage(rows, [1], live, page, order);
      for (const backwards of [false, true])
        expect(await paged(2, backwards, read, ({ from_at }) => [from_at])).toEqual(whole);
      expect(await countSpans(rows, 1, live)).toBe(whole.length);
      expect(whole.length).toBeGreaterThan(5);
    }
  });

  it('show when an advocate lapses though it lies ahead, and of nothing else when it ends', async () => {
    const at = async (day: number) => (await spansPage(rows, [1], { ...live, validAt: day * dayMs }, all)).at(-1);
    expect(await at(2250)).toMatchObject({ stance: 'advocate', until_at: 2380 * dayMs });
    expect(await at(2380)).toMatchObject({ stance: 'supporter', until_at: null, because: null });
    expect(await at(100)).toMatchObject({ stance: 'detractor', until_at: null });
  });

  it('show an advocate of the rule to lapse though a person says later that they stay one', async () => {
    const act = log.said({ id: 'a', at: 0, act: 'referral', tone: 1 });
    const later = await log.projected(
      standingProjection(),
      numbered(log.identified('mia'), act, log.assessed('mia', 'x', 9 * dayMs, 'advocate')),
    );
    const [before] = await spansPage(later, [1], { ...live, validAt: dayMs }, all);
    const [since] = await spansPage(later, [1], live, all);
    expect([before?.until_at, since?.until_at]).toEqual([180 * dayMs, null]);
    await later.close();
  });
});

describe('standings', () => {
  it('are answered for as many as asked, once each, and at unknown for who was never heard of', async () => {
    const keys = [...Array.from({ length: 300 }, (_, n) => n + 1), 2];
    const standings = await standingsAt(
      rows,
      keys.map((key) => [key]),
      live,
    );
    expect(standings.size).toBe(300);
    expect(standings.get(2)).toMatchObject({ stance: 'supporter', rule: 'tone-v1', assessedBy: null });
    expect(standings.get(200)).toMatchObject({ stance: 'unknown', tone: null, since: null });
    expect(await standingsAt(rows, [], live)).toEqual(new Map());
  });
});

describe('a summary', () => {
  it('counts all six stances, and who was never heard of as unknown', async () => {
    const { stakeholdersByStance, toneRule, conversionRule } = await summaryOf(rows, 5, live);
    expect(stakeholdersByStance).toEqual({
      unknown: 2,
      detractor: 0,
      critic: 0,
      neutral: 0,
      supporter: 3,
      advocate: 0,
    });
    expect([toneRule, conversionRule]).toEqual(['tone-v1', 'advocacy-v1']);
  });
});

describe('the queries', () => {
  /** The plans of the statements that a query asks. */
  async function plansOf(query: (reader: ReadStore) => Promise<unknown>): Promise<string> {
    const asked: { sql: string; parameters: readonly Value[] }[] = [];
    const spy = {
      ...rows,
      all: (sql: string, parameters: readonly Value[] = []) => (
        asked.push({ sql, parameters }),
        rows.all(sql, parameters)
      ),
    };
    await query(spy as ReadStore);
    const plans = await Promise.all(
      asked.map(({ sql, parameters }) => rows.all<{ detail: string }>(`explain query plan ${sql}`, parameters)),
    );
    return plans
      .flat()
      .map(({ detail }) => detail)
      .join('\n');
  }
  const pages = [
    { limit: 20, backwards: false, from: null },
    { limit: 20, backwards: true, from: [0, ''] },
  ];
  const fromIndexes = (plan: string) => {
    expect(plan).toMatch(/SEARCH|SCAN .*USING INDEX/);
    expect(plan).not.toMatch(
      /SCAN (conversion|standing_\w+|[srf])$|SCAN (conversion|standing_\w+|[srf])\n|TEMP B-TREE/,
    );
  };

  it('of a page of conversions read an index in its order', async () => {
    for (const page of pages)
      for (const asked of [{}, { kinds: ['lost' as const] }, { stakeholder: 1 }, { during: { from: 1, until: 2 } }])
        fromIndexes(await plansOf((reader) => conversionsPage(reader, asked, live, page)));
  });

  it('of a page of spans, and of standings, read what they need', async () => {
    fromIndexes(await plansOf((reader) => spansPage(reader, [1], live, { limit: 20, backwards: true, from: [5] })));
    const wanted = [{ members: [1], baseBefore: 5, factsBefore: 9 }];
    fromIndexes(await plansOf((reader) => readingsBefore(reader, wanted, live)));
  });
});
