import { describe, expect, it } from '@jest/globals';
import {
  corrected,
  day,
  dayMs,
  forgetful,
  identified,
  interactionFact,
  mailOf,
  passed,
  retracted,
} from '../../test/small-logs.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import { open } from '../event-sourcing/position.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { recordedView } from './interaction-view.js';
import type { InteractionView } from './interaction-view.js';
import {
  interactionTable,
  timelineArrivalsTable,
  timelineEntryTable,
  timelineStakeholderTable,
} from './timeline-tables.js';
import { timeline, timelineWith } from './timeline.js';

const given = (...events: readonly RecordedEvent[]) => specifyProjection(timeline).given(...events);

const together = {
  participants: [
    { stakeholderId: 'ada', role: 'author' },
    { stakeholderId: 'bob', role: 'addressee' },
    { stakeholderId: 'ada', role: 'mentioned' },
  ],
  topics: ['pricing', 'a|b'],
} as const;

describe('timeline', () => {
  it('numbers whom it hears of', () =>
    given(identified('ada'), identified('bob')).thenRows(timelineStakeholderTable, [
      { id: 'ada', key: 1 },
      { id: 'bob', key: 2 },
    ]));

  it('shows an interaction once to each who took part, in whatever roles', () =>
    given(identified('ada'), identified('bob'), passed('i', 'ada', together)).thenRows(timelineEntryTable, [
      {
        stakeholder: 1,
        at: dayMs(1),
        key: 3,
        known_from: 3,
        known_until: open,
        direction: 'inbound',
        channel: 'email',
        act: 'comment',
        roles: '|author|mentioned|',
        topics: '|pricing|a%7Cb|',
        by_id: 1,
        retracted: 0,
      },
      {
        stakeholder: 2,
        at: dayMs(1),
        key: 3,
        known_from: 3,
        known_until: open,
        direction: 'inbound',
        channel: 'email',
        act: 'comment',
        roles: '|addressee|',
        topics: '|pricing|a%7Cb|',
        by_id: 1,
        retracted: 0,
      },
    ]));

  it('keeps what was recorded, with whom it answers', () =>
    given(identified('ada'), passed('i', 'ada', { inReplyTo: 'h', subject: 'Hello' })).reading(async (rows) => {
      const [row] = await rows.all('SELECT * FROM interaction');
      const { body, ...columns } = row ?? {};
      expect(columns).toEqual({
        key: 2,
        known_from: 2,
        known_until: open,
        id: 'i',
        occurred_at: dayMs(1),
        recorded_at: Date.UTC(2026, 0, 1, 0, 0, 2),
        revision: 0,
        reply_to: 'h',
        retracted: 0,
      });
      const view = JSON.parse(String(body)) as InteractionView;
      expect(view).toEqual({
        ...mailOf('ada'),
        inReplyTo: 'h',
        interactionId: 'i',
        source: null,
        marks: [],
        subject: 'Hello',
        text: null,
        url: null,
        ourPeople: [],
        handles: [],
        recordedAt: Date.UTC(2026, 0, 1, 0, 0, 2),
        recordedBy: 'tester',
        revision: 0,
        retraction: null,
        corrections: [],
      });
    }));

  it('moves an entry when its date was wrong, and remembers where it stood', () =>
    given(
      identified('ada'),
      passed('i', 'ada'),
      corrected('i', 'ada', { occurredAt: day(1) }, { occurredAt: day(2) }),
    ).thenColumns(timelineEntryTable, [
      { at: dayMs(1), key: 2, known_from: 2, known_until: 3 },
      { at: dayMs(2), key: 2, known_from: 3, known_until: open },
    ]));

  it('moves an interaction from one timeline to another when the participants were wrong', () => {
    const from = mailOf('ada').participants;
    const to = [{ stakeholderId: 'bob', role: 'author' }] as const;
    return given(
      identified('ada'),
      identified('bob'),
      passed('i', 'ada'),
      corrected('i', 'ada', { participants: from }, { participants: to }),
    ).thenColumns(timelineEntryTable, [
      { stakeholder: 1, known_from: 3, known_until: 4 },
      { stakeholder: 2, known_from: 4, known_until: open },
    ]);
  });

  it('leaves the entry alone when something else was wrong, and lists what it was', () =>
    given(
      identified('ada'),
      passed('i', 'ada'),
      corrected('i', 'ada', { reach: null }, { reach: 12 }, { provenance: { reason: 'Counted again' } }),
    ).reading(async (rows) => {
      expect(await rows.all('SELECT known_from, known_until FROM timeline_entry')).toEqual(
        [{ known_from: 2, known_until: open }].map(bare),
      );
      const versions = await rows.all(
        'SELECT known_from, known_until, revision, body FROM interaction ORDER BY known_from',
      );
      expect(versions.map((row) => [row['known_from'], row['known_until'], row['revision']])).toEqual([
        [2, 3, 0],
        [3, open, 1],
      ]);
      expect(JSON.parse(String(versions[1]?.['body']))).toMatchObject({
        reach: 12,
        corrections: [
          {
            by: 'tester',
            reason: 'Counted again',
            at: Date.UTC(2026, 0, 1, 0, 0, 3),
            from: { reach: null },
            to: { reach: 12 },
          },
        ],
      });
    }));

  it('marks what was retracted, everywhere', () =>
    given(
      identified('ada'),
      passed('i', 'ada'),
      retracted('i', 'ada', {}, { provenance: { reason: 'Twice' } }),
    ).reading(async (rows) => {
      expect(
        await rows.all('SELECT known_from, known_until, retracted FROM timeline_entry ORDER BY known_from'),
      ).toEqual(
        [
          { known_from: 2, known_until: 3, retracted: 0 },
          { known_from: 3, known_until: open, retracted: 1 },
        ].map(bare),
      );
      const row = await rows.first<{ retracted: number; body: string }>(
        'SELECT retracted, body FROM interaction WHERE known_from = 3',
      );
      expect(row?.retracted).toBe(1);
      expect(JSON.parse(row?.body ?? '')).toMatchObject({
        retraction: { at: Date.UTC(2026, 0, 1, 0, 0, 3), by: 'tester', reason: 'Twice' },
      });
    }));

  it('shows how an interaction is heard by now', () =>
    given(identified('ada'), passed('i', 'ada'), toneAssessed).reading(async (rows) => {
      const row = await rows.first<{ body: string }>('SELECT body FROM interaction WHERE known_from = 3');
      expect(JSON.parse(row?.body ?? '')).toMatchObject({ tone: { value: 0.5, person: 'tester' }, revision: 1 });
      expect(await rows.all('SELECT key FROM timeline_entry')).toHaveLength(1);
    }));

  it('tells from when to when entries lie that arrived together', async () => {
    const entries = [3, 1, 2, 9].map((number) => passed(`i${number}`, 'ada', { occurredAt: day(number) }));
    await specifyProjection(timelineWith(3))
      .given(identified('ada'), ...entries)
      .thenRows(timelineArrivalsTable, [
        { stakeholder: 1, last_ordinal: 4, first_ordinal: 2, first_at: dayMs(1), last_at: dayMs(3) },
      ]);
  });

  it('counts on from its rows after a restart', async () => {
    const entries = [1, 2, 3, 4, 5].map((number) => passed(`i${number}`, 'ada', { occurredAt: day(number) }));
    await specifyProjection(forgetful(timelineWith(2)))
      .given(identified('ada'), ...entries)
      .thenColumns(timelineArrivalsTable, [
        { first_ordinal: 2, last_ordinal: 3, first_at: dayMs(1), last_at: dayMs(2) },
        { first_ordinal: 4, last_ordinal: 5, first_at: dayMs(3), last_at: dayMs(4) },
      ]);
  });

  it('refuses an interaction with somebody who was never identified', () =>
    expect(given(passed('i', 'ada')).thenRows(interactionTable, [])).rejects.toThrow('Stakeholder ada takes part'));
});

const bare = <R extends object>(row: R): R => Object.assign(Object.create(null) as object, row);

const { direction, act, occurredAt, participants, tone } = mailOf('ada');
const toneAssessed = interactionFact('i', {
  type: 'ToneAssessed',
  data: {
    was: { interactionId: 'i', direction, act, occurredAt, participants, tone },
    from: null,
    tone: { value: 0.5, person: 'tester' },
  },
});

describe('recordedView', () => {
  it('shows of a stream what its row shows', async () => {
    const log = numbered(
      identified('ada'),
      passed('i', 'ada', { topics: ['x'] }),
      corrected('i', 'ada', { topics: ['x'] }, { topics: ['y'] }),
      toneAssessed,
      retracted('i', 'ada'),
    );
    await specifyProjection(timeline)
      .given(...log)
      .reading(async (rows) => {
        const bodies = await rows.all<{ body: string }>('SELECT body FROM interaction ORDER BY known_from');
        const stream = log.slice(1);
        expect(bodies.map(({ body }) => body)).toEqual(
          stream.map((_, index) => JSON.stringify(recordedView(stream.slice(0, index + 1)))),
        );
      });
  });

  it('shows nothing where nothing was recorded', () => expect(recordedView([])).toBeNull());
});
