import { describe, expect, it } from '@jest/globals';
import { day, dayMs, identified, merged, plansOf, projected, unmerged } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { numbered, recorded, specifyProjection } from '../event-sourcing/specification.js';
import type { OwnershipFact } from './ownership.js';
import {
  countOwnershipFacts,
  handOversBetween,
  ownersOf,
  ownersThen,
  ownershipFactById,
  ownershipFactsPage,
  ownershipRevisions,
  tierCounts,
  workloads,
} from './ownership-pages.js';
import { ownershipRows } from './ownership-rows.js';
import { ownerSpanTable, ownershipFactTable } from './ownership-tables.js';
import { directory } from '../stakeholders/directory.js';

const { given } = specifyProjection(ownershipRows);
const inStream = (fact: OwnershipFact) => recorded(fact, { stream: 'ownership-mia' });
const dated = (factId: string, on: number) => ({ stakeholderId: 'mia', factId, occurredAt: day(on) });
const assigned = (on: number, tier: string | null = 'near') =>
  inStream({
    type: 'OwnerAssigned',
    data: { ...dated('f', on), owner: 'kim', tier, place: null, rank: null, department: 'press', was: null },
  });
const handed = (on: number) =>
  inStream({
    type: 'OwnerHandedOver',
    data: {
      ...dated('g', on),
      fromOwner: 'kim',
      toOwner: 'lee',
      fromDepartment: 'press',
      toDepartment: null,
      tier: 'near',
      place: null,
    },
  });
const released = (on: number) =>
  inStream({ type: 'OwnerReleased', data: { ...dated('h', on), owner: 'lee', tier: 'near', place: null } });
const forgone = inStream({ type: 'PlaceForgone', data: { stakeholderId: 'mia', token: 't' } });
const span = (fromDay: number, key: number, owner: string) => ({
  stakeholder: 'mia',
  from_at: dayMs(fromDay),
  key,
  owner,
  tier: 'near',
});

describe('the spans of owners', () => {
  it('begin with an assignment', () =>
    given(assigned(1)).thenRows(ownerSpanTable, [
      { ...span(1, 1, 'kim'), known_from: 1, known_until: open, until_at: null },
    ]));
  it('end where it is handed over, and another begins', () =>
    given(assigned(1), handed(3)).thenRows(ownerSpanTable, [
      { ...span(1, 1, 'kim'), known_from: 1, known_until: 2, until_at: null },
      { ...span(1, 1, 'kim'), known_from: 2, known_until: open, until_at: dayMs(3) },
      { ...span(3, 2, 'lee'), known_from: 2, known_until: open, until_at: null },
    ]));
  it('end where it is released', () =>
    given(assigned(1), released(3)).thenColumns(ownerSpanTable, [
      { known_from: 1, known_until: 2, until_at: null },
      { known_from: 2, known_until: open, until_at: dayMs(3) },
    ]));
  it('of no length are not shown', () =>
    given(assigned(1), handed(1)).thenColumns(ownerSpanTable, [
      { owner: 'kim', known_from: 1, known_until: 2 },
      { owner: 'lee', known_from: 2, known_until: open },
    ]));
});

