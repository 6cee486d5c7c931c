import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyLog, before, day, people } from '../../test/golden/any-standing-log.js';
import { anyRules } from '../../test/golden/any-rules.js';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { summaryOf } from './advocacy-summary.js';
import { conversionFaults, toneFaults } from './rule-bounds.js';
import { spellsOf } from './spells.js';
import { conversionsPage } from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { rulesV1, type Rules } from './standing.js';
import { type WhatIfAsked, whatIf } from './what-if.js';

const all = { limit: 1_000, backwards: false, from: null };
const periods = fc.tuple(fc.option(day), fc.option(day)).map(([a, b]) => ({
  from: a === null ? null : a * dayMs,
  until: b === null ? null : b * dayMs,
}));
const questions = fc.record({
  events: anyLog,
  rules: anyRules,
  until: day,
  during: periods,
  pick: fc.option(fc.nat()),
  pageMax: fc.integer({ min: 1, max: 80 }),
});
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

const askedOf = ({ events, rules, until, during, pick }: Question): WhatIfAsked => ({
  rules,
  live: rulesV1,
  past: {
    known: pick === null ? present : before.length + (pick % (events.length - before.length + 1)),
    validAt: until * dayMs,
  },
  during,
  stakeholders: people.length,
});

/** What rows answer that were folded by these rules, with conversions as a what-if tells them. */
const liveUnder = async (rows: ReadStore, rules: Rules, { past, during, stakeholders }: WhatIfAsked) => ({
  summary: await summaryOf(rows, stakeholders, past, during, rules),
  spells: await spellsOf(rows, {}, past),
  conversions: (await conversionsPage(rows, { during }, past, all))
    .map(({ stakeholder, kind, at, because, since_at: sinceAt }) => ({ stakeholder, kind, at, because, sinceAt }))
    .sort((a, b) => b.at - a.at || b.stakeholder - a.stakeholder),
});

const holds = (law: (question: Question) => Promise<void>) =>
  fc.assert(fc.asyncProperty(questions, law), { numRuns: 60 });

const withRows = async <T>(question: Question, rules: Rules, read: (rows: ReadStore) => Promise<T>): Promise<T> => {
  const rows = await log.projected(standingProjection(rules), question.events, 9);
  return read(rows).finally(() => rows.close());
};

describe('a what-if over any log', () => {
  it('answers as rows would that were folded by its rules, as of any past', () =>
    holds(async (question) => {
      const asked = askedOf(question);
      const answer = await withRows(question, rulesV1, (rows) => whatIf(rows, asked, { pageMax: question.pageMax }));
      const live = await withRows(question, asked.rules, (rows) => liveUnder(rows, asked.rules, asked));
      expect(answer.summary).toEqual(live.summary);
      expect(answer.spells).toEqual(live.spells);
      expect(answer.conversions.map(({ liveToo: _, ...passage }) => passage)).toEqual(live.conversions);
    }));

  it('answers under the rules in force what the live rows do', () =>
    holds(async (question) => {
      const asked = { ...askedOf(question), rules: rulesV1 };
      await withRows(question, rulesV1, async (rows) => {
        const answer = await whatIf(rows, asked, { pageMax: question.pageMax });
        const { conversions, ...live } = await liveUnder(rows, rulesV1, asked);
        expect(answer).toMatchObject(live);
        expect(answer.conversions).toEqual(conversions.map((passage) => ({ ...passage, liveToo: true })));
        expect(answer.counts).toEqual({ both: conversions.length, gained: 0, missing: 0 });
      });
    }));

  it('tells what it counts beside what the live rules do', () =>
    holds(async (question) => {
      const asked = askedOf(question);
      const live = await withRows(question, rulesV1, (rows) => liveUnder(rows, rulesV1, asked));
      const { conversions, missing, counts } = await withRows(question, rulesV1, (rows) =>
        whatIf(rows, asked, { pageMax: question.pageMax }),
      );
      const nameOf = ({ stakeholder, kind, because }: (typeof missing)[number]) => `${stakeholder} ${kind} ${because}`;
      const liveNames = new Set(live.conversions.map(nameOf));
      const names = new Set(conversions.map(nameOf));
      expect(conversions.filter(({ liveToo }) => liveToo).map(nameOf)).toEqual(
        conversions.map(nameOf).filter((name) => liveNames.has(name)),
      );
      expect(missing.map(nameOf)).toEqual(live.conversions.map(nameOf).filter((name) => !names.has(name)));
      expect(counts.both + counts.gained).toBe(conversions.length);
      expect(counts.both + counts.missing).toBe(live.conversions.length);
    }));
});

describe('any rules that a test makes', () => {
  it('are rules', () =>
    fc.assert(
      fc.property(anyRules, ({ tone, conversion }) => {
        expect([...toneFaults(tone), ...conversionFaults(conversion)]).toEqual([]);
      }),
    ));
});
