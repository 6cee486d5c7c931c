import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyRules } from '../../test/golden/any-rules.js';
import { anyLog, day, people } from '../../test/golden/any-standing-log.js';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { logIdOfTests } from '../event-sourcing/specification.js';
import { replayInto } from '../event-sourcing/replay.js';
import { openSqliteReadStore } from '../event-sourcing/stores/sqlite.read-store.js';
import { summaryOf } from './advocacy-summary.js';
import { rowsUnder } from './rows-under.js';
import { spellsOf } from './spells.js';
import { conversionsPage, spansPage } from './standing-pages.js';
import { standingBeside, standingProjection } from './standing-projection.js';
import { standingsAt } from './standing-readings.js';
import type { Rules } from './standing.js';

const all = { limit: 1_000, backwards: false, from: null };
const keys = people.map((_, index) => index + 1);

const answers = async (rows: RowReader, rules: Rules, validAt: number) => {
  const past = { known: present, validAt };
  return {
    standings: await standingsAt(
      rows,
      keys.map((key) => [key]),
      past,
      rules,
    ),
    spans: await Promise.all(keys.map((key) => spansPage(rows, [key], past, all, 'oldest-first', rules))),
    conversions: await conversionsPage(rows, {}, past, all),
    summary: await summaryOf(rows, people.length, past, undefined, rules),
    spells: await spellsOf(rows, {}, past),
  };
};

/** As a version that was put in force has it. */
const versionOf = ({ tone, conversion }: Rules): Rules => ({
  tone: { ...tone, name: 'tone-v7' },
  conversion: { ...conversion, name: 'advocacy-v2' },
});

describe('rows beside the standard ones', () => {
  it('answer as those of the same rules alone would, late facts and all, and leave the standard ones as they are', () =>
    fc.assert(
      fc.asyncProperty(anyLog, anyRules, day, async (events, asked, until) => {
        const rules = versionOf(asked);
        const projections = [standingProjection(), standingBeside(rules)];
        const both = openSqliteReadStore({ folder: ':memory:', projections, logId: logIdOfTests });
        const pages = [events.slice(0, 70), events.slice(70, 77), events.slice(77)];
        await replayInto(both, projections, pages);
        const alone = await log.projected(standingProjection(rules), events);
        const standard = await log.projected(standingProjection(), events);
        const validAt = until * dayMs;
        expect(await answers(rowsUnder(rules, both), rules, validAt)).toEqual(await answers(alone, rules, validAt));
        expect(await both.all('select * from standing_span order by stakeholder, from_at, known_from')).toEqual(
          await standard.all('select * from standing_span order by stakeholder, from_at, known_from'),
        );
        await Promise.all([both.close(), alone.close(), standard.close()]);
      }),
      { numRuns: 30 },
    ));
});
