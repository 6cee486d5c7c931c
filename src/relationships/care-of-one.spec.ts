import { describe, expect, it } from '@jest/globals';
import {
  day,
  dayMs,
  identified,
  merged,
  plansOf,
  projected,
  relationshipFact,
  unmerged,
} from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import { directory } from '../stakeholders/directory.js';
import { careRows } from './care-rows.js';
import { wordCounts } from './care-word-pages.js';
import { countUndertakings, undertakingsPage } from './undertaking-pages.js';

const dated = (stakeholderId: string, factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });
const said = (who: string, factId: string, lifecycle: 'customer' | 'aware', on: number) =>
  relationshipFact(who, { type: 'LifecycleReached', data: { ...dated(who, factId, on), lifecycle, source: null } });
const made = (who: string, factId: string, on: number, due: number) =>
  relationshipFact(who, {
    type: 'CommitmentMade',
    data: { ...dated(who, factId, on), dueAt: day(due), personal: { of: [who], text: `promise ${factId}` } },
  });
const assigned = (who: string, owner: string) =>
  recorded(
    {
      type: 'OwnerAssigned',
      data: {
        ...{ ...dated(who, `owner of ${who}`, 1), owner, tier: null },
        ...{ place: null, rank: null, department: null, was: null },
      },
    },
    { stream: `ownership-${who}` },
  );

describe('the care of those who are one', () => {
  it('is counted once: by the last word of all', async () => {
    const log = numbered(
      ...[identified('ada'), identified('bob'), identified('eve')], // 1 to 3
      ...[said('ada', 'l', 'aware', 3), said('bob', 'm', 'customer', 5), said('eve', 'n', 'aware', 4)], // 4 to 6
      ...[merged('ada', 'bob'), merged('eve', 'ada')], // 7, 8
      ...[unmerged('eve', 'ada'), unmerged('ada', 'bob')], // 9, 10
    );
    const rows = await projected([careRows, directory], log);
    const counts = async (known: number, validDay = 9) =>
      Object.fromEntries(await wordCounts(rows, 'lifecycle', { known, validAt: dayMs(validDay) }));
    expect(await counts(6)).toEqual({ aware: 2, customer: 1 });
    expect(await counts(7)).toEqual({ aware: 1, customer: 1 });
    expect(await counts(7, 4)).toEqual({ aware: 2 });
    expect(await counts(8)).toEqual({ customer: 1 });
    expect(await counts(8, 4)).toEqual({ aware: 1 });
    expect(await counts(9)).toEqual({ aware: 1, customer: 1 });
    expect(await counts(10)).toEqual({ aware: 2, customer: 1 });
    const plans = await plansOf(rows, (reader) => wordCounts(reader, 'lifecycle', { known: present, validAt: 0 }));
    expect(plans.join('\n')).not.toMatch(/SCAN [gmow]\b/);
    await rows.close();
  });

  it('is found by who answers for them: for who remains, and else for another', async () => {
    const rows = await projected(
      [careRows, ownershipRows, directory],
      numbered(
        ...[identified('ada'), identified('bob'), identified('eve')], // 1 to 3
        ...[made('ada', 'a', 1, 10), made('bob', 'b', 2, 5), made('eve', 'e', 2, 6)], // 4 to 6
        ...[assigned('ada', 'kim'), assigned('bob', 'lee')], // 7, 8
        ...[merged('ada', 'bob'), unmerged('ada', 'bob'), merged('eve', 'bob')], // 9 to 11
      ),
    );
    const of = async (reader: RowReader, owner: string, known: number): Promise<readonly string[]> => {
      const past = { known, validAt: dayMs(4) };
      const where = { kind: 'commitment', owner } as const;
      const { entries } = await undertakingsPage(reader, { order: 'asc', limit: 10, past, where });
      expect(await countUndertakings(reader, past, where)).toBe(entries.length);
      return entries.map(({ id }) => id);
    };
    const ofBoth = async (known: number) => [await of(rows, 'kim', known), await of(rows, 'lee', known)];
    expect(await ofBoth(8)).toEqual([['a'], ['b']]);
    expect(await ofBoth(9)).toEqual([['b', 'a'], []]);
    expect(await ofBoth(10)).toEqual([['a'], ['b']]);
    expect(await ofBoth(11)).toEqual([['a'], ['b', 'e']]);
    await rows.close();
  });
});
