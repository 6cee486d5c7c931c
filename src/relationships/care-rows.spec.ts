import { describe, expect, it } from '@jest/globals';
import { day, dayMs, plansOf, projected, relationshipFact } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import { directory } from '../stakeholders/directory.js';
import { careRows } from './care-rows.js';
import { careSpanTable, careWordTable, never } from './care-tables.js';
import { attributesThen, wordCounts, wordsThen } from './care-word-pages.js';
import { countUndertakings, cursorOf, undertakingsById, undertakingsPage } from './undertaking-pages.js';

const { given } = specifyProjection(careRows);
const dated = (stakeholderId: string, factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });

const made = (who: string, factId: string, on: number, due: number) =>
  relationshipFact(
    who,
    {
      type: 'CommitmentMade',
      data: { ...dated(who, factId, on), dueAt: day(due), personal: { of: [who], text: `promise ${factId}` } },
    },
    { provenance: { reason: 'asked' } },
  );
const settled = (who: string, type: 'CommitmentKept' | 'CommitmentBroken', commitmentId: string, on: number) =>
  relationshipFact(
    who,
    { type, data: { ...dated(who, `${type} ${commitmentId}`, on), commitmentId } },
    { provenance: { reason: 'done' } },
  );
const retracted = (who: string, factId: string, type: 'CommitmentMade' | 'CommitmentKept' | 'StepTaken') =>
  relationshipFact(who, {
    type: 'RelationshipFactRetracted',
    data: { stakeholderId: who, factId, was: { type, occurredAt: day(1) } },
  });

const begun = { stakeholder: 'ada', key: 1, kind: 'commitment', fact_id: 'c', from_at: dayMs(2), due_at: dayMs(9) };
const unsettled = { ...begun, until_at: never, ended_by: null, ended_as: null };
const keptOn = (on: number) => ({ until_at: dayMs(on), ended_by: 'CommitmentKept c', ended_as: 'kept' });

describe('the rows of care', () => {
  it('keep a commitment, open until something ends it', async () => {
    await given(made('ada', 'c', 2, 9)).thenColumns(careSpanTable, [
      { ...unsettled, known_from: 1, known_until: open },
    ]);
    await given(made('ada', 'c', 2, 9)).reading(async (rows) => {
      const { body = '' } = (await rows.first<{ body: string }>('SELECT body FROM care_span')) ?? {};
      expect(JSON.parse(body)).toMatchObject({
        by: 'tester',
        reason: 'asked',
        ended: null,
        began: { type: 'CommitmentMade', data: { personal: { text: 'promise c' } } },
      });
    });
  });

  it('keep how it was settled, and what was known before', () =>
    given(made('ada', 'c', 2, 9), settled('ada', 'CommitmentKept', 'c', 5)).thenColumns(careSpanTable, [
      { ...unsettled, known_from: 1, known_until: 2 },
      { ...begun, ...keptOn(5), known_from: 2, known_until: open },
    ]));

  it('tell a broken one from a kept one', () =>
    given(made('ada', 'c', 2, 9), settled('ada', 'CommitmentBroken', 'c', 5)).thenColumns(careSpanTable, [
      { ended_as: null },
      { ended_as: 'broken' },
    ]));

  it('open it again where the settlement was retracted', () =>
    given(
      made('ada', 'c', 2, 9),
      settled('ada', 'CommitmentKept', 'c', 5),
      retracted('ada', 'CommitmentKept c', 'CommitmentKept'),
    ).thenColumns(careSpanTable, [
      { ...unsettled, known_from: 1, known_until: 2 },
      { ...begun, ...keptOn(5), known_from: 2, known_until: 3 },
      { ...unsettled, known_from: 3, known_until: open },
    ]));

  it('let go of what was retracted, and bear that its settlement is retracted after it', () =>
    given(
      made('ada', 'c', 2, 9),
      settled('ada', 'CommitmentKept', 'c', 5),
      retracted('ada', 'c', 'CommitmentMade'),
      retracted('ada', 'CommitmentKept c', 'CommitmentKept'),
    ).thenColumns(careSpanTable, [
      { known_from: 1, known_until: 2 },
      { known_from: 2, known_until: 3 },
    ]));

  it('are not changed by the retraction of a step', () =>
    given(made('ada', 'c', 2, 9), retracted('ada', 'c', 'StepTaken')).thenColumns(careSpanTable, [
      { known_from: 1, known_until: open },
    ]));
});

