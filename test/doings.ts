import fc from 'fast-check';
import type { Input, Mutation, Outcome, Rapport } from './client.js';
import { type CareDoing, careDoing, careDoings, isCare } from './care-doings.js';
import { type ClockDoing, clockDoing, clockDoings, isOfClocks } from './clock-doings.js';
import { dateOf, day, doesWith, one, which, who } from './doing-parts.js';
import { type GoalDoing, goalDoing, goalDoings, isOfGoals } from './goal-doings.js';
import { type GuidelineDoing, guidelineDoing, guidelineDoings, isOfGuidelines } from './guideline-doings.js';
import { type TieDoing, tieDoing, tieDoings } from './tie-doings.js';

/** Something that a client does, in numbers that are read as "one of those there are by now". */
type Doing =
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
  | { readonly does: 'rename'; readonly who: number; readonly name: string }
  | { readonly does: 'addHandle' | 'removeHandle'; readonly who: number; readonly address: number }
  | { readonly does: 'retire'; readonly who: number }
  | { readonly does: 'merge' | 'unmerge'; readonly who: number; readonly other: number }
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
  | CareDoing
  | ClockDoing
  | GoalDoing
  | GuidelineDoing
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
  { weight: 1, arbitrary: doesWith('rename', { who, name: fc.constantFrom('Bo', 'Ada', 'Zoë', 'Bea') }) },
  { weight: 4, arbitrary: doesWith('addHandle', { who, address: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: doesWith('removeHandle', { who, address: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: doesWith('retire', { who }) },
  { weight: 3, arbitrary: doesWith('merge', { who, other: who }) },
  { weight: 3, arbitrary: doesWith('unmerge', { who, other: who }) },
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
  ...careDoings,
  ...clockDoings,
  ...goalDoings,
  ...guidelineDoings,
  ...tieDoings,
) as fc.Arbitrary<Doing>;

/** Does it by the API, if there is something to do it to; what is refused is as good as done. */
export const doing = (rapport: Rapport): ((doing: Doing) => Promise<void>) => {
  const people = new Map<number, string>();
  const interactions: string[] = [];
  const colleagues: string[] = [];
  const answers: { readonly stakeholderId: string; readonly factId: string }[] = [];
  let team: string | null = null;
  const facts: { readonly stakeholderId: string; readonly factId: string }[] = [];
  const handleOf = (address: number): Input => ({ channel: 'EMAIL', address: `b${address}@example.org` });
  const participant = (number: number): Input => {
    const stakeholderId = people.get(number);
    return stakeholderId === undefined
      ? { externalId: { system: 'crm', id: String(number) }, name: `Number ${number}` }
      : { stakeholderId };
  };
  const reason = 'a reason';

  const ask = async (mutation: Mutation, input: Input): Promise<Outcome | null> => {
    const outcome = await rapport.mutate(mutation, input);
    return 'position' in outcome ? outcome : null;
  };
  const decide = async (mutation: Mutation, number: number, input: Input): Promise<Outcome | null> => {
    const stakeholderId = people.get(number);
    if (stakeholderId === undefined) return null;
    const outcome = await ask(mutation, { stakeholderId, ...input });
    if (outcome !== null && 'factId' in outcome) facts.push({ stakeholderId, factId: outcome.factId });
    return outcome;
  };
  const amend = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const interactionId = one(interactions, index);
    return interactionId === undefined ? null : ask(mutation, { interactionId, reason, ...input });
  };

  const ours = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const colleagueId = one(colleagues, index);
    return colleagueId === undefined ? null : ask(mutation, { colleagueId, ...input });
  };

  const aboutGuidelines = guidelineDoing(ask, ours);
  const aboutGoals = goalDoing(ask, colleagues);
  const aboutCare = careDoing({ ask, decide, facts });
  const aboutTies = tieDoing(rapport, { ask, people, colleagues, interactions });

  const outcomeOf = async (each: Doing): Promise<Outcome | null> => {
    switch (each.does) {
      case 'record': {
        const answered = each.replyTo === null ? undefined : one(interactions, each.replyTo);
        const outcome = await ask('recordInteraction', {
          ...each.said,
          occurredAt: dateOf(each.day),
          with: each.who.map(participant),
          ...(answered === undefined ? {} : { inReplyTo: { interactionId: answered } }),
        });
        if (outcome === null) return null;
        interactions.push(outcome.interaction.id);
        for (const [index, number] of each.who.entries())
          people.set(number, outcome.interaction.participants[index]?.stakeholder.id ?? '');
        return outcome;
      }
      case 'correct':
        return amend('correctInteraction', each.which, {
          ...each.changes,
          ...(each.who === null ? {} : { with: each.who.map(participant) }),
        });
      case 'retract':
        return amend('retractInteraction', each.which, {});
      case 'assessTone':
        return amend('assessTone', each.which, { tone: each.tone });
      case 'assessStance':
        return decide('assessStance', each.who, { stance: each.stance, occurredAt: dateOf(each.day), reason });
      case 'withdraw':
        return decide('withdrawStance', each.who, { occurredAt: dateOf(each.day), reason });
      case 'step':
        return decide('takeStep', each.who, {
          ...{ step: each.step, occurredAt: dateOf(each.day) },
          interactionId: each.of === null ? null : (one(interactions, each.of) ?? null),
        });
      case 'takeBack': {
        const fact = one(facts, each.which);
        return fact === undefined ? null : ask('retractRelationshipFact', { ...fact, reason });
      }
      case 'assessDisclosure':
        return amend('assessDisclosure', each.which, { status: each.status });
      case 'rename':
        return decide('renameStakeholder', each.who, { name: each.name });
      case 'addHandle':
      case 'removeHandle':
        return decide(each.does, each.who, { handle: handleOf(each.address) });
      case 'retire':
        return decide('retireStakeholder', each.who, { reason });
      case 'merge':
      case 'unmerge': {
        const [survivorId, mergedId] = [people.get(each.who), people.get(each.other)];
        if (survivorId === undefined || mergedId === undefined) return null;
        return ask(each.does === 'merge' ? 'mergeStakeholders' : 'unmergeStakeholder', {
          survivorId,
          mergedId,
          reason,
        });
      }
      case 'hire': {
        team ??= (await ask('nameTeam', { name: 'Desk', department: 'press' }))?.team.id ?? null;
        const addresses = [`${each.name}@ours.example`];
        const hired = await ask('addColleague', {
          name: each.name,
          addresses,
          ...(each.inTeam ? { teamId: team } : {}),
        });
        if (hired !== null) colleagues.push(hired.colleague.id);
        return hired;
      }
      case 'changeColleague': {
        const { name, inTeam } = each;
        const addresses = inTeam ? [] : [`${name}@ours.example`];
        return ours('changeColleague', each.which, { name, addresses, teamId: inTeam ? team : null });
      }
      case 'letGo':
        return ours('letColleagueGo', each.which, { reason });
      case 'defineTier':
        return ask('defineTier', { name: 'close', capacity: each.capacity, cadenceDays: each.cadenceDays });
      case 'assign': {
        const ownerId = one(colleagues, each.which);
        const rank = each.which % 2 === 0 ? {} : { rank: { place: each.which, topic: 'doors' } };
        if (ownerId === undefined) return null;
        return decide('assignOwner', each.who, { ownerId, tier: each.tier, occurredAt: dateOf(each.day), ...rank });
      }
      case 'handOver': {
        const toId = one(colleagues, each.which);
        if (toId === undefined) return null;
        return decide('handOver', each.who, { toId, occurredAt: dateOf(each.day), reason });
      }
      case 'release':
        return decide('releaseOwner', each.who, { occurredAt: dateOf(each.day), reason });
      case 'answer': {
        const { survey, score } = each;
        const stakeholderId = people.get(each.who);
        if (stakeholderId === undefined) return null;
        const asked = { stakeholderId, survey, score, occurredAt: dateOf(each.day) };
        const answer = await ask('recordSurveyAnswer', asked);
        if (answer !== null) answers.push({ stakeholderId, factId: answer.factId });
        return answer;
      }
      case 'retractAnswer': {
        const answer = one(answers, each.which);
        return answer === undefined ? null : ask('retractSurveyAnswer', { ...answer, reason });
      }
      default:
        if (isCare(each)) return aboutCare(each);
        if (isOfGoals(each)) return aboutGoals(each);
        if (isOfGuidelines(each)) return aboutGuidelines(each);
        return isOfClocks(each) ? clockDoing(each, team, ask) : aboutTies(each);
    }
  };
  return async (each) => {
    await outcomeOf(each);
  };
};
