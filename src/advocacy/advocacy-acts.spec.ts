import { describe, expect, it } from '@jest/globals';
import {
  corrected,
  day,
  dayMs,
  identified,
  interactionFact,
  merged,
  passed,
  plansOf,
  projected,
  relationshipFact,
  retracted,
  unmerged,
} from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import type { Amended, Content } from '../interactions/interaction.js';
import { careRows } from '../relationships/care-rows.js';
import { directory } from '../stakeholders/directory.js';
import { advocacyActTable, advocacyActs } from './advocacy-acts.js';
import { connectedActCounts, connectedActsPage } from './disclosure-pages.js';

const { given } = specifyProjection(advocacyActs);
const praise: Partial<Content> = { direction: 'observed', act: 'recommendation', occurredAt: day(5) };
const recommended = (id: string, who: string, on = 5) => passed(id, who, { ...praise, occurredAt: day(on) });
const looked = (
  id: string,
  who: string,
  status: 'disclosed' | 'not-disclosed' | 'unknown',
  before?: Amended['disclosure'],
  on = 5,
) =>
  interactionFact(id, {
    type: 'DisclosureAssessed',
    data: {
      was: {
        interactionId: id,
        direction: 'observed',
        act: 'recommendation',
        occurredAt: day(on),
        participants: [{ stakeholderId: who, role: 'author' }],
        tone: null,
        ...(before === undefined ? {} : { disclosure: before }),
      },
      disclosure: { status, person: 'tester' },
    },
  });
const told = {
  stakeholder: 'ada',
  at: dayMs(5),
  interaction: 'i',
  known_from: 1,
  known_until: open,
  act: 'recommendation',
  disclosure: null,
};

describe('the rows of advocacy acts', () => {
  it('keep an act, of which nobody looked yet whether it was disclosed', () =>
    given(recommended('i', 'ada')).thenRows(advocacyActTable, [told]));

  it('keep no other act, and none of ours', () =>
    given(
      passed('i', 'ada', { ...praise, act: 'praise' }),
      passed('j', 'ada', { ...praise, direction: 'outbound' }),
    ).thenRows(advocacyActTable, []));

  it('keep each author once, and nobody who was only mentioned', () =>
    given(
      passed('i', 'ada', {
        ...praise,
        participants: [
          { stakeholderId: 'ada', role: 'author' },
          { stakeholderId: 'ada', role: 'author' },
          { stakeholderId: 'bob', role: 'author' },
          { stakeholderId: 'eve', role: 'mentioned' },
        ],
      }),
    ).thenColumns(advocacyActTable, [{ stakeholder: 'ada' }, { stakeholder: 'bob' }]));

  it('keep what somebody found who looked, and what was known before', () =>
    given(recommended('i', 'ada'), looked('i', 'ada', 'not-disclosed')).thenRows(advocacyActTable, [
      { ...told, known_until: 2 },
      { ...told, known_from: 2, disclosure: 'not-disclosed' },
    ]));

  it('follow a correction, and keep what was found', () =>
    given(
      recommended('i', 'ada'),
      looked('i', 'ada', 'disclosed'),
      interactionFact('i', {
        type: 'InteractionCorrected',
        data: {
          was: {
            ...{ interactionId: 'i', direction: 'observed', act: 'recommendation', occurredAt: day(5), tone: null },
            participants: [{ stakeholderId: 'ada', role: 'author' }],
            disclosure: { status: 'disclosed', person: 'tester' },
          },
          from: { occurredAt: day(5) },
          to: { occurredAt: day(6) },
          personal: { of: ['ada'], from: {}, to: {} },
        },
      }),
    ).thenRows(advocacyActTable, [
      { ...told, known_until: 2 },
      { ...told, known_from: 2, known_until: 3, disclosure: 'disclosed' },
      { ...told, at: dayMs(6), known_from: 3, disclosure: 'disclosed' },
    ]));

  it('begin with the correction that makes it an act, and are not versioned by another', () =>
    given(
      passed('i', 'ada', { ...praise, act: 'praise' }),
      corrected('i', 'ada', { ...praise, act: 'praise' }, { act: 'recommendation' }),
      corrected('i', 'ada', praise, { reach: 9 }),
    ).thenRows(advocacyActTable, [{ ...told, known_from: 2 }]));

  it('end with a retraction', () =>
    given(recommended('i', 'ada'), retracted('i', 'ada', praise)).thenRows(advocacyActTable, [
      { ...told, known_until: 2 },
    ]));
});

const connected = (who: string, factId: string, from: number, until: number | null = null) =>
  relationshipFact(who, {
    type: 'ConnectionRecorded',
    data: {
      stakeholderId: who,
      factId,
      occurredAt: day(from),
      kind: 'paid',
      until: until === null ? null : day(until),
    },
  });

