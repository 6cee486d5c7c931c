import { knownThen, thenOf, type Past } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';

/** How a query that tells people apart by their ids tells them apart where several are one. */
export interface PeopleApart {
  /** Joins what tells who remains, by the column that holds an id; nothing where nobody is one with another. */
  readonly joined: string;
  readonly parameters: readonly Value[];
  /** Who it is. */
  readonly who: string;
}

/** Most services merge nobody, or few: where nobody is one with another, a query is as it would be without. */
export async function peopleApart(rows: RowReader, column: string, past: Past): Promise<PeopleApart> {
  const anybody = `select 1 as one from stakeholder m where m.survivor is not null and ${knownThen('m')} limit 1`;
  if ((await rows.first(anybody, thenOf(past))) === undefined) return { joined: '', parameters: [], who: column };
  return {
    joined: `left join (
      select m.id, s.id as survivor from stakeholder m join stakeholder s on s.key = m.survivor and ${knownThen('s')}
      where m.survivor is not null and m.key <> m.survivor and ${knownThen('m')}
    ) as one on one.id = ${column}`,
    parameters: [...thenOf(past), ...thenOf(past)],
    who: `coalesce(one.survivor, ${column})`,
  };
}

/** The keys of all who were one then, first who remained. */
export async function groupsThen(rows: RowReader, past: Past): Promise<readonly (readonly number[])[]> {
  const members = await rows.all<{ readonly key: number; readonly survivor: number }>(
    `select m.key, m.survivor from stakeholder m
    where m.survivor is not null and m.key <> m.survivor and ${knownThen('m')} order by m.survivor, m.key`,
    thenOf(past),
  );
  const groups = Map.groupBy(members, ({ survivor }) => survivor);
  return [...groups].map(([survivor, others]) => [survivor, ...others.map(({ key }) => key)]);
}
