import fc from 'fast-check';
import { type CareDoing, careDoings } from './care-doings.js';
import type { Input } from './client.js';
import { type ClockDoing, clockDoings } from './clock-doings.js';
import { dateOf, day, doesWith, which, who } from './doing-parts.js';
import { type RuleDoing, ruleDoings } from './rule-doings.js';
import { type TieDoing, tieDoings } from './tie-doings.js';

/** Something that a client does, in numbers that are read as "one of those there are by now". */
export type Doing =
  | {
      readonly does: 'record';
      readonly who: readonly number[];
      readonly day: number;
      readonly said: Input;
      readonly replyTo: number | null;
    }
  | {
      readonly does: 'correct';
      readonly which: number;
      readonly changes: Input;
      readonly who: readonly number[] | null;
    }
  | { readonly does: 'retract'; readonly which: number }
  | { readonly does: 'assessTone'; readonly which: number; readonly tone: number }
  | { readonly does: 'assessStance'; readonly who: number; readonly day: number; readonly stance: string }
  | { readonly does: 'withdraw'; readonly who: number; readonly day: number }
  | {
      readonly does: 'step';
      readonly who: number;
      readonly day: number;
      readonly step: string;
      /** In the conversation of one of the interactions. */
      readonly of: number | null;
    }
  | { readonly does: 'takeBack'; readonly which: number }
  | { readonly does: 'assessDisclosure'; readonly which: number; readonly status: string }
  | { readonly does: 'interval'; readonly tier: string | null; readonly days: number | null }
  | { readonly does: 'publish'; readonly day: number; readonly text: string }
  | { readonly does: 'withdrawGuideline'; readonly day: number }
  | { readonly does: 'acknowledge'; readonly which: number; readonly day: number }
  | { readonly does: 'unacknowledge'; readonly which: number; readonly version: number }
  | { readonly does: 'rename'; readonly who: number; readonly name: string }
  | {
      readonly does: 'addHandle' | 'removeHandle';
      readonly who: number;
      readonly address: number;
      readonly at: number | null;
    }
  | { readonly does: 'retire'; readonly who: number }
  | { readonly does: 'merge' | 'unmerge' | 'tellApart'; readonly who: number; readonly other: number }
  | { readonly does: 'hire'; readonly name: string; readonly inTeam: boolean }
  | { readonly does: 'changeColleague'; readonly which: number; readonly name: string; readonly inTeam: boolean }
  | { readonly does: 'letGo'; readonly which: number }
  | { readonly does: 'defineTier'; readonly capacity: number; readonly cadenceDays: number | null }
  | {
      readonly does: 'assign';
      readonly who: number;
      readonly which: number;
      readonly day: number;
      readonly tier: string | null;
    }
  | { readonly does: 'handOver'; readonly who: number; readonly which: number; readonly day: number }
  | { readonly does: 'release'; readonly who: number; readonly day: number }
  | {
      readonly does: 'answer';
      readonly who: number;
      readonly day: number;
      readonly score: number;
      readonly survey: string;
    }
  | { readonly does: 'retractAnswer'; readonly which: number }
  | { readonly does: 'setGoal'; readonly which: number; readonly measure: Input; readonly year: number }
  | { readonly does: 'reviseGoal'; readonly which: number; readonly target: number; readonly owner: number | null }
  | { readonly does: 'dropGoal'; readonly which: number }
  | RuleDoing
  | CareDoing
  | ClockDoing
  | TieDoing;

