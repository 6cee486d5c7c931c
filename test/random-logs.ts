import fc from 'fast-check';
import type { Decider, Refusal } from '../src/event-sourcing/decider.js';
import { isRefusal, streamOf } from '../src/event-sourcing/decider.js';
import type { RecordedEvent } from '../src/event-sourcing/event-store.js';
import type { Fact } from '../src/event-sourcing/fact.js';
import { numbered, recorded } from '../src/event-sourcing/specification.js';
import { type InteractionRequest, interaction } from '../src/interactions/interaction.js';
import { type RelationshipRequest, relationship } from '../src/relationships/relationship.js';
import { type StakeholderRequest, stakeholder } from '../src/stakeholders/stakeholder.js';
import { relationshipRequest } from './care.js';
import { dayMs, email, mailOf, noPersonal } from './small-logs.js';

/** Ids of all that a history may tell of. */
export const people = ['ada', 'bob', 'eve'];
export const interactions = ['i', 'j', 'k', 'l'];
export const addresses = ['ada@ex.org', 'bob@ex.org', 'x'];

export const who = fc.constantFrom(...people);
const when = fc.integer({ min: 1, max: 9 }).map((number) => new Date(dayMs(number)).toISOString());
const address = fc.constantFrom(...addresses).map(email);
const name = fc.constantFrom('Ada', 'Bob Ex', 'Élan');
const some = <T>(...values: readonly T[]) => fc.subarray([...values]);
const participants = fc.array(fc.record({ stakeholderId: who, role: fc.constantFrom('author', 'addressee') }), {
  minLength: 1,
  maxLength: 3,
});
const replyTo = fc.option(fc.constantFrom(...interactions, 'm'));
const direction = fc.constantFrom('inbound', 'outbound');
const act = fc.constantFrom('comment', 'recommendation');

const stakeholderRequest = fc.oneof(
  fc.record({ name, handles: fc.constant([]) }).map((data) => ({
    type: 'IdentifyStakeholder' as const,
    data: { kind: 'person' as const, externalIds: [], ...data },
  })),
  name.map((each) => ({ type: 'RenameStakeholder' as const, data: { name: each } })),
  address.map((handle) => ({ type: 'AddHandle' as const, data: { handle } })),
  address.map(({ claim }) => ({ type: 'RemoveHandle' as const, data: { claim } })),
  fc.constant({ type: 'RetireStakeholder' as const, data: {} }),
);

const interactionRequest = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({ occurredAt: when, participants, inReplyTo: replyTo, direction, act, topics: some('a', 'b') })
      .map((content) => ({ type: 'Record' as const, content })),
  },
  fc
    .record(
      { occurredAt: when, participants, inReplyTo: replyTo, direction, act, reach: fc.nat(3) },
      { requiredKeys: [] },
    )
    .map((changes) => ({ type: 'Correct' as const, changes })),
  fc.constant({ type: 'Retract' as const }),
  fc.constant({ type: 'AssessTone' as const }),
  fc.constantFrom('disclosed', 'unknown').map((status) => ({ type: 'AssessDisclosure' as const, status })),
);

/** Something that is asked for; who nobody is yet, or what is refused, is left out of the log. */
export type Told =
  | {
      readonly of: 'stakeholder';
      readonly id: string;
      readonly request: typeof stakeholderRequest extends fc.Arbitrary<infer T> ? T : never;
    }
  | {
      readonly of: 'interaction';
      readonly id: string;
      readonly request: typeof interactionRequest extends fc.Arbitrary<infer T> ? T : never;
    }
  | { readonly of: 'relationship'; readonly id: string; readonly request: (id: string) => RelationshipRequest }
  | { readonly of: 'merge'; readonly id: string; readonly other: string }
  | { readonly of: 'unmerge'; readonly id: string; readonly other: string };

/** Any histories of few people and few days, so that much meets. */
export const told: fc.Arbitrary<readonly Told[]> = fc.array(
  fc.oneof(
    fc.record({ of: fc.constant('stakeholder' as const), id: who, request: stakeholderRequest }),
    {
      weight: 3,
      arbitrary: fc.record({
        of: fc.constant('interaction' as const),
        id: fc.constantFrom(...interactions),
        request: interactionRequest,
      }),
    },
    fc.record({ of: fc.constant('relationship' as const), id: who, request: relationshipRequest }),
    fc.record({ of: fc.constant('merge' as const), id: who, other: who }),
    fc.record({ of: fc.constant('unmerge' as const), id: who, other: who }),
  ),
  { minLength: 5, maxLength: 60, size: '+1' },
);