describe('acts of connected people', () => {
  const log = numbered(
    recommended('a', 'ada', 3), // 1: before the connection
    recommended('b', 'ada', 5), // 2
    recommended('c', 'bob', 5), // 3: never connected
    recommended('d', 'ada', 8), // 4: after the connection
    connected('ada', 'first', 4, 8), // 5: recorded after the acts
    recommended('e', 'ada', 4), // 6: on the first instant
    looked('b', 'ada', 'disclosed'), // 7
    connected('ada', 'second', 4, 6), // 8: beside the first
    relationshipFact('ada', {
      type: 'RelationshipFactRetracted',
      data: {
        stakeholderId: 'ada',
        factId: 'first',
        was: { type: 'ConnectionRecorded', occurredAt: day(4) },
      },
    }), // 9
  );
  const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
    const rows = await projected([careRows, advocacyActs, directory], log);
    return read(rows).finally(() => rows.close());
  };
  const past = (known = present, validDay = 20) => ({ known, validAt: dayMs(validDay) });
  const page = { order: 'desc', limit: 10 } as const;
  const idsOf = async (rows: RowReader, of: Parameters<typeof connectedActsPage>[1]) =>
    (await connectedActsPage(rows, of)).entries.map(({ interactionId, state }) => `${interactionId} ${state}`);

  it('are those in its period, each once, whenever the connection was recorded', () =>
    reading(async (rows) => {
      expect(await idsOf(rows, { ...page, past: past(4) })).toEqual([]);
      expect(await idsOf(rows, { ...page, past: past(5) })).toEqual(['b missing']);
      expect(await idsOf(rows, { ...page, past: past(8) })).toEqual(['b disclosed', 'e missing']);
    }));

  it('are those of what was not taken back', () =>
    reading(async (rows) =>
      expect(await idsOf(rows, { ...page, past: past(9) })).toEqual(['b disclosed', 'e missing']),
    ));

  it('are chosen by what is known of their disclosure and by their date, and counted', () =>
    reading(async (rows) => {
      expect(await idsOf(rows, { ...page, past: past(8), where: { states: ['missing'] } })).toEqual(['e missing']);
      expect(await idsOf(rows, { ...page, past: past(8), where: { states: ['disclosed', 'unknown'] } })).toEqual([
        'b disclosed',
      ]);
      expect(await idsOf(rows, { ...page, past: past(8), where: { until: dayMs(5) } })).toEqual(['e missing']);
      expect(await idsOf(rows, { ...page, past: past(8), where: { from: dayMs(5) } })).toEqual(['b disclosed']);
      expect(await idsOf(rows, { ...page, past: past(8, 4) })).toEqual(['e missing']);
      expect([...(await connectedActCounts(rows, past(8)))]).toEqual([
        ['missing', 1],
        ['disclosed', 1],
        ['not-disclosed', 0],
        ['unknown', 0],
      ]);
    }));

  it('come in pages, both ways', () =>
    reading(async (rows) => {
      const { entries } = await connectedActsPage(rows, { ...page, past: past(8) });
      expect(await idsOf(rows, { ...page, past: past(8), after: entries[0] })).toEqual(['e missing']);
      expect(await idsOf(rows, { ...page, past: past(8), limit: 1, before: entries[1], fromEnd: true })).toEqual([
        'b disclosed',
      ]);
    }));

  it('are those of all who are one, each once under who remains, whichever of them was connected', async () => {
    const both = {
      ...praise,
      participants: [
        { stakeholderId: 'ada', role: 'author' as const },
        { stakeholderId: 'bob', role: 'author' as const },
      ],
    };
    const rows = await projected(
      [careRows, advocacyActs, directory],
      numbered(
        ...[identified('ada'), identified('bob'), identified('eve')], // 1 to 3
        ...[connected('ada', 'c', 4), recommended('a', 'ada', 5), recommended('b', 'bob', 6)], // 4 to 6
        ...[recommended('c', 'eve', 7), recommended('d', 'bob', 3), passed('e', 'ada', both)], // 7 to 9
        ...[merged('bob', 'ada'), unmerged('bob', 'ada')], // 10, 11
      ),
    );
    const shownAt = async (known: number) =>
      (await connectedActsPage(rows, { ...page, past: past(known) })).entries.map(
        ({ interactionId, stakeholderId }) => `${interactionId} ${stakeholderId}`,
      );
    const missing = async (known: number) => (await connectedActCounts(rows, past(known))).get('missing');
    const before = ['e ada', 'a ada'];
    expect([await shownAt(9), await missing(9)]).toEqual([before, 2]);
    expect([await shownAt(10), await missing(10)]).toEqual([['b bob', 'e bob', 'a bob'], 3]);
    expect([await shownAt(11), await missing(11)]).toEqual([before, 2]);
    const { entries } = await connectedActsPage(rows, { ...page, past: past(10) });
    const after = await connectedActsPage(rows, { ...page, past: past(10), after: entries[0] });
    expect(after.entries).toEqual(entries.slice(1));
    await rows.close();
  });

  it('are found by who is connected, and not by looking at every act', () =>
    reading(async (rows) => {
      const plans = await plansOf(rows, (reader) => connectedActsPage(reader, { ...page, past: past() }));
      expect(plans.join('\n')).toMatch(/SEARCH a USING (PRIMARY KEY|INDEX)/);
      expect(plans.join('\n')).not.toMatch(/SCAN a\b/);
    }));
});
