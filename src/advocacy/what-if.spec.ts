import { describe, expect, it } from '@jest/globals';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore, RowReader } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { standingProjection } from './standing-projection.js';
import { rulesV1 } from './standing.js';
import { conversionsToldMax, type WhatIfAsked, type WhatIfProgress, whatIf } from './what-if.js';

const asked: WhatIfAsked = {
  rules: rulesV1,
  live: rulesV1,
  past: { known: present, validAt: 100_000 * dayMs },
  during: { from: null, until: null },
  stakeholders: 2,
};

/** Two who turn against us and are won over, day after day. */
const log200 = numbered(
  log.identified('mia'),
  log.identified('leo'),
  ...Array.from({ length: 200 }, (_, n) =>
    log.said({ id: `i${n}`, at: n * 200 * dayMs, by: [n < 100 ? 'mia' : 'leo'], tone: n % 2 === 0 ? -1 : 1 }),
  ),
);

const withRows = async (read: (rows: ReadStore) => Promise<void>): Promise<void> => {
  const rows = await log.projected(standingProjection(), log200);
  await read(rows).finally(() => rows.close());
};

/** Counts what is asked of the rows. */
const counting = (rows: RowReader) => {
  const asking = { queries: 0 };
  const counted: RowReader = {
    all: (sql, parameters) => {
      asking.queries += 1;
      return rows.all(sql, parameters);
    },
    first: (sql, parameters) => rows.first(sql, parameters),
  };
  return { counted, asking };
};

describe('a what-if', () => {
  it('tells how far it is, page after page', () =>
    withRows(async (rows) => {
      const told: WhatIfProgress[] = [];
      const answer = await whatIf(rows, asked, { pageMax: 60, onProgress: (progress) => told.push(progress) });
      expect(told).toEqual([
        { facts: 60, stakeholders: 0 },
        { facts: 120, stakeholders: 1 },
        { facts: 180, stakeholders: 1 },
      ]);
      expect(answer).toMatchObject({ facts: 200, stakeholders: 2 });
    }));

  it('stops at the page at which it is told to, and asks for nothing more', () =>
    withRows(async (rows) => {
      const stop = new AbortController();
      const { counted, asking } = counting(rows);
      const onProgress = (): void => stop.abort(new Error('enough'));
      await expect(whatIf(counted, asked, { pageMax: 10, signal: stop.signal, onProgress })).rejects.toThrow('enough');
      expect(asking.queries).toBe(2);
    }));

  it('tells the newest conversions, and counts them all', () =>
    withRows(async (rows) => {
      const { conversions, counts } = await whatIf(rows, asked);
      // Fifty times won over each, and turned against us again all but the first time.
      expect(counts).toEqual({ both: 198, gained: 0, missing: 0 });
      expect(conversions).toHaveLength(conversionsToldMax);
      expect(conversions[0]).toMatchObject({ stakeholder: 2, at: 199 * 200 * dayMs, kind: 'won-over' });
      expect(conversions.at(-1)).toMatchObject({ stakeholder: 1, at: 99 * 200 * dayMs, kind: 'won-over' });
    }));
});