const tone = fc.constantFrom(-1, -0.9, -0.4, -0.3, -0.05, 0, 0.1, 0.3, 0.6, 0.9, 1);
const text = fc.constantFrom(
  'I hate this.',
  'I love this. It is great.',
  'It has four corners.',
  'Das ist ein schönes Haus am See.',
);
const act = fc.constantFrom('COMMENT', 'REPLY', 'RECOMMENDATION', 'COMPLAINT', 'CO_CREATION', 'QUESTION');
const direction = fc.constantFrom('INBOUND', 'INBOUND', 'OBSERVED', 'OUTBOUND');
const said = fc.record(
  {
    tone,
    text,
    act,
    direction,
    channel: fc.constantFrom('EMAIL', 'FORUM', 'PHONE'),
    ourPeople: fc.constantFrom(['kim@ours.example'], ['lee@ours.example', 'kim@ours.example']),
    subject: fc.constantFrom('a', 'b'),
    topics: fc.constantFrom(['x'], ['x', 'y']),
    reach: fc.nat({ max: 5 }),
  },
  { requiredKeys: ['act', 'direction', 'channel'] },
);
const changes = fc.oneof(
  day.map((each): Input => ({ occurredAt: dateOf(each) })),
  fc.record(
    {
      ...{ text, act, direction, subject: fc.constantFrom('c', null), topics: fc.constantFrom(['x'], []) },
      reach: fc.constantFrom(7, null),
    },
    { requiredKeys: [] },
  ),
);
/** Any one thing, recordings most of all. */
export const anyDoing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 14,
    arbitrary: doesWith('record', {
      who: fc.uniqueArray(who, { minLength: 1, maxLength: 3 }),
      day,
      said,
      replyTo: fc.option(which, { freq: 2 }),
    }),
  },
  {
    weight: 5,
    arbitrary: doesWith('correct', {
      which,
      changes,
      who: fc.option(fc.uniqueArray(who, { minLength: 1, maxLength: 2 }), { freq: 3 }),
    }),
  },
  { weight: 4, arbitrary: doesWith('retract', { which }) },
  { weight: 3, arbitrary: doesWith('assessTone', { which, tone }) },
  {
    weight: 3,
    arbitrary: doesWith('assessStance', {
      who,
      day,
      stance: fc.constantFrom('DETRACTOR', 'CRITIC', 'NEUTRAL', 'SUPPORTER', 'ADVOCATE'),
    }),
  },
  { weight: 2, arbitrary: doesWith('withdraw', { who, day }) },
  {
    weight: 3,
    arbitrary: doesWith('step', {
      who,
      day,
      step: fc.constantFrom('LISTEN', 'ACKNOWLEDGE', 'ENGAGE', 'INVOLVE'),
      of: fc.option(which, { freq: 2 }),
    }),
  },
  { weight: 2, arbitrary: doesWith('takeBack', { which }) },
  {
    weight: 3,
    arbitrary: doesWith('assessDisclosure', {
      which,
      status: fc.constantFrom('DISCLOSED', 'NOT_DISCLOSED', 'UNKNOWN'),
    }),
  },
  {
    weight: 1,
    arbitrary: doesWith('interval', {
      tier: fc.constantFrom('close', null),
      days: fc.option(fc.integer({ min: 1, max: 300 }), { freq: 4 }),
    }),
  },
  { weight: 1, arbitrary: doesWith('publish', { day, text: fc.constantFrom('Be kind.', 'Be kind and brief.') }) },
  { weight: 1, arbitrary: doesWith('withdrawGuideline', { day }) },
  { weight: 2, arbitrary: doesWith('acknowledge', { which, day }) },
  { weight: 1, arbitrary: doesWith('unacknowledge', { which, version: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: doesWith('rename', { who, name: fc.constantFrom('Bo', 'Ada Bo', 'Zoë Lee', 'Bea') }) },
  { weight: 6, arbitrary: doesWith('addHandle', { who, address: fc.nat({ max: 3 }), at: fc.option(day) }) },
  { weight: 2, arbitrary: doesWith('removeHandle', { who, address: fc.nat({ max: 3 }), at: fc.option(day) }) },
  { weight: 1, arbitrary: doesWith('retire', { who }) },
  { weight: 3, arbitrary: doesWith('merge', { who, other: who }) },
  { weight: 3, arbitrary: doesWith('unmerge', { who, other: who }) },
  { weight: 1, arbitrary: doesWith('tellApart', { who, other: who }) },
  { weight: 3, arbitrary: doesWith('hire', { name: fc.constantFrom('Kim', 'Lee'), inTeam: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: doesWith('changeColleague', { which, name: fc.constantFrom('Kim', 'Roe'), inTeam: fc.boolean() }),
  },
  { weight: 1, arbitrary: doesWith('letGo', { which }) },
  {
    weight: 1,
    arbitrary: doesWith('defineTier', {
      capacity: fc.integer({ min: 1, max: 3 }),
      cadenceDays: fc.option(fc.integer({ min: 1, max: 200 })),
    }),
  },
  {
    weight: 9,
    arbitrary: doesWith('assign', { who, which, day, tier: fc.constantFrom('close', 'executive', null) }),
  },
  { weight: 3, arbitrary: doesWith('handOver', { who, which, day }) },
  { weight: 3, arbitrary: doesWith('release', { who, day }) },
  {
    weight: 3,
    arbitrary: doesWith('answer', {
      who,
      day,
      score: fc.nat({ max: 10 }),
      survey: fc.constantFrom('spring', 'autumn'),
    }),
  },
  { weight: 1, arbitrary: doesWith('retractAnswer', { which }) },
  {
    weight: 2,
    arbitrary: doesWith('setGoal', {
      which,
      measure: fc.constantFrom<Input>(
        { measure: 'CONVERSIONS', kinds: ['WON_OVER', 'CONVERTED'] },
        { measure: 'STAKEHOLDERS_AT_STANCE', stances: ['DETRACTOR'], direction: 'AT_MOST' },
        { measure: 'NET_PROMOTER', survey: 'spring' },
        { measure: 'CONVERSATION_SHARE', topic: 'x' },
        { measure: 'RELAPSE_RATE' },
        { measure: 'CONVERSION_RATE', cohort: { channel: 'EMAIL', topic: 'x', owned: true } },
        { measure: 'CONVERSIONS', kinds: ['WON_OVER', 'ACTIVATED'], cohort: { owned: false } },
        { measure: 'STAKEHOLDERS_AT_STANCE', stances: ['CRITIC', 'SUPPORTER'], cohort: { tier: 'close' } },
      ),
      year: fc.integer({ min: 2080, max: 2083 }),
    }),
  },
  {
    weight: 1,
    arbitrary: doesWith('reviseGoal', { which, target: fc.constantFrom(0, 1), owner: fc.option(which, { freq: 2 }) }),
  },
  { weight: 1, arbitrary: doesWith('dropGoal', { which }) },
  ...ruleDoings,
  ...careDoings,
  ...clockDoings,
  ...tieDoings,
) as fc.Arbitrary<Doing>;
