import { expect, it } from '@jest/globals';
import type { RowReader } from '../event-sourcing/read-store.js';
import { projectionOf, rowsUnder } from './rows-under.js';
import { rulesV1 } from './standing.js';

const rules = { tone: { ...rulesV1.tone, name: 'tone-v2' }, conversion: rulesV1.conversion };

const asked = async (sql: string): Promise<string> => {
  let seen = '';
  const rows: RowReader = {
    all: (text) => {
      seen = text;
      return Promise.resolve([]);
    },
    first: () => Promise.resolve(undefined),
  };
  await rowsUnder(rules, rows).all(sql);
  return seen;
};

it('asks the tables of those rules, and leaves columns, texts and other tables as they are', async () => {
  expect(
    await asked(`select c.conversion, 'conversion' from conversion c cross join standing_fact f
      join timeline_entry e where exists (select 1 FROM standing_span) and conversion = ?`),
  )
    .toBe(`select c.conversion, 'conversion' from conversion_tone_v2_advocacy_v1 c cross join standing_fact_tone_v2_advocacy_v1 f
      join timeline_entry e where exists (select 1 FROM standing_span_tone_v2_advocacy_v1) and conversion = ?`);
});

it('asks the rows themselves under the standard rules', () => {
  const rows = {} as RowReader;
  expect(rowsUnder(rulesV1, rows)).toBe(rows);
  expect([projectionOf(rulesV1), projectionOf(rules)]).toEqual(['standing', 'standing-tone-v2-advocacy-v1']);
});
