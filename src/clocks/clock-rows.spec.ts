import { describe, it } from '@jest/globals';
import { corrected, day, dayMs, passed, relationshipFact, retracted } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import { recorded, specifyProjection } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import type { ColleagueFact } from '../owners/colleague.js';
import type { OwnershipFact } from '../owners/ownership.js';
import { sinceEver } from './clock-context.js';
import { clockRows } from './clock-rows.js';
import {
  clockHolidaysTable,
  clockHoursTable,
  clockMessageTable,
  clockOwnerTable,
  clockTargetsTable,
  clockTeamTable,
  clockTurnTable,
} from './clock-tables.js';
import type { TargetsFact } from './targets.js';
import type { CalendarFact } from './working-hours.js';

const { given } = specifyProjection(clockRows);

const theirs = (id: string, on: number, inReplyTo: string | null = null, content: Partial<Content> = {}) =>
  passed(id, 'mia', { occurredAt: day(on), inReplyTo, ...content });
const ours = (id: string, on: number, inReplyTo: string | null) =>
  theirs(id, on, inReplyTo, { direction: 'outbound', participants: [{ stakeholderId: 'mia', role: 'addressee' }] });
const step = (
  factId: string,
  on: number,
  interactionId: string | null,
  taken: 'acknowledge' | 'engage' = 'acknowledge',
) =>
  relationshipFact('mia', {
    type: 'StepTaken',
    data: {
      ...{ stakeholderId: 'mia', factId, occurredAt: day(on), step: taken, skipped: [] },
      ...(interactionId === null ? {} : { interactionId }),
    },
  });

type Told = readonly [
  conversation: number,
  place: number,
  knownFrom: number,
  knownUntil: number,
  openedOn: number,
  stoppedOn: number | null,
];
const turns = (...told: readonly Told[]) =>
  told.map(([conversation, place, from, until, openedOn, stoppedOn]) => ({
    ...{ conversation, place, known_from: from, known_until: until, opened_at: dayMs(openedOn) },
    stopped_at: stoppedOn === null ? open : dayMs(stoppedOn),
  }));
const then = (log: readonly RecordedEvent[], ...told: readonly Told[]) =>
  given(...log).thenColumns(clockTurnTable, turns(...told));