const interactionRequestOf = (
  id: string,
  request: Extract<Told, { readonly of: 'interaction' }>['request'],
): InteractionRequest => {
  switch (request.type) {
    case 'Record':
      return {
        type: 'RecordInteraction',
        data: {
          interactionId: id,
          source: null,
          sent: 'digest',
          marks: [],
          content: { ...mailOf('ada'), ...request.content },
          personal: noPersonal,
        },
      };
    case 'Correct':
      return { type: 'CorrectInteraction', data: { changes: request.changes, personal: { text: 'corrected' } } };
    case 'Retract':
      return { type: 'RetractInteraction', data: {} };
    case 'AssessDisclosure':
      return { type: 'AssessDisclosure', data: { disclosure: { status: request.status, person: 'tester' } } };
    case 'AssessTone':
      return { type: 'AssessTone', data: { tone: { value: 0.5, person: 'tester' } } };
  }
};

/** The log that comes of asking the deciders: what they refuse, or what names somebody not identified yet, is not in it. */
export const logOf = (all: readonly Told[]): readonly RecordedEvent[] => {
  const log = unnumbered(all);
  return numbered(...log);
};

const unnumbered = (all: readonly Told[]): readonly RecordedEvent[] => {
  const states = new Map<string, unknown>();
  const log: RecordedEvent[] = [];
  const ask = <S, R, F extends Fact<string, object>>(
    decider: Decider<S, R, F, Refusal>,
    id: string,
    request: R,
  ): void => {
    const stream = streamOf(decider, id);
    const state = (states.get(stream) as S | undefined) ?? decider.initialState;
    const decision = decider.decide(request, state);
    if (isRefusal(decision)) return;
    states.set(stream, decision.reduce(decider.evolve, state));
    for (const fact of decision) log.push(recorded(fact, { stream, recordedAt: dayMs(1 + log.length / 3) }));
  };
  ask(stakeholder, 'ada', {
    type: 'IdentifyStakeholder',
    data: { stakeholderId: 'ada', kind: 'person', name: 'Ada', handles: [], externalIds: [] },
  });
  // Whom each was merged into: a merge joins who remains on either side, as the claims of the service see to.
  const into = new Map<string, string>();
  const remains = (id: string): string => {
    const next = into.get(id);
    return next === undefined ? id : remains(next);
  };
  const regroup = (type: 'merge' | 'unmerge', one: string, other: string): void => {
    if (type === 'unmerge') {
      const stakeholderId = into.get(one);
      if (stakeholderId === undefined) return;
      into.delete(one);
      ask(stakeholder, stakeholderId, { type: 'UnmergeStakeholder', data: { stakeholderId, mergedId: one } });
      return;
    }
    const [stakeholderId, mergedId] = [remains(one), remains(other)];
    if (stakeholderId === mergedId || !isIdentified(stakeholderId) || !isIdentified(mergedId)) return;
    const [token, guard] = [`token ${log.length}`, `guard ${log.length}`];
    const before = log.length;
    ask(stakeholder, stakeholderId, {
      type: 'MergeStakeholder',
      data: { stakeholderId, mergedId, kind: 'person', token, guard },
    });
    if (log.length > before) into.set(mergedId, stakeholderId);
  };
  const isIdentified = (id: string): boolean => states.has(`stakeholder-${id}`);
  for (const each of all) {
    if (each.of === 'stakeholder') {
      const { type, data } = each.request;
      // Each arm of the union has what its type needs beside the id.
      ask(stakeholder, each.id, { type, data: { stakeholderId: each.id, ...data } } as StakeholderRequest);
    } else if (each.of === 'merge' || each.of === 'unmerge') {
      regroup(each.of, each.id, each.other);
    } else if (each.of === 'relationship') {
      if (isIdentified(each.id)) ask(relationship, each.id, each.request(each.id));
    } else {
      const request = interactionRequestOf(each.id, each.request);
      const named =
        request.type === 'RecordInteraction'
          ? request.data.content.participants
          : request.type === 'CorrectInteraction'
            ? (request.data.changes.participants ?? [])
            : [];
      if (named.every(({ stakeholderId }) => isIdentified(stakeholderId))) ask(interaction, each.id, request);
    }
  }
  return log;
};
