import fc from 'fast-check';
import type { Input, Mutation, Outcome, Rapport } from './client.js';

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
  | { readonly does: 'step'; readonly who: number; readonly day: number; readonly step: string }
  | { readonly does: 'takeBack'; readonly which: number }
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
  | { readonly does: 'defineTier'; readonly capacity: number }
  | {
      readonly does: 'assign';
      readonly who: number;
      readonly which: number;
      readonly day: number;
      readonly tier: string | null;
    }
  | { readonly does: 'handOver'; readonly who: number; readonly which: number; readonly day: number }
  | { readonly does: 'release'; readonly who: number; readonly day: number };

// Few people and few days, so that much happens at one instant and late facts meet.
const who = fc.nat({ max: 4 });
const which = fc.nat({ max: 200 });
const day = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 60 }).map((each) => each * 4) }, fc.nat({ max: 700 }));
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
    subject: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['act', 'direction', 'channel'] },
);
const dateOf = (each: number): string => new Date(Date.UTC(2020, 0, 1) + each * 86_400_000).toISOString();
const changes = fc.oneof(
  day.map((each): Input => ({ occurredAt: dateOf(each) })),
  fc.record(
    { text, act, direction, subject: fc.constantFrom('c', null), topics: fc.constantFrom(['x'], []) },
    { requiredKeys: [] },
  ),
);
const doesWith = <Name extends string, Rest extends object>(
  does: Name,
  rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> },
) => fc.record({ does: fc.constant(does), ...rest }) as unknown as fc.Arbitrary<{ readonly does: Name } & Rest>;

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
    weight: 2,
    arbitrary: doesWith('step', { who, day, step: fc.constantFrom('LISTEN', 'ACKNOWLEDGE', 'ENGAGE', 'INVOLVE') }),
  },
  { weight: 2, arbitrary: doesWith('takeBack', { which }) },
  { weight: 1, arbitrary: doesWith('rename', { who, name: fc.constantFrom('Bo', 'Ada Bo', 'Zoë Lee', 'Bea') }) },
  { weight: 6, arbitrary: doesWith('addHandle', { who, address: fc.nat({ max: 3 }), at: fc.option(day) }) },
  { weight: 2, arbitrary: doesWith('removeHandle', { who, address: fc.nat({ max: 3 }), at: fc.option(day) }) },
  { weight: 1, arbitrary: doesWith('retire', { who }) },
  { weight: 3, arbitrary: doesWith('merge', { who, other: who }) },
  { weight: 3, arbitrary: doesWith('unmerge', { who, other: who }) },
  { weight: 1, arbitrary: doesWith('tellApart', { who, other: who }) },
  { weight: 2, arbitrary: doesWith('hire', { name: fc.constantFrom('Kim', 'Lee'), inTeam: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: doesWith('changeColleague', { which, name: fc.constantFrom('Kim', 'Roe'), inTeam: fc.boolean() }),
  },
  { weight: 1, arbitrary: doesWith('letGo', { which }) },
  { weight: 1, arbitrary: doesWith('defineTier', { capacity: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: doesWith('assign', { who, which, day, tier: fc.constantFrom('close', 'executive', null) }),
  },
  { weight: 3, arbitrary: doesWith('handOver', { who, which, day }) },
  { weight: 3, arbitrary: doesWith('release', { who, day }) },
) as fc.Arbitrary<Doing>;

/** Does it by the API, if there is something to do it to; what is refused is as good as done. */
export const doing = (rapport: Rapport): ((doing: Doing) => Promise<void>) => {
  const people = new Map<number, string>();
  const interactions: string[] = [];
  const colleagues: string[] = [];
  let team: string | null = null;
  const facts: { readonly stakeholderId: string; readonly factId: string }[] = [];
  const one = <T>(of: readonly T[], index: number): T | undefined =>
    of.length === 0 ? undefined : of[index % of.length];
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
        return decide('takeStep', each.who, { step: each.step, occurredAt: dateOf(each.day) });
      case 'takeBack': {
        const fact = one(facts, each.which);
        return fact === undefined ? null : ask('retractRelationshipFact', { ...fact, reason });
      }
      case 'rename':
        return decide('renameStakeholder', each.who, { name: each.name });
      case 'addHandle':
      case 'removeHandle':
        return decide(each.does, each.who, {
          handle: handleOf(each.address),
          ...(each.at === null ? {} : { [each.does === 'addHandle' ? 'from' : 'until']: dateOf(each.at) }),
        });
      case 'retire':
        return decide('retireStakeholder', each.who, { reason });
      case 'merge':
      case 'unmerge':
      case 'tellApart': {
        const [survivorId, mergedId] = [people.get(each.who), people.get(each.other)];
        if (survivorId === undefined || mergedId === undefined) return null;
        if (each.does === 'tellApart')
          return ask('tellApart', { stakeholderId: survivorId, otherId: mergedId, reason });
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
        return ask('defineTier', { name: 'close', capacity: each.capacity });
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
    }
  };
  return async (each) => {
    await outcomeOf(each);
  };
};