const connectedOn = (on: number, until: number | null = null) =>
  relationshipFact('ada', {
    type: 'ConnectionRecorded',
    data: { ...dated('ada', 'c', on), kind: 'gifted', until: until === null ? null : day(until) },
  });
const disconnected = relationshipFact('ada', {
  type: 'ConnectionEnded',
  data: { ...dated('ada', 'e', 7), connectionId: 'c' },
});
const taken = (factId: string, type: 'ConnectionEnded' | 'LifecycleReached' | 'AttributeAssessed') =>
  relationshipFact('ada', {
    type: 'RelationshipFactRetracted',
    data: { stakeholderId: 'ada', factId, was: { type, occurredAt: day(1) } },
  });

describe('the rows of connections', () => {
  const tie = { kind: 'connection', fact_id: 'c', from_at: dayMs(2), due_at: null };

  it('keep one that goes on, until it is ended, and again where that was retracted', () =>
    given(connectedOn(2), disconnected, taken('e', 'ConnectionEnded')).thenColumns(careSpanTable, [
      { ...tie, until_at: never, ended_by: null, ended_as: null, known_from: 1, known_until: 2 },
      { ...tie, until_at: dayMs(7), ended_by: 'e', ended_as: 'ended', known_from: 2, known_until: 3 },
      { ...tie, until_at: never, ended_by: null, ended_as: null, known_from: 3, known_until: open },
    ]));

  it('keep one with the end that it was recorded with', () =>
    given(connectedOn(2, 9)).thenColumns(careSpanTable, [
      { ...tie, until_at: dayMs(9), ended_by: null, ended_as: 'ended' },
    ]));
});

describe('the rows of outreaches', () => {
  const planned = relationshipFact('ada', {
    type: 'OutreachPlanned',
    data: {
      ...dated('ada', 'o', 2),
      ...{ plannedFor: day(9), channel: 'phone', personal: { of: ['ada'], text: 'A call' } },
    },
  });
  const done = (interactionId: string | null) =>
    relationshipFact('ada', {
      type: 'OutreachDone',
      data: { ...dated('ada', 'd', 8), outreachId: 'o', interactionId },
    });
  const cancelled = relationshipFact('ada', {
    type: 'OutreachCancelled',
    data: { ...dated('ada', 'x', 8), outreachId: 'o' },
  });
  const open_ = { kind: 'outreach', fact_id: 'o', from_at: dayMs(2), due_at: dayMs(9) };

  it('keep what is planned, until it is done or cancelled', async () => {
    await given(planned, done(null)).thenColumns(careSpanTable, [
      { ...open_, until_at: never, ended_as: null },
      { ...open_, until_at: dayMs(8), ended_as: 'done' },
    ]);
    await given(planned, cancelled).thenColumns(careSpanTable, [
      { ...open_, until_at: never, ended_as: null },
      { ...open_, until_at: dayMs(8), ended_as: 'cancelled' },
    ]);
  });

  it('keep what came of it', () =>
    given(planned, done('i')).reading(async (rows) => {
      const sql = 'SELECT body FROM care_span WHERE known_from = 2';
      const { body = '' } = (await rows.first<{ body: string }>(sql)) ?? {};
      expect(JSON.parse(body)).toMatchObject({ ended: { interactionId: 'i', by: 'tester' } });
    }));
});

describe('the rows of contact', () => {
  const said = (type: 'ContactForbidden' | 'ContactPermitted', on: number) =>
    relationshipFact('ada', {
      type,
      data: { ...dated('ada', `${type} ${on}`, on), personal: { of: ['ada'], saidBy: 'she herself' } },
    });

  it('keep whether it is permitted, in words of which the last holds', () =>
    given(said('ContactForbidden', 3), said('ContactPermitted', 5)).thenColumns(careWordTable, [
      { axis: 'contact', at: dayMs(3), word: 'no' },
      { axis: 'contact', at: dayMs(5), word: 'yes' },
    ]));
});

