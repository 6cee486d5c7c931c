import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { standingSpan } from '../src/advocacy/standing-tables.js';
import type { Decider, Refusal } from '../src/event-sourcing/decider.js';
import { isRefusal, streamOf } from '../src/event-sourcing/decider.js';
import type { RecordedEvent } from '../src/event-sourcing/event-store.js';
import type { Fact } from '../src/event-sourcing/fact.js';
import type { Page, Slice } from '../src/event-sourcing/page.js';
import { type Past, present } from '../src/event-sourcing/past.js';
import type { Projection } from '../src/event-sourcing/projection.js';
import type { RowReader } from '../src/event-sourcing/read-store.js';
import { numbered, recorded } from '../src/event-sourcing/specification.js';
import { conversation } from '../src/interactions/conversation.js';
import { recordedView } from '../src/interactions/interaction-view.js';
import { type InteractionRequest, interaction } from '../src/interactions/interaction.js';
import {
  type TimelineEntry,
  countEntries,
  entriesPage,
  interactionCounts,
  interactionTimes,
  interactionsById,
  touches,
} from '../src/interactions/timeline-pages.js';
import { timelineWith } from '../src/interactions/timeline.js';
import {
  type RelationshipFactEntry,
  countFacts,
  factById,
  factsPage,
  furthestSteps,
  relationshipRevisions,
} from '../src/relationships/relationship-facts-pages.js';
import { ownershipRows } from '../src/owners/ownership-rows.js';
import { relationshipFacts } from '../src/relationships/relationship-facts.js';
import { surveyAnswers } from '../src/relationships/survey-answers.js';
import { type RelationshipRequest, relationship } from '../src/relationships/relationship.js';
import {
  type ListedStakeholder,
  holdersOfHandles,
  holdingsOf,
  identifiedById,
  stakeholdersById,
  countStakeholders,
  stakeholdersPage,
} from '../src/stakeholders/directory-pages.js';
import { directory } from '../src/stakeholders/directory.js';
import { type StakeholderRequest, stakeholder } from '../src/stakeholders/stakeholder.js';
import { dayMs, email, forgetful, mailOf, noPersonal, projected, rowsOf } from './small-logs.js';

const people = ['ada', 'bob', 'eve'];
const interactions = ['i', 'j', 'k', 'l'];
const facts = ['f', 'g', 'h'];
const addresses = ['ada@ex.org', 'bob@ex.org', 'x'];

const who = fc.constantFrom(...people);
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
      .record({ occurredAt: when, participants, inReplyTo: replyTo, direction, topics: some('a', 'b') })
      .map((content) => ({ type: 'Record' as const, content })),
  },
  fc
    .record({ occurredAt: when, participants, inReplyTo: replyTo, direction, reach: fc.nat(3) }, { requiredKeys: [] })
    .map((changes) => ({ type: 'Correct' as const, changes })),
  fc.constant({ type: 'Retract' as const }),
  fc.constant({ type: 'AssessTone' as const }),
);

const relationshipRequest = fc
  .record({
    type: fc.constantFrom('AssessStance', 'WithdrawStance', 'TakeStep', 'RetractRelationshipFact'),
    factId: fc.constantFrom(...facts),
    occurredAt: when,
    step: fc.constantFrom('listen', 'engage', 'involve'),
  })
  .map(({ type, factId, occurredAt, step }) => (id: string): RelationshipRequest => {
    const data = { stakeholderId: id, factId: `${id} ${factId}`, occurredAt };
    if (type === 'AssessStance') return { type, data: { ...data, stance: 'critic' } };
    return type === 'TakeStep' ? { type, data: { ...data, step } } : { type, data };
  });

type Told =
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
  | { readonly of: 'relationship'; readonly id: string; readonly request: (id: string) => RelationshipRequest };

const told: fc.Arbitrary<readonly Told[]> = fc.array(
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
  ),
  { minLength: 5, maxLength: 60, size: '+1' },
);

const interactionRequestOf = (
  id: string,
  request: Extract<Told, { of: 'interaction' }>['request'],
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
    case 'AssessTone':
      return { type: 'AssessTone', data: { tone: { value: 0.5, person: 'tester' } } };
  }
};

