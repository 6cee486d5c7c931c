import fc from 'fast-check';
import { type ConnectedAct, connectedActCounts, connectedActsPage } from '../src/advocacy/disclosure-pages.js';
import type { Page, Slice } from '../src/event-sourcing/page.js';
import type { Past } from '../src/event-sourcing/past.js';
import type { RowReader } from '../src/event-sourcing/read-store.js';
import { attributesThen, wordCounts, wordsThen } from '../src/relationships/care-word-pages.js';
import {
  type Undertaking,
  type UndertakingKind,
  type UndertakingState,
  countUndertakings,
  cursorOf,
  datesMovedTo,
  undertakingsPage,
} from '../src/relationships/undertaking-pages.js';
import { connectionsOf } from '../src/relationships/connection-pages.js';
import type { Attribute } from '../src/relationships/attribute.js';
import type { RelationshipRequest } from '../src/relationships/relationship.js';
import { dayMs } from './small-logs.js';

/** Few, so that facts end and retract one another. */
export const relationshipFactNames = ['f', 'g', 'h', 'i', 'j'];
const when = fc.integer({ min: 1, max: 9 }).map((number) => new Date(dayMs(number)).toISOString());

/** Anything that is asked about a relationship, once it is said whose. */
export const relationshipRequest = fc
  .record({
    type: fc.constantFrom(
      'AssessStance',
      'WithdrawStance',
      'TakeStep',
      'RetractRelationshipFact',
      'RetractRelationshipFact',
      'MakeCommitment',
      'MoveCommitment',
      'KeepCommitment',
      'BreakCommitment',
      'RecordConnection',
      'EndConnection',
      'ReachLifecycle',
      'VerifyRelationship',
      'AssessAttribute',
      'AssessAttribute',
      'WithdrawAttribute',
      'ForbidContact',
      'PermitContact',
      'PlanOutreach',
      'CompleteOutreach',
      'CancelOutreach',
    ),
    factId: fc.constantFrom(...relationshipFactNames),
    occurredAt: when,
    step: fc.constantFrom('listen', 'engage', 'involve'),
    of: fc.constantFrom(...relationshipFactNames),
    later: when,
  })
  .map(({ type, factId, occurredAt, step, of, later }) => (id: string): RelationshipRequest => {
    const data = { stakeholderId: id, factId: `${id} ${factId}`, occurredAt };
    const began = `${id} ${of}`;
    switch (type) {
      case 'AssessStance':
        return { type, data: { ...data, stance: 'critic' } };
      case 'TakeStep':
        return { type, data: { ...data, step } };
      case 'MakeCommitment':
        return { type, data: { ...data, dueAt: later, text: factId } };
      case 'MoveCommitment':
        return { type, data: { ...data, commitmentId: began, dueAt: later } };
      case 'KeepCommitment':
      case 'BreakCommitment':
        return { type, data: { ...data, commitmentId: began } };
      case 'RecordConnection':
        return { type, data: { ...data, kind: 'paid', until: later > occurredAt ? later : null } };
      case 'EndConnection':
        return { type, data: { ...data, connectionId: began } };
      case 'AssessAttribute':
        return { type, data: { ...data, ...attributeOf(step, of), present: later > occurredAt } };
      case 'WithdrawAttribute':
        return { type, data: { ...data, ...attributeOf(step, of) } };
      case 'ForbidContact':
      case 'PermitContact':
        return { type, data: { ...data, saidBy: 'they' } };
      case 'PlanOutreach':
        return { type, data: { ...data, plannedFor: later, channel: null, text: factId } };
      case 'CompleteOutreach':
        return { type, data: { ...data, outreachId: began, interactionId: step === 'listen' ? 'i' : null } };
      case 'CancelOutreach':
        return { type, data: { ...data, outreachId: began } };
      case 'ReachLifecycle':
        return { type, data: { ...data, lifecycle: step === 'listen' ? 'aware' : 'customer', source: null } };
      default:
        return { type, data };
    }
  });

const attributeOf = (step: string, of: string): { readonly attribute: Attribute; readonly topic: string | null } =>
  step === 'listen' ? { attribute: 'influence', topic: of } : { attribute: 'power', topic: null };

/** All that a list holds, page by page. */
export const wholeOf = async <Entry>(
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

/** Everything that the queries about care answer about one past. */
export const everythingOfCare = async (
  rows: RowReader,
  people: readonly string[],
  past: Past,
): Promise<readonly unknown[]> => {
  const undertaken = (kind: UndertakingKind, states: readonly UndertakingState[]) =>
    wholeOf(
      ({ after, before, ...slice }: Slice<Undertaking>) =>
        undertakingsPage(rows, {
          past,
          where: { kind, states },
          ...slice,
          after: after && cursorOf(after),
          before: before && cursorOf(before),
        }),
      'asc',
      states.length === 1,
    );
  const answers: unknown[] = [];
  for (const kind of ['commitment', 'outreach'] as const) {
    answers.push(await undertaken(kind, []), await countUndertakings(rows, past, { kind }));
    for (const state of ['overdue', 'open', 'kept', 'broken', 'done', 'cancelled'] as const)
      answers.push(await undertaken(kind, [state]));
  }
  const begun = people.flatMap((id) => relationshipFactNames.map((name) => `${id} ${name}`));
  answers.push(await datesMovedTo(rows, begun, past));
  answers.push(await connectionsOf(rows, people, past));
  for (const axis of ['lifecycle', 'verified', 'contact'] as const)
    answers.push(await wordsThen(rows, axis, people, past), await wordCounts(rows, axis, past));
  answers.push(
    await attributesThen(rows, [people], past),
    await attributesThen(
      rows,
      people.map((id) => [id]),
      past,
    ),
  );
  answers.push(
    await wholeOf((slice: Slice<ConnectedAct>) => connectedActsPage(rows, { past, ...slice }), 'desc', false),
    await connectedActCounts(rows, past, { from: dayMs(3) }),
  );
  return answers;
};