describe('the rows of words', () => {
  const reached = (factId: string, lifecycle: 'aware' | 'customer', on: number) =>
    relationshipFact('ada', {
      type: 'LifecycleReached',
      data: { ...dated('ada', factId, on), lifecycle, source: 'shop' },
    });
  const verified = relationshipFact('ada', { type: 'RelationshipVerified', data: dated('ada', 'v', 6) });
  const word = { stakeholder: 'ada', axis: 'lifecycle', at: dayMs(5), key: 1, known_from: 1, known_until: open };

  it('keep how far somebody is, with where it is known from', async () => {
    await given(reached('l', 'customer', 5)).thenColumns(careWordTable, [{ ...word, word: 'customer', fact_id: 'l' }]);
    await given(reached('l', 'customer', 5)).reading(async (rows) => {
      const { body = '' } = (await rows.first<{ body: string }>('SELECT body FROM care_word')) ?? {};
      expect(JSON.parse(body)).toMatchObject({ by: 'tester', reason: null, fact: { data: { source: 'shop' } } });
    });
  });

  it('keep a verification on an axis of its own', () =>
    given(verified).thenColumns(careWordTable, [{ ...word, axis: 'verified', at: dayMs(6), word: 'yes' }]));

  const attribute = (
    factId: string,
    on: number,
    present: boolean | null,
    { who = 'ada', topic = null }: { readonly who?: string; readonly topic?: string | null } = {},
  ) => {
    const data = { ...dated(who, factId, on), attribute: topic === null ? 'power' : 'influence', topic } as const;
    return relationshipFact(
      who,
      present === null
        ? { type: 'AttributeWithdrawn', data }
        : { type: 'AttributeAssessed', data: { ...data, present } },
    );
  };

  it('keep what a person sees in somebody, on an axis for each attribute and topic', () =>
    given(attribute('a', 5, true), attribute('b', 6, false, { topic: 'doors' }), attribute('c', 7, null)).thenColumns(
      careWordTable,
      [
        { axis: 'influence doors', at: dayMs(6), word: 'no', fact_id: 'b' },
        { axis: 'power', at: dayMs(5), word: 'yes', fact_id: 'a' },
        { axis: 'power', at: dayMs(7), word: 'withdrawn', fact_id: 'c' },
      ],
    ));

  it('let go of an assessment that was retracted', () =>
    given(attribute('a', 5, true), taken('a', 'AttributeAssessed')).thenColumns(careWordTable, [
      { ...word, axis: 'power', known_until: 2 },
    ]));

  it('tell the attributes of those who are one, of each the last word of all', async () => {
    const log = numbered(
      attribute('a', 5, true),
      attribute('b', 6, false, { who: 'bob' }),
      attribute('c', 7, true, { who: 'bob', topic: 'doors' }),
      verified,
    );
    const rows = await projected([careRows], log);
    const told = async (groups: readonly (readonly string[])[], validDay = 9, known = present) =>
      Object.fromEntries(
        [...(await attributesThen(rows, groups, { known, validAt: dayMs(validDay) }))].map(([id, words]) => [
          id,
          words.map(({ factId, word: said }) => `${factId} ${said}`).sort(),
        ]),
      );
    expect(await told([['ada'], ['bob'], ['eve']])).toEqual({ ada: ['a yes'], bob: ['b no', 'c yes'] });
    expect(await told([['ada', 'bob']])).toEqual({ ada: ['b no', 'c yes'] });
    expect(await told([['ada', 'bob']], 5)).toEqual({ ada: ['a yes'] });
    expect(await told([['ada', 'bob']], 9, 2)).toEqual({ ada: ['b no'] });
    await rows.close();
  });

  it('let go of what was retracted', () =>
    given(reached('l', 'customer', 5), taken('l', 'LifecycleReached')).thenColumns(careWordTable, [
      { ...word, known_until: 2 },
    ]));

  it('tell the last word by its date, at one instant the one recorded last', async () => {
    const rows = await projected(
      [careRows, directory],
      numbered(reached('l', 'customer', 5), reached('m', 'aware', 3), reached('n', 'aware', 5), verified),
    );
    const lastOf = async (known: number, validDay: number) =>
      (await wordsThen(rows, 'lifecycle', ['ada', 'bob'], { known, validAt: dayMs(validDay) })).get('ada')?.factId;
    expect(await lastOf(present, 9)).toBe('n');
    expect(await lastOf(2, 9)).toBe('l');
    expect(await lastOf(present, 4)).toBe('m');
    expect(await lastOf(1, 4)).toBeUndefined();
    expect(await wordCounts(rows, 'lifecycle', { known: 2, validAt: dayMs(9) })).toEqual(new Map([['customer', 1]]));
    expect(await wordCounts(rows, 'verified', { known: present, validAt: dayMs(9) })).toEqual(new Map([['yes', 1]]));
    await rows.close();
  });
});

