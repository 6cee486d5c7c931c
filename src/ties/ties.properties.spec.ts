import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { day, dayMs, forgetful, identified, projected, rowsOf } from '../../test/small-logs.js';
import { type Decider, type Refusal, isRefusal, streamOf } from '../event-sourcing/decider.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Fact } from '../event-sourcing/fact.js';
import { type Past, present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import type { AffiliationRequest } from '../stakeholders/affiliation.js';
import { belonging } from '../stakeholders/belonging.js';
import { directory } from '../stakeholders/directory.js';
import type { Stakeholder } from '../stakeholders/stakeholder.js';
import { affiliationsById, affiliationsPage, belongingTo, countAffiliations } from './affiliation-pages.js';
import { affiliationRows } from './affiliation-rows.js';
import { type State, states } from './lasting.js';
import { nearTo } from './near.js';
import { type TieRequest, tie, tieKinds } from './tie.js';
import { countTies, tiesById, tiesPage } from './tie-pages.js';
import { tieRows } from './tie-rows.js';

const persons = ['ada', 'bob', 'cy', 'di', 'eve'];
const organisations = ['works', 'other'];
const everybody = [...persons, ...organisations];
const numbers = ['1', '2', '3'];

const person = fc.constantFrom(...persons);
const organisationId = fc.constantFrom(...organisations);
const when = fc.integer({ min: 1, max: 9 });
const date = when.map(day);
const lasting = fc.record({
  occurredAt: fc.option(date, { freq: 4 }),
  until: fc.option(date, { freq: 2 }),
});
const number = fc.constantFrom(...numbers);
const said = { source: null, saidBy: 'kim' };

/** Anything that is asked of a person about where they belong. */
const affiliating: fc.Arbitrary<AffiliationRequest> = fc
  .record({
    stakeholderId: person,
    number,
    type: fc.constantFrom('Start', 'Start', 'End', 'Correct', 'Retract'),
    organisationId,
    period: lasting,
    on: date,
    role: fc.option(fc.constantFrom('press', 'sales')),
  })
  .map(({ stakeholderId, number: its, type, organisationId: at, period, on, role }): AffiliationRequest => {
    const ids = { stakeholderId, affiliationId: `${stakeholderId}.${its}` };
    const started = { ...ids, ...period, ...said, sent: 'digest', organisationId: at, role, title: null };
    switch (type) {
      case 'End':
        return { type: 'EndAffiliation', data: { ...ids, occurredAt: on } };
      case 'Correct':
        return { type: 'CorrectAffiliation', data: { ...ids, period, post: { role } } };
      case 'Retract':
        return { type: 'RetractAffiliation', data: ids };
      default:
        return { type: 'StartAffiliation', data: started };
    }
  });

/** Anything that is asked of a tie. */
const tying: fc.Arbitrary<TieRequest> = fc
  .record({
    tieId: fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6'),
    type: fc.constantFrom('Record', 'Record', 'End', 'Correct', 'Correct', 'Retract'),
    kind: fc.constantFrom(...tieKinds),
    stakeholderId: fc.constantFrom(...everybody),
    otherId: fc.constantFrom(...everybody),
    period: lasting,
    on: date,
  })
  .map(({ tieId, type, period, on, ...ends }): TieRequest => {
    const shown = { evidence: [], note: null, url: null };
    if (type === 'End') return { type: 'EndTie', data: { tieId, occurredAt: on } };
    if (type === 'Retract') return { type: 'RetractTie', data: { tieId } };
    if (type === 'Correct')
      return { type: 'CorrectTie', data: { tieId, changes: { ...period, kind: ends.kind }, shown: {} } };
    return { type: 'RecordTie', data: { tieId, ...ends, ...period, ...said, ...shown, sent: 'digest' } };
  });

const asked = fc.array(fc.oneof(affiliating, tying), { minLength: 5, maxLength: 40, size: '+1' });

const isAboutTie = (request: AffiliationRequest | TieRequest): request is TieRequest => 'tieId' in request.data;

/** The log that comes of asking the deciders; what they refuse is not in it. */
const logOf = (requests: readonly (AffiliationRequest | TieRequest)[]): readonly RecordedEvent[] => {
  const known = everybody.map((id) => identified(id, { kind: organisations.includes(id) ? 'organisation' : 'person' }));
  const log = [...known];
  const states_ = new Map<string, unknown>(
    persons.map((id): [string, Stakeholder] => [
      streamOf(belonging, id),
      { ...belonging.initialState, identified: true, kind: 'person' },
    ]),
  );
  const ask = <S, R, F extends Fact<string, object>>(
    decider: Decider<S, R, F, Refusal>,
    id: string,
    request: R,
  ): void => {
    const stream = streamOf(decider, id);
    const state = (states_.get(stream) as S | undefined) ?? decider.initialState;
    const decision = decider.decide(request, state);
    if (isRefusal(decision)) return;
    states_.set(stream, decision.reduce(decider.evolve, state));
    for (const fact of decision) log.push(recorded(fact, { stream }));
  };
  for (const request of requests)
    if (isAboutTie(request)) ask(tie, request.data.tieId, request);
    else ask(belonging, request.data.stakeholderId, request);
  return numbered(...log);
};

const projections = [directory, affiliationRows, tieRows];
const alone = (id: string) => ({ id, members: [id] });

const everythingOf = async (rows: RowReader, past: Past): Promise<unknown> => {
  const answers: unknown[] = [];
  const some: readonly (readonly State[])[] = [['holding'], states];
  for (const id of everybody) {
    for (const each of some) {
      for (const end of ['person', 'organisation'] as const) {
        const of = { end, ids: [id], states: each, past };
        answers.push(
          await affiliationsPage(rows, { ...of, order: 'desc', limit: 9 }),
          await countAffiliations(rows, of),
        );
      }
      const of = { ids: [id], kinds: tieKinds, states: each, past };
      answers.push(await tiesPage(rows, { ...of, order: 'asc', limit: 9 }), await countTies(rows, of));
    }
    for (const depth of [1, 2] as const) answers.push(await nearTo(rows, alone(id), depth, past));
    answers.push(await belongingTo(rows, [id], past, { from: dayMs(2), until: dayMs(8) }, 99));
  }
  const ids = persons.flatMap((id) => numbers.map((its) => `${id}.${its}`));
  answers.push(await affiliationsById(rows, ids, past), await tiesById(rows, ['t1', 't2', 't3'], past));
  return answers;
};

const runs = { numRuns: 40 };

describe('affiliations and ties', () => {
  it('have the same rows whatever the batches, and whatever is remembered', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 2, max: 9 }), async (requests, batch) => {
        const log = logOf(requests);
        const [one, several, once] = [
          await projected(projections, log, 1),
          await projected(projections.map(forgetful), log, batch),
          await projected(projections, log),
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
      fc.asyncProperty(asked, fc.nat(50), fc.integer({ min: 0, max: 10 }), async (requests, at, on) => {
        const log = logOf(requests);
        const known = everybody.length + (at % (log.length - everybody.length + 1));
        const validAt = dayMs(on);
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

  it('bring somebody as near to another as that one to them, by paths that hang together', () =>
    fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 0, max: 10 }), async (requests, on) => {
        const rows = await projected(projections, logOf(requests));
        const past = { known: present, validAt: dayMs(on) };
        const distances = new Map<string, number>();
        for (const id of everybody)
          for (const { id: other, path } of (await nearTo(rows, alone(id), 2, past)).near) {
            distances.set(`${id} ${other}`, path.length);
            expect([path[0]?.from, path.at(-1)?.to]).toEqual([id, other]);
            for (const [index, step] of path.entries()) expect(step.from).toBe(path[index - 1]?.to ?? id);
          }
        for (const [pair, distance] of distances)
          expect({ pair, distance }).toEqual({ pair, distance: distances.get(pair.split(' ').toReversed().join(' ')) });
        await rows.close();
      }),
      runs,
    ));
});
