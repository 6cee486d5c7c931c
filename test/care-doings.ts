import fc from 'fast-check';
import type { Input, Mutation, Outcome } from './client.js';
import { dateOf, day, doesWith, one, which, who } from './doing-parts.js';

/** Something that a client does about promises, connections, the lifecycle and what we see in somebody. */
export type CareDoing =
  | { readonly does: 'promise'; readonly who: number; readonly day: number; readonly days: number }
  | { readonly does: 'move'; readonly which: number; readonly day: number; readonly days: number }
  | { readonly does: 'settle'; readonly which: number; readonly day: number; readonly kept: boolean }
  | { readonly does: 'connect'; readonly who: number; readonly day: number; readonly days: number | null }
  | { readonly does: 'disconnect'; readonly which: number; readonly day: number }
  | { readonly does: 'lifecycle'; readonly who: number; readonly day: number; readonly lifecycle: string }
  | { readonly does: 'verify'; readonly who: number; readonly day: number }
  | { readonly does: 'forbid' | 'permit'; readonly who: number; readonly day: number }
  | { readonly does: 'plan'; readonly who: number; readonly day: number; readonly days: number }
  | { readonly does: 'reachOut'; readonly which: number; readonly day: number; readonly done: boolean }
  | {
      readonly does: 'assessAttribute';
      readonly who: number;
      readonly day: number;
      readonly which: number;
      readonly present: boolean | null;
    };

const names = [
  'promise',
  'move',
  'settle',
  'connect',
  'disconnect',
  'lifecycle',
  'verify',
  'forbid',
  'permit',
  'plan',
  'reachOut',
  'assessAttribute',
] as const;
export const isCare = (doing: { readonly does: string }): doing is CareDoing =>
  names.some((name) => name === doing.does);

/** Any one of them, by weight. */
export const careDoings = [
  { weight: 3, arbitrary: doesWith('promise', { who, day, days: fc.nat({ max: 60 }) }) },
  { weight: 2, arbitrary: doesWith('move', { which, day, days: fc.nat({ max: 60 }) }) },
  { weight: 3, arbitrary: doesWith('settle', { which, day, kept: fc.boolean() }) },
  { weight: 2, arbitrary: doesWith('connect', { who, day, days: fc.option(fc.integer({ min: 1, max: 200 })) }) },
  { weight: 2, arbitrary: doesWith('disconnect', { which, day }) },
  {
    weight: 2,
    arbitrary: doesWith('lifecycle', { who, day, lifecycle: fc.constantFrom('AWARE', 'CUSTOMER', 'FORMER_CUSTOMER') }),
  },
  { weight: 1, arbitrary: doesWith('verify', { who, day }) },
  { weight: 1, arbitrary: doesWith('forbid', { who, day }) },
  { weight: 1, arbitrary: doesWith('permit', { who, day }) },
  { weight: 2, arbitrary: doesWith('plan', { who, day, days: fc.nat({ max: 60 }) }) },
  { weight: 2, arbitrary: doesWith('reachOut', { which, day, done: fc.boolean() }) },
  { weight: 5, arbitrary: doesWith('assessAttribute', { who, day, which, present: fc.option(fc.boolean()) }) },
];

/** What there is to do it with. */
interface Doer {
  ask(mutation: Mutation, input: Input): Promise<Outcome | null>;
  /** The same of one of the people, whose fact it becomes. */
  decide(mutation: Mutation, number: number, input: Input): Promise<Outcome | null>;
  readonly interactions: readonly string[];
  readonly facts: { readonly stakeholderId: string; readonly factId: string }[];
}

