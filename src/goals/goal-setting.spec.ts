import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../event-sourcing/event-store.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, transactions } from '../event-sourcing/transact.js';
import type { Baseline, StoredMeasure } from './goal.js';
import { type GoalAsked, type GoalSetting, goalSetting } from './goal-setting.js';

const context = (commandId: string): CommandContext => ({
  ...{ actor: 'tester', actorKind: 'key', credential: 'k1', correlationId: 'c1', commandId, inputDigest: 'd' },
});
const day = (number: number): number => Date.UTC(2026, 0, number);
const at = (number: number): string => new Date(day(number)).toISOString();
const measure: StoredMeasure = { name: 'relapse-rate', kinds: null, stances: null, survey: null, topic: null };
const set: GoalAsked = {
  ...{ type: 'Set', measure, target: 0.1, direction: 'at-most', from: at(10), until: at(20), owner: 'kim', at: day(5) },
};

let folder: string;
let store: EventStore;
let goals: GoalSetting;
/** Who is with us, and over what was measured: a period each time. */
let withUs: Set<string>;
let measured: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  withUs = new Set(['kim', 'lee']);
  measured = [];
  goals = goalSetting(
    transactions(store),
    { isWithUs: (id) => Promise.resolve(withUs.has(id)) },
    {
      baselineOf: (of, { from, until }, now): Promise<Baseline> => {
        measured.push(`${of.name} ${from} ${until}`);
        const unmeasured = { value: null, eventId: null, definition: 'd', rule: null, stanceRule: null };
        return Promise.resolve({ ...unmeasured, from, until: new Date(now).toISOString() });
      },
    },
  );
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});
const goalOf = async (asked: GoalAsked, commandId: string): Promise<string> => {
  const outcome = await goals.ask(asked, context(commandId));
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.goalId;
};

describe('setting a goal', () => {
  it('measures what the log holds once, and answers the same request with what happened, whatever came since', async () => {
    const goalId = await goalOf(set, 'a');
    withUs.clear();
    expect(await goals.ask({ ...set, at: day(15) }, context('a'))).toMatchObject({ goalId, already: true });
    expect(measured).toEqual([`relapse-rate ${at(10)} ${at(20)}`]);
    expect(await store.head()).toBe(1);
  });

  it('measures nothing for a period that has begun, or for nobody of ours', async () => {
    expect(await goals.ask({ ...set, at: day(10) }, context('a'))).toEqual({ refused: 'PeriodHasBegun', from: at(10) });
    expect(await goals.ask({ ...set, owner: 'roe' }, context('b'))).toEqual({
      ...{ refused: 'ColleagueNotFound', colleagueId: 'roe' },
    });
    const cohort = { channel: null, topic: null, owner: 'max', tier: null, owned: null };
    expect(await goals.ask({ ...set, measure: { ...measure, cohort } }, context('c'))).toEqual({
      ...{ refused: 'ColleagueNotFound', colleagueId: 'max' },
    });
    expect(measured).toEqual([]);
    expect(await store.head()).toBe(0);
  });
});

describe('revising a goal', () => {
  it('measures the goal’s own measure, over the period that it is to have', async () => {
    const goalId = await goalOf(set, 'a');
    const asked: GoalAsked = { type: 'Revise', goalId, from: at(11), until: at(31), at: day(6) };
    expect(await goals.ask(asked, context('b'))).toMatchObject({ goalId, already: false });
    expect(measured.at(-1)).toBe(`relapse-rate ${at(11)} ${at(31)}`);
    expect(await goals.ask({ type: 'Revise', goalId, target: 0.2, at: day(6) }, context('c'))).toMatchObject({
      already: false,
    });
    expect(measured.at(-1)).toBe(`relapse-rate ${at(11)} ${at(31)}`);
  });

  it('is refused where nobody set it, or nobody of ours is to answer for it', async () => {
    const revise = { type: 'Revise', goalId: 'nobody’s', owner: 'lee', at: day(6) } as const;
    expect(await goals.ask(revise, context('a'))).toEqual({ refused: 'GoalNotFound' });
    const goalId = await goalOf(set, 'b');
    withUs.delete('lee');
    expect(await goals.ask({ ...revise, goalId }, context('c'))).toEqual({
      ...{ refused: 'ColleagueNotFound', colleagueId: 'lee' },
    });
  });
});