describe('changes of owner', () => {
  it('are kept, with the departments of a hand-over; a place that was taken in vain counts in the revision', () =>
    given(assigned(1), handed(2), released(3), forgone).thenColumns(ownershipFactTable, [
      { key: 4, kind: 'place-forgone', from_department: null, to_department: null, revision: 3 },
      { key: 1, kind: 'owner-assigned', from_department: null, to_department: null, revision: 0 },
      { key: 2, kind: 'owner-handed-over', from_department: 'press', to_department: null, revision: 1 },
      { key: 3, kind: 'owner-released', from_department: null, to_department: null, revision: 2 },
    ]));

  const log = numbered(assigned(1), handed(3), forgone, released(5));
  const today = { known: present, validAt: dayMs(20) };

  it('are read as of any past', async () => {
    const rows = await projected([ownershipRows, directory], log);
    const ownerThen = async (known: number, on: number) =>
      (await ownersThen(rows, [['mia']], { known, validAt: dayMs(on) })).get('mia')?.owner;
    expect([await ownerThen(present, 2), await ownerThen(present, 4), await ownerThen(present, 6)]).toEqual([
      'kim',
      'lee',
      undefined,
    ]);
    expect([await ownerThen(1, 4), await ownerThen(2, 6), await ownerThen(0, 6)]).toEqual(['kim', 'lee', undefined]);
    expect((await ownersOf(rows, ['mia'], today)).map(({ owner }) => owner)).toEqual(['lee', 'kim']);
    expect(await workloads(rows, ['kim', 'lee'], { known: 2, validAt: dayMs(9) })).toEqual(
      new Map([
        ['kim', []],
        ['lee', [{ tier: 'near', count: 1 }]],
      ]),
    );
    expect(await ownershipRevisions(rows, ['mia', 'bo'], { known: 3 })).toEqual(
      new Map([
        ['mia', 2],
        ['bo', -1],
      ]),
    );
    expect(await handOversBetween(rows, { known: 1, validAt: dayMs(9) }, { from: null, until: null })).toEqual([]);
    expect(await ownershipFactById(rows, 'g', { known: 1, validAt: dayMs(9) })).toBeNull();
    await rows.close();
  });

  it('count those who are one once, in the tier of who remains', async () => {
    const stood = (who: string, tier: string) =>
      recorded(
        {
          type: 'OwnerAssigned',
          data: {
            ...{ stakeholderId: who, factId: `owner of ${who}`, occurredAt: day(1), owner: 'kim', tier },
            ...{ place: null, rank: null, department: null, was: null },
          },
        },
        { stream: `ownership-${who}` },
      );
    const rows = await projected(
      [ownershipRows, directory],
      numbered(
        ...[identified('mia'), identified('bo'), identified('cy'), identified('ann')], // 1 to 4
        ...[stood('mia', 'near'), stood('bo', 'near'), stood('cy', 'far')], // 5 to 7
        ...[merged('mia', 'bo'), merged('cy', 'mia'), unmerged('cy', 'mia')], // 8 to 10
        ...[merged('ann', 'mia'), unmerged('mia', 'bo')], // 11, 12
      ),
    );
    const counts = async (known: number) => Object.fromEntries(await tierCounts(rows, { known, validAt: dayMs(9) }));
    expect(await counts(7)).toEqual({ near: 2, far: 1 });
    expect(await counts(8)).toEqual({ near: 1, far: 1 });
    expect(await counts(9)).toEqual({ far: 1 });
    expect(await counts(10)).toEqual({ near: 1, far: 1 });
    expect(await counts(11)).toEqual({ near: 1, far: 1 });
    expect(await counts(12)).toEqual({ near: 2, far: 1 });
    await rows.close();
  });

  it('come in pages, both ways, filtered and counted', async () => {
    const rows = await projected([ownershipRows, directory], log);
    const of = { memberIds: ['mia'], past: today, order: 'asc', limit: 2 } as const;
    const first = await ownershipFactsPage(rows, of);
    expect([first.entries.map(({ view }) => view.factId), first.more]).toEqual([['f', 'g'], true]);
    const rest = await ownershipFactsPage(rows, { ...of, after: first.entries[1] });
    expect(rest.entries.map(({ view }) => view.factId)).toEqual(['h']);
    expect(await countOwnershipFacts(rows, of)).toBe(3);
    expect(await countOwnershipFacts(rows, { ...of, filter: { kinds: ['owner-released'], from: dayMs(2) } })).toBe(1);
    expect(await countOwnershipFacts(rows, { ...of, filter: { until: dayMs(3) } })).toBe(1);
    await rows.close();
  });

  it('are read by ranges of an index', async () => {
    const rows = await projected([ownershipRows, directory], log);
    const plans = await plansOf(rows, async (reader) => {
      await ownersThen(reader, [['mia']], today);
      await ownershipRevisions(reader, ['mia'], today);
      await ownershipFactById(reader, 'f', today);
      await workloads(reader, ['kim'], today);
      await handOversBetween(reader, today, { from: 1, until: null });
      await ownershipFactsPage(reader, { memberIds: ['mia'], past: today, order: 'desc', limit: 2 });
    });
    for (const plan of plans) expect(plan).toMatch(/^SEARCH|^USE TEMP B-TREE FOR GROUP BY|^CORRELATED SCALAR SUBQUERY/);
    await rows.close();
  });
});