describe('the turns of conversations', () => {
  it('begin with what comes to us', () =>
    given(theirs('a', 1, null, { channel: 'forum' })).thenRows(clockTurnTable, [
      {
        ...{ conversation: 1, place: 1, known_from: 1, known_until: open, opened_at: dayMs(1), stopped_at: open },
        ...{ acknowledged_at: null, early: 0, acknowledged_early: 0, opener: 1, stopper: null },
        ...{ channel: 'forum', speaker: 'mia' },
      },
    ]));

  it('end with our answer', async () => {
    const log = [theirs('a', 1), ours('b', 3, 'a')];
    await then(log, [1, 1, 1, 2, 1, null], [1, 1, 2, open, 1, 3]);
    await given(...log).thenColumns(clockTurnTable, [{ stopper: null }, { stopper: 2 }]);
  });

  it('are apart from those of other conversations', () =>
    then(
      [theirs('a', 1), theirs('x', 2), ours('b', 3, 'a')],
      [1, 1, 1, 3, 1, null],
      [1, 1, 3, open, 1, 3],
      [2, 1, 2, open, 2, null],
    ));

  it('follow each other', () =>
    then(
      [theirs('a', 1), ours('b', 2, 'a'), theirs('c', 4, 'b'), ours('d', 5, 'c')],
      [1, 1, 1, 2, 1, null],
      [1, 1, 2, open, 1, 2],
      [1, 2, 3, 4, 4, null],
      [1, 2, 4, open, 4, 5],
    ));

  it('are told when the answer was recorded before what it answers', () =>
    then([ours('b', 3, 'a'), theirs('a', 1)], [2, 1, 2, open, 1, 3]));

  it('take no time where the answer is dated before what it answers, and are marked', () =>
    given(theirs('a', 4), ours('b', 3, 'a')).thenColumns(clockTurnTable, [
      { known_from: 1, stopped_at: open, early: 0 },
      { known_from: 2, stopped_at: dayMs(4), early: 1 },
    ]));

  it('are named anew where something earlier comes late', () =>
    then(
      [theirs('b', 4, 'a'), ours('c', 6, 'b'), theirs('a', 2)],
      [1, 1, 1, 2, 4, null],
      [1, 1, 2, 3, 4, 6],
      [3, 1, 3, open, 2, 6],
    ));

  it('tie two conversations where what lies between comes late', () =>
    then([theirs('a', 1), ours('c', 6, 'b'), theirs('b', 4, 'a')], [1, 1, 1, 3, 1, null], [1, 1, 3, open, 1, 6]));

  it('follow a correction of the date', () =>
    then(
      [theirs('a', 1), ours('b', 3, 'a'), corrected('b', 'mia', { direction: 'outbound' }, { occurredAt: day(5) })],
      [1, 1, 1, 2, 1, null],
      [1, 1, 2, 3, 1, 3],
      [1, 1, 3, open, 1, 5],
    ));

  it('follow a correction of direction, act, channel and participants', async () => {
    await then(
      [
        theirs('a', 1),
        corrected('a', 'mia', {}, { direction: 'observed' }),
        corrected('a', 'mia', { direction: 'observed' }, { act: 'question' }),
      ],
      [1, 1, 1, 2, 1, null],
      [1, 1, 3, open, 1, null],
    );
    await given(
      theirs('a', 1),
      corrected('a', 'mia', {}, { channel: 'blog', participants: [{ stakeholderId: 'leo', role: 'author' }] }),
    ).thenColumns(clockTurnTable, [
      { known_from: 1, channel: 'email', speaker: 'mia' },
      { known_from: 2, channel: 'blog', speaker: 'leo' },
    ]);
  });

  it('follow a correction of what is answered, from one conversation to another', () =>
    then(
      [
        theirs('a', 1),
        theirs('x', 2),
        ours('b', 3, 'a'),
        corrected('b', 'mia', { direction: 'outbound', inReplyTo: 'a' }, { inReplyTo: 'x' }),
      ],
      [1, 1, 1, 3, 1, null],
      [1, 1, 3, 4, 1, 3],
      [1, 1, 4, open, 1, null],
      [2, 1, 2, 4, 2, null],
      [2, 1, 4, open, 2, 3],
    ));

  it('do without what was retracted, and the conversation stays one', () =>
    then(
      [theirs('a', 1), ours('b', 2, 'a'), theirs('c', 3, 'b'), retracted('b', 'mia')],
      [1, 1, 1, 2, 1, null],
      [1, 1, 2, 4, 1, 2],
      [1, 1, 4, open, 1, null],
      [1, 2, 3, 4, 3, null],
    ));

  it('end where all that opened them is retracted', () =>
    then([theirs('a', 1), retracted('a', 'mia')], [1, 1, 1, 2, 1, null]));

  it('have no other version where nothing in them changes', () =>
    then(
      [theirs('a', 1), corrected('a', 'mia', {}, { language: 'de' }), theirs('b', 2, 'a')],
      [1, 1, 1, open, 1, null],
    ));

  it('are acknowledged by a step in the conversation, until it is taken back', () =>
    given(
      ...[theirs('a', 1), ours('b', 5, 'a'), step('f', 3, 'b'), step('g', 2, null), step('h', 2, 'a', 'engage')],
      step('k', 4, 'a'),
      relationshipFact('mia', {
        type: 'RelationshipFactRetracted',
        data: { stakeholderId: 'mia', factId: 'k', was: { type: 'StepTaken', occurredAt: day(4) } },
      }),
      relationshipFact('mia', {
        type: 'RelationshipFactRetracted',
        data: { stakeholderId: 'mia', factId: 'g', was: { type: 'StepTaken', occurredAt: day(2) } },
      }),
    ).thenColumns(clockTurnTable, [
      { known_from: 1, acknowledged_at: null },
      // A step on our answer counts no earlier than that.
      { known_from: 2, acknowledged_at: null },
      { known_from: 6, acknowledged_at: dayMs(4) },
      { known_from: 7, acknowledged_at: null },
    ]));

  it('are told from messages that are kept as they are now', () =>
    given(
      theirs('a', 1),
      corrected('a', 'mia', {}, { occurredAt: day(2), direction: 'outbound' }),
      step('f', 3, 'a'),
    ).thenRows(clockMessageTable, [
      { key: 1, id: 'a', reply_to: null, at: dayMs(2), part: 'stops', channel: 'email', speaker: 'mia' },
      { key: 3, id: 'f', reply_to: 'a', at: dayMs(3), part: 'acknowledges', channel: null, speaker: null },
    ]));
});