/** The log that comes of asking the deciders: what they refuse, or what names somebody not identified yet, is not in it. */
const logOf = (all: readonly Told[]): readonly RecordedEvent[] => {
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
  const isIdentified = (id: string): boolean => states.has(`stakeholder-${id}`);
  for (const each of all) {
    if (each.of === 'stakeholder') {
      const { type, data } = each.request;
      // Each arm of the union has what its type needs beside the id.
      ask(stakeholder, each.id, { type, data: { stakeholderId: each.id, ...data } } as StakeholderRequest);
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
  return numbered(...log);
};

const noSpans: Projection<null> = {
  name: 'no-spans',
  version: 1,
  tables: [standingSpan],
  reads: new Set(),
  load: () => Promise.resolve(null),
  evolve: () => undefined,
};
const timeline = timelineWith(2);
const projections = [directory, timeline, relationshipFacts, ownershipRows, surveyAnswers, noSpans];

/** All that a list holds, page by page. */
const wholeOf = async <Entry>(
  page: (slice: Slice<Entry>) => Promise<Page<Entry>>,
  order: 'asc' | 'desc',
  fromEnd: boolean,
): Promise<readonly Entry[]> => {
  const found: Entry[] = [];
  for (;;) {
    const cursor = fromEnd ? { before: found[0] } : { after: found.at(-1) };
    const { entries, more } = await page({ order, fromEnd, limit: 2, ...cursor });
    if (fromEnd) found.unshift(...entries);
    else found.push(...entries);
    if (!more) return found;
  }
};

/** Everything that the queries answer about one past. */
const everythingOf = async (rows: RowReader, past: Past): Promise<unknown> => {
  const answers: unknown[] = [];
  const keys = [...(await identifiedById(rows, people, past)).values()].map(({ key }) => key);
  for (const stakeholderKey of keys) {
    const of = { stakeholder: stakeholderKey, past };
    answers.push(await wholeOf((slice: Slice<TimelineEntry>) => entriesPage(rows, { ...of, ...slice }), 'desc', false));
    answers.push(
      await wholeOf(
        (slice: Slice<TimelineEntry>) =>
          entriesPage(rows, { ...of, ...slice, filter: { topics: ['a'], until: dayMs(6) } }),
        'asc',
        true,
      ),
    );
    answers.push(
      await wholeOf((slice: Slice<RelationshipFactEntry>) => factsPage(rows, { ...of, ...slice }), 'asc', false),
    );
    answers.push(
      await countEntries(rows, of),
      await countFacts(rows, of),
      await interactionTimes(rows, of),
      await touches(rows, of, dayMs(2), dayMs(7)),
    );
  }
  for (const orderBy of ['name', 'identified-at'] as const)
    answers.push(
      await wholeOf(
        (slice: Slice<ListedStakeholder>) => stakeholdersPage(rows, { past, orderBy, ...slice }),
        'asc',
        true,
      ),
    );
  answers.push(
    await wholeOf(
      (slice: Slice<ListedStakeholder>) =>
        stakeholdersPage(rows, { past, orderBy: 'name', where: { text: 'ex', retired: false }, ...slice }),
      'desc',
      false,
    ),
  );
  answers.push(await countStakeholders(rows, past, { channel: 'email', interactionSince: dayMs(4) }));
  answers.push(
    await holdersOfHandles(
      rows,
      addresses.map((each) => email(each).claim),
      past,
    ),
    await holdingsOf(rows, keys, past),
  );
  answers.push(await stakeholdersById(rows, people, past), await interactionsById(rows, interactions, past));
  answers.push(
    await interactionCounts(rows, keys, past),
    await furthestSteps(rows, keys, past),
    await relationshipRevisions(rows, keys, past),
  );
  for (const id of interactions) answers.push(await conversation(rows, id, past));
  for (const id of people) for (const fact of facts) answers.push(await factById(rows, `${id} ${fact}`, past));
  return answers;
};

const runs = { numRuns: 40 };

describe('the rows of the read models', () => {
  it('are the same whatever the batches, and whatever is remembered', () =>
    fc.assert(
      fc.asyncProperty(told, fc.integer({ min: 2, max: 9 }), async (all, batch) => {
        const log = logOf(all);
        const [one, several, once] = [
          await projected(projections, log, 1),
          await projected(projections.map(forgetful), log, batch),
          await projected(projections, log, 100),
        ];
        for (const table of projections.flatMap(({ tables }) => tables)) {
          const expected = await rowsOf(once, table);
          expect(await rowsOf(one, table)).toEqual(expected);
          expect(await rowsOf(several, table)).toEqual(expected);
        }
        for (const each of [one, several, once]) await each.close();
      }),
      runs,
    ));

  it('answer as of a point what they answered when the log ended there', () =>
    fc.assert(
      fc.asyncProperty(told, fc.nat(60), fc.integer({ min: 0, max: 20 }), async (all, at, validDay) => {
        const log = logOf(all);
        const known = at % (log.length + 1);
        const validAt = dayMs(validDay);
        const whole = await projected(projections, log);
        const cut = await projected(projections, log.slice(0, known), 5);
        expect(await everythingOf(whole, { known, validAt })).toEqual(
          await everythingOf(cut, { known: present, validAt }),
        );
        await whole.close();
        await cut.close();
      }),
      runs,
    ));

  it('show of an interaction what its stream shows', () =>
    fc.assert(
      fc.asyncProperty(told, async (all) => {
        const log = logOf(all);
        const rows = await projected(projections, log, 4);
        const shown = await interactionsById(rows, interactions, { known: present, validAt: dayMs(99) });
        for (const id of interactions) {
          const view = recordedView(log.filter(({ stream }) => stream === `interaction-${id}`));
          expect(shown.get(id)?.view ?? null).toEqual(view);
        }
        await rows.close();
      }),
      runs,
    ));
});
