import { describe, expect, it } from '@jest/globals';
import { made, moved, settled, takenBack } from '../../test/commitment-facts.js';
import { day, dayMs, plansOf, projected, relationshipFact } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import { directory } from '../stakeholders/directory.js';
import { careRows } from './care-rows.js';
import { countUndertakings, cursorOf, datesMovedTo, undertakingsById, undertakingsPage } from './undertaking-pages.js';

describe('commitments', () => {
  const log = numbered(
    made('ada', 'a', 1, 10), // 1
    made('bob', 'b', 2, 5), // 2
    made('ada', 'c', 3, 7), // 3
    settled('ada', 'CommitmentKept', 'c', 6), // 4
    made('bob', 'd', 4, 6), // 5
    settled('bob', 'CommitmentBroken', 'd', 8), // 6
    relationshipFact('x', {
      type: 'StepTaken',
      data: { stakeholderId: 'x', factId: 'x', occurredAt: day(1), step: 'listen', skipped: [] },
    }), // 7
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
      expect(plans.join('\n')).toMatch(/SEARCH s USING INDEX care_span_by_fact_id/);
    }));
});

describe('commitments that were moved', () => {
  const log = numbered(
    made('ada', 'a', 1, 5), // 1
    made('ada', 'b', 1, 6), // 2
    moved('ada', 'm', 'a', 3, 10), // 3
    moved('ada', 'n', 'a', 12, 4), // 4: late, and to an earlier date than the one before
    settled('ada', 'CommitmentKept', 'a', 9), // 5
    moved('ada', 'o', 'b', 4, 20), // 6
    takenBack('ada', 'o', 'CommitmentMoved'), // 7
    moved('ada', 'p', 'b', 4, 15), // 8
    moved('ada', 'q', 'b', 4, 16), // 9: at one instant the one recorded last
  );
  const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
    const rows = await projected([careRows, ownershipRows, directory], log, 3);
    return read(rows).finally(() => rows.close());
  };
  const where = { kind: 'commitment' } as const;
  const toldOf = async (rows: RowReader, known: number, validDay: number) => {
    const past = { known, validAt: dayMs(validDay) };
    const { entries } = await undertakingsPage(rows, { order: 'asc', limit: 10, where, past });
    for (const { id, ...its } of entries)
      expect((await undertakingsById(rows, 'commitment', [id], past)).get(id)).toMatchObject(its);
    return entries.map(({ id, state, dueAt }) => `${id} ${state} ${new Date(dueAt).getUTCDate()}`);
  };

  it('are due by the date in force at the date of the question, and listed by it', () =>
    reading(async (rows) => {
      expect(await toldOf(rows, present, 2)).toEqual(['a open 5', 'b open 6']);
      expect(await toldOf(rows, present, 3)).toEqual(['b open 6', 'a open 10']);
      expect(await toldOf(rows, present, 8)).toEqual(['a open 10', 'b open 16']);
      expect(await toldOf(rows, present, 17)).toEqual(['b overdue 16', 'a kept 10']);
    }));

  it('are due, once settled, by the date in force at that time', () =>
    reading(async (rows) => {
      // It was moved on the 12th, and kept on the 9th as was recorded after that.
      expect(await toldOf(rows, 4, 13)).toEqual(['a overdue 4', 'b overdue 6']);
      expect(await toldOf(rows, 5, 13)).toEqual(['b overdue 6', 'a kept 10']);
    }));

  it('are due by what was known', () =>
    reading(async (rows) => {
      expect(await toldOf(rows, 2, 8)).toEqual(['a overdue 5', 'b overdue 6']);
      expect(await toldOf(rows, 6, 8)).toEqual(['a open 10', 'b open 20']);
      expect(await toldOf(rows, 7, 8)).toEqual(['b overdue 6', 'a open 10']);
    }));

  it('are found by state as they are due then, and in pages', () =>
    reading(async (rows) => {
      const past = { known: present, validAt: dayMs(8) };
      for (const states of [['overdue'], ['open']] as const) {
        const chosen = { ...where, states };
        const { entries } = await undertakingsPage(rows, { order: 'asc', limit: 10, where: chosen, past });
        expect(entries.map(({ id }) => id)).toEqual(states[0] === 'open' ? ['a', 'b'] : []);
        expect(await countUndertakings(rows, past, chosen)).toBe(entries.length);
      }
      const [first] = (await undertakingsPage(rows, { order: 'asc', limit: 1, where, past })).entries;
      const after = first && cursorOf(first);
      expect((await undertakingsPage(rows, { order: 'asc', limit: 1, where, past, after })).entries).toMatchObject([
        { id: 'b', dueAt: dayMs(16) },
      ]);
    }));

  it('tell all dates, in the order in which they came into force', () =>
    reading(async (rows) => {
      const datesOf = async (known: number, validDay: number) =>
        (await datesMovedTo(rows, ['a', 'b', 'none'], { known, validAt: dayMs(validDay) })).get('b');
      expect(await datesOf(present, 4)).toEqual([
        { factId: 'p', at: dayMs(4), dueAt: dayMs(15), by: 'tester', reason: 'why p' },
        { factId: 'q', at: dayMs(4), dueAt: dayMs(16), by: 'tester', reason: 'why q' },
      ]);
      expect(await datesOf(6, 4)).toMatchObject([{ factId: 'o' }]);
      expect(await datesOf(present, 3)).toBeUndefined();
    }));
});