/** Does it by the API, if there is something to do it to. */
export const careDoing = ({
  ask,
  decide,
  interactions,
  facts,
}: Doer): ((doing: CareDoing) => Promise<Outcome | null>) => {
  const connections: { readonly stakeholderId: string; readonly connectionId: string }[] = [];
  const commitments: { readonly stakeholderId: string; readonly commitmentId: string }[] = [];
  const outreaches: { readonly stakeholderId: string; readonly outreachId: string }[] = [];
  const reason = 'a reason';

  return async (each) => {
    switch (each.does) {
      case 'promise': {
        const dates = { occurredAt: dateOf(each.day), dueAt: dateOf(each.day + each.days) };
        const made = await decide('makeCommitment', each.who, { promise: 'A fix', ...dates });
        if (made !== null) commitments.push({ stakeholderId: made.stakeholder.id, commitmentId: made.factId });
        return made;
      }
      case 'move': {
        const commitment = one(commitments, each.which);
        if (commitment === undefined) return null;
        const dates = { occurredAt: dateOf(each.day), dueAt: dateOf(each.day + each.days) };
        const moved = await ask('moveCommitment', { ...commitment, ...dates, reason });
        if (moved !== null) facts.push({ stakeholderId: commitment.stakeholderId, factId: moved.factId });
        return moved;
      }
      case 'settle': {
        const commitment = one(commitments, each.which);
        if (commitment === undefined) return null;
        const settled = await ask(each.kept ? 'keepCommitment' : 'breakCommitment', {
          ...commitment,
          occurredAt: dateOf(each.day),
        });
        if (settled !== null) facts.push({ stakeholderId: commitment.stakeholderId, factId: settled.factId });
        return settled;
      }
      case 'connect': {
        const until = each.days === null ? {} : { until: dateOf(each.day + each.days) };
        const asked = { kind: each.day % 2 === 0 ? 'PAID' : 'FAMILY', occurredAt: dateOf(each.day), ...until };
        const connected = await decide('recordConnection', each.who, asked);
        if (connected !== null)
          connections.push({ stakeholderId: connected.stakeholder.id, connectionId: connected.factId });
        return connected;
      }
      case 'disconnect': {
        const connection = one(connections, each.which);
        if (connection === undefined) return null;
        const ended = await ask('endConnection', { ...connection, occurredAt: dateOf(each.day) });
        if (ended !== null) facts.push({ stakeholderId: connection.stakeholderId, factId: ended.factId });
        return ended;
      }
      case 'lifecycle': {
        const from = each.day % 3 === 0 ? { knownFrom: 'shop' } : {};
        const asked = { lifecycle: each.lifecycle, occurredAt: dateOf(each.day), reason, ...from };
        return decide('recordLifecycle', each.who, asked);
      }
      case 'verify':
        return decide('verifyRelationship', each.who, { occurredAt: dateOf(each.day) });
      case 'forbid':
      case 'permit': {
        const asked = { saidBy: 'they', occurredAt: dateOf(each.day), reason };
        return decide(each.does === 'forbid' ? 'forbidContact' : 'permitContact', each.who, asked);
      }
      case 'plan': {
        const dates = { occurredAt: dateOf(each.day), plannedFor: dateOf(each.day + each.days) };
        const channel = each.days % 2 === 0 ? { channel: 'PHONE' } : {};
        const planned = await decide('planOutreach', each.who, { plan: 'A call', ...dates, ...channel });
        if (planned !== null) outreaches.push({ stakeholderId: planned.stakeholder.id, outreachId: planned.factId });
        return planned;
      }
      case 'reachOut': {
        const outreach = one(outreaches, each.which);
        if (outreach === undefined) return null;
        const interactionId = each.which % 2 === 0 ? one(interactions, each.which) : undefined;
        const came = each.done && interactionId !== undefined ? { interactionId } : {};
        const asked = { ...outreach, ...came, occurredAt: dateOf(each.day) };
        const settled = await ask(each.done ? 'completeOutreach' : 'cancelOutreach', asked);
        if (settled !== null) facts.push({ stakeholderId: outreach.stakeholderId, factId: settled.factId });
        return settled;
      }
      case 'assessAttribute': {
        const attribute = ['POWER', 'LEGITIMACY', 'URGENCY', 'INFLUENCE'][each.which % 4];
        const topic = attribute === 'INFLUENCE' && each.which % 8 < 4 ? { topic: 'x' } : {};
        const asked = { attribute, ...topic, occurredAt: dateOf(each.day), reason };
        return each.present === null
          ? decide('withdrawAttribute', each.who, asked)
          : decide('assessAttribute', each.who, { ...asked, present: each.present });
      }
    }
  };
};