describe('what it takes to tell how much of it was working time', () => {
  const dated = (factId: string, on: number) => ({ stakeholderId: 'mia', factId, occurredAt: day(on) });
  const owned = (fact: OwnershipFact) => recorded(fact, { stream: 'ownership-mia' });
  const of = (fact: ColleagueFact | CalendarFact | TargetsFact) => recorded(fact);

  it('is who answered for whom', () =>
    given(
      owned({
        type: 'OwnerAssigned',
        data: { ...dated('f', 1), owner: 'kim', tier: 'near', place: null, rank: null, department: null, was: null },
      }),
      owned({
        type: 'OwnerHandedOver',
        data: {
          ...{ ...dated('g', 2), fromOwner: 'kim', toOwner: 'lee', fromDepartment: null, toDepartment: null },
          ...{ tier: 'near', place: null },
        },
      }),
      owned({ type: 'OwnerReleased', data: { ...dated('h', 3), owner: 'lee', tier: 'near', place: null } }),
    ).thenRows(clockOwnerTable, [
      { stakeholder: 'mia', at: dayMs(1), key: 1, owner: 'kim', tier: 'near' },
      { stakeholder: 'mia', at: dayMs(2), key: 2, owner: 'lee', tier: 'near' },
      { stakeholder: 'mia', at: dayMs(3), key: 3, owner: null, tier: null },
    ]));

  it('is who was in which team', () =>
    given(
      of({
        type: 'ColleagueAdded',
        data: { colleagueId: 'kim', teamId: 't', personal: { of: ['kim'], name: 'Kim', addresses: [] } },
      }),
      of({ type: 'ColleagueMoved', data: { colleagueId: 'kim', teamId: null, was: { teamId: 't' } } }),
    ).thenRows(clockTeamTable, [
      { colleague: 'kim', key: 1, at: Date.UTC(2026, 0, 1, 0, 0, 1), team: 't' },
      { colleague: 'kim', key: 2, at: Date.UTC(2026, 0, 1, 0, 0, 2), team: null },
    ]));

  it('is when they work, and when they do not', async () => {
    const hours = [{ day: 1, from: '09:00', until: '17:00' }];
    const log = [
      of({ type: 'WorkingHoursSet', data: { teamId: null, from: null, zone: 'UTC', hours } }),
      of({ type: 'WorkingHoursSet', data: { teamId: 't', from: '2026-01-05', zone: 'Europe/Berlin', hours: [] } }),
      of({ type: 'HolidaysSet', data: { teamId: 't', year: 2026, days: [{ date: '2026-01-06', name: null }] } }),
    ];
    await given(...log).thenRows(clockHoursTable, [
      { team: '', key: 1, from_date: '', zone: 'UTC', hours: JSON.stringify(hours) },
      { team: 't', key: 2, from_date: '2026-01-05', zone: 'Europe/Berlin', hours: '[]' },
    ]);
    await given(...log).thenRows(clockHolidaysTable, [
      { team: 't', key: 3, year: 2026, days: '[{"date":"2026-01-06","name":null}]' },
    ]);
  });

  it('is how soon they are to answer', () => {
    const targets = { acknowledge: 60, 'first-response': null, 'next-response': 3, resolution: 4 };
    const row = { acknowledge: 60, first_response: null, next_response: 3, resolution: 4 };
    return given(
      of({ type: 'TargetsSet', data: { tier: null, from: null, targets } }),
      of({ type: 'TargetsSet', data: { tier: 'near', from: day(1), targets } }),
    ).thenRows(clockTargetsTable, [
      { tier: '', key: 1, from_at: sinceEver, ...row },
      { tier: 'near', key: 2, from_at: dayMs(1), ...row },
    ]);
  });
});
