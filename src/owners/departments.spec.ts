import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projected } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import type { ColleagueFact } from './colleague.js';
import { departmentsOf } from './departments.js';
import { ourOwnRows } from './our-own-rows.js';
import type { TeamFact } from './team.js';

const named = (teamId: string, department: string, recordedAt: number) =>
  recorded({ type: 'TeamNamed', data: { teamId, name: teamId, department } } satisfies TeamFact, { recordedAt });
const added = (colleagueId: string, teamId: string | null, recordedAt: number) =>
  recorded(
    {
      type: 'ColleagueAdded',
      data: { colleagueId, teamId, personal: { of: [colleagueId], name: 'Kim', addresses: [] } },
    } satisfies ColleagueFact,
    { recordedAt },
  );
const moved = (colleagueId: string, teamId: string | null, recordedAt: number) =>
  recorded({ type: 'ColleagueMoved', data: { colleagueId, teamId, was: { teamId: null } } } satisfies ColleagueFact, {
    recordedAt,
  });

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected(
    [ourOwnRows],
    numbered(
      ...[named('desk', 'service', 100), named('lab', 'product', 100), added('kim', 'desk', 200)],
      ...[added('lee', null, 200), moved('kim', 'lab', 300), named('lab', 'research', 400), moved('kim', null, 500)],
    ),
  );
});
afterAll(() => rows.close());

describe('the department of one of ours', () => {
  const over = async (owner: string, known = present) => {
    const departmentAt = await departmentsOf(rows, ['kim', 'lee', 'nobody'], { known });
    return [50, 199, 299, 300, 399, 400, 500].map((at) => departmentAt(owner, at));
  };

  it('is that of their team at the date, and before anything is known of them the first', async () =>
    expect(await over('kim')).toEqual([...['service', 'service', 'service', 'product', 'product', 'research'], null]));

  it('is what was known of it by then', async () =>
    expect(await over('kim', 5)).toEqual([
      ...['service', 'service', 'service', 'product', 'product', 'product', 'product'],
    ]));

  it('is none of who is in no team, or is nobody of ours', async () => {
    expect(new Set(await over('lee'))).toEqual(new Set([null]));
    expect(new Set(await over('nobody'))).toEqual(new Set([null]));
    expect((await departmentsOf(rows, [], { known: present }))('kim', 500)).toBeNull();
  });
});