describe('commitments', () => {
  const log = numbered(
    made('ada', 'a', 1, 10), // 1
    made('bob', 'b', 2, 5), // 2
    made('ada', 'c', 3, 7), // 3
    settled('ada', 'CommitmentKept', 'c', 6), // 4
    made('bob', 'd', 4, 6), // 5
    settled('bob', 'CommitmentBroken', 'd', 8), // 6
    relationshipFact('x', { type: 'StepTaken', data: { ...dated('x', 'x', 1), step: 'listen', skipped: [] } }), // 7
  );
  const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
    const rows = await projected([careRows, ownershipRows, directory], log);
    return read(rows).finally(() => rows.close());
  };
  const at = (validDay: number, known = present) => ({ known, validAt: dayMs(validDay) });
  const where = { kind: 'commitment' } as const;
  const page = { order: 'asc', limit: 10, where } as const;
  const statesOf = async (rows: RowReader, of: Parameters<typeof undertakingsPage>[1]) =>
    (await undertakingsPage(rows, of)).entries.map(({ id, state }) => `${id} ${state}`);

  it('come overdue first, then what is open, then what is settled', () =>
    reading(async (rows) =>
      expect(await statesOf(rows, { ...page, past: at(9) })).toEqual(['b overdue', 'a open', 'd broken', 'c kept']),
    ));

  it('are read at the date of the question: what is settled later is open at it, and overdue only after it is due', () =>
    reading(async (rows) => {
      expect(await statesOf(rows, { ...page, past: at(5) })).toEqual(['b open', 'd open', 'c open', 'a open']);
      expect(await statesOf(rows, { ...page, past: at(7) })).toEqual(['b overdue', 'd overdue', 'a open', 'c kept']);
      expect(await statesOf(rows, { ...page, past: at(2) })).toEqual(['b open', 'a open']);
      expect(await statesOf(rows, { ...page, past: at(20) })).toEqual(['b overdue', 'a overdue', 'd broken', 'c kept']);
    }));

  it('are read as they were known', () =>
    reading(async (rows) => {
      expect(await statesOf(rows, { ...page, past: at(9, 3) })).toEqual(['b overdue', 'c overdue', 'a open']);
      expect((await undertakingsById(rows, 'commitment', ['c', 'd'], at(9, 3))).size).toBe(1);
      expect((await undertakingsById(rows, 'commitment', ['c'], at(9, 3))).get('c')?.state).toBe('overdue');
      expect((await undertakingsById(rows, 'commitment', ['c'], at(9))).get('c')).toMatchObject({
        state: 'kept',
        settledAt: dayMs(6),
        stakeholderId: 'ada',
      });
    }));

  it.each([present, 5, 3])('are found by state, and counted, as known at %d', (known) =>
    reading(async (rows) => {
      for (const validDay of [1, 5, 6, 7, 9, 20]) {
        const past = at(validDay, known);
        const all = await undertakingsPage(rows, { ...page, past });
        for (const states of [['overdue'], ['open'], ['open', 'overdue'], ['kept'], ['kept', 'broken']] as const) {
          const expected = all.entries.filter(({ state }) => (states as readonly string[]).includes(state));
          const chosen = { ...where, states };
          expect((await undertakingsPage(rows, { ...page, past, where: chosen })).entries).toEqual(expected);
          expect(await countUndertakings(rows, past, chosen)).toBe(expected.length);
        }
      }
    }),
  );

  it('are found by whose they are, and come in pages both ways', () =>
    reading(async (rows) => {
      const past = at(9);
      expect(await statesOf(rows, { ...page, past, where: { ...where, stakeholderIds: ['ada'] } })).toEqual([
        'a open',
        'c kept',
      ]);
      const { entries } = await undertakingsPage(rows, { ...page, past });
      const [, second, third] = entries.map(cursorOf);
      expect(await statesOf(rows, { ...page, past, after: second })).toEqual(['d broken', 'c kept']);
      expect(await statesOf(rows, { ...page, past, limit: 1, before: third, fromEnd: true })).toEqual(['a open']);
    }));

  it('that are open are found by an index, however many are settled', () =>
    reading(async (rows) => {
      const plans = await plansOf(rows, async (reader) => {
        await undertakingsPage(reader, { ...page, past: at(9), where: { ...where, states: ['overdue'] } });
        await undertakingsById(reader, 'commitment', ['a'], at(9));
      });
      expect(plans.join('\n')).toMatch(/care_span USING INDEX \S+ \(kind=\? AND known_until=\? AND until_at>\?\)/);
      expect(plans.join('\n')).not.toMatch(/SCAN care_span/);
      expect(plans.join('\n')).toMatch(/SEARCH c USING INDEX care_span_by_fact_id/);
    }));
});
