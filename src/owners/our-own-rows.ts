import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter } from '../event-sourcing/read-store.js';
import { type ColleagueFact, ourAddressForm } from './colleague.js';
import { colleagueAddressTable, colleagueTable, teamTable, tierTable } from './our-own-tables.js';
import type { TeamFact } from './team.js';
import type { TierFact } from './tier.js';

type OurFact = ColleagueFact | TeamFact | Extract<TierFact, { type: 'TierDefined' }>;

/** A person of ours as the rows tell, of whom the next version is made. */
interface Present {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly team: string | null;
  readonly addresses: readonly string[];
  readonly gone: boolean;
}

interface Loaded {
  readonly colleagues: Map<string, Present>;
  /** Teams and tiers that have a present version. */
  readonly teams: Set<string>;
  readonly tiers: Set<string>;
}

/** Our own people, teams and tiers. */
export const ourOwnRows: Projection<Loaded> = {
  name: 'our-own',
  version: 2,
  tables: [teamTable, colleagueTable, colleagueAddressTable, tierTable],
  reads: new Set<OurFact['type']>([
    'TeamNamed',
    'ColleagueAdded',
    'ColleagueRenamed',
    'ColleagueMoved',
    'ColleagueAddressesChanged',
    'ColleagueLeft',
    'TierDefined',
  ]),

  load: async (events, rows) => {
    const facts = events.map(factOf);
    const named = (id: (fact: OurFact) => string | undefined): ReadonlySet<string> =>
      new Set(facts.flatMap((fact) => id(fact) ?? []));
    return {
      colleagues: await colleaguesNow(
        named(({ data }) => ('colleagueId' in data ? data.colleagueId : undefined)),
        rows,
      ),
      teams: await thereNow(
        'team',
        'id',
        named(({ type, data }) => (type === 'TeamNamed' ? data.teamId : undefined)),
        rows,
      ),
      tiers: await thereNow(
        'tier',
        'name',
        named(({ type, data }) => (type === 'TierDefined' ? data.tier : undefined)),
        rows,
      ),
    };
  },

  evolve: ({ colleagues, teams, tiers }, event, rows) => {
    const { ordinal, revision, recordedAt: recorded_at } = event;
    const versions = { known_from: ordinal, known_until: open };
    const { type, data } = factOf(event);
    switch (type) {
      case 'TeamNamed': {
        const { teamId: id, name, department } = data;
        if (teams.has(id)) rows.close(teamTable, [id], ordinal);
        teams.add(id);
        rows.insert(teamTable, { id, ...versions, recorded_at, name, department, revision });
        return;
      }
      case 'TierDefined': {
        const { tier: name, capacity, cadenceDays: cadence_days } = data;
        if (tiers.has(name)) rows.close(tierTable, [name], ordinal);
        tiers.add(name);
        rows.insert(tierTable, { name, ...versions, capacity, cadence_days });
        return;
      }
      default: {
        const before = colleagues.get(data.colleagueId);
        const after = presentAfter(before, event);
        colleagues.set(after.id, after);
        if (before !== undefined) rows.close(colleagueTable, [before.key], ordinal);
        const { key, id, name, team, addresses, gone } = after;
        rows.insert(colleagueTable, {
          key,
          ...versions,
          recorded_at,
          id,
          name,
          sort_name: name.toLowerCase(),
          team,
          addresses: JSON.stringify(addresses),
          gone: gone ? 1 : 0,
          revision,
        });
        writeAddresses(before, after, ordinal, rows);
      }
    }
  },
};

// The boundary of the log: its data is what the deciders wrote.
const factOf = (event: RecordedEvent): OurFact => event as unknown as OurFact;

const presentAfter = (before: Present | undefined, event: RecordedEvent): Present => {
  const { type, data } = event as unknown as ColleagueFact;
  if (type === 'ColleagueAdded') {
    const { colleagueId: id, teamId: team, personal } = data;
    return { key: event.ordinal, id, name: personal.name, team, addresses: personal.addresses, gone: false };
  }
  if (before === undefined) throw new Error(`Nobody of ours was ever added as ${data.colleagueId}.`);
  switch (type) {
    case 'ColleagueRenamed':
      return { ...before, name: data.personal.name };
    case 'ColleagueMoved':
      return { ...before, team: data.teamId };
    case 'ColleagueAddressesChanged':
      return { ...before, addresses: data.personal.addresses };
    case 'ColleagueLeft':
      return { ...before, gone: true };
  }
};

const writeAddresses = (before: Present | undefined, after: Present, ordinal: number, rows: RowWriter): void => {
  if (before?.addresses === after.addresses) return;
  const was = new Set(before?.addresses.map(ourAddressForm));
  const is = new Set(after.addresses.map(ourAddressForm));
  for (const address of was) if (!is.has(address)) rows.close(colleagueAddressTable, [address, after.key], ordinal);
  for (const address of is)
    if (!was.has(address))
      rows.insert(colleagueAddressTable, { address, colleague: after.key, known_from: ordinal, known_until: open });
};

type ColleagueRow = Row & {
  key: number;
  id: string;
  name: string;
  team: string | null;
  addresses: string;
  gone: number;
};

const colleaguesNow = async (ids: ReadonlySet<string>, rows: RowReader): Promise<Map<string, Present>> => {
  const found = new Map<string, Present>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT key, id, name, team, addresses, gone FROM colleague WHERE id IN (${marks}) AND known_until = ${open}`;
    for (const { key, id, name, team, addresses, gone } of await rows.all<ColleagueRow>(sql, values))
      found.set(id, { key, id, name, team, addresses: JSON.parse(addresses) as readonly string[], gone: gone === 1 });
  }
  return found;
};

const thereNow = async (
  table: string,
  column: string,
  ids: ReadonlySet<string>,
  rows: RowReader,
): Promise<Set<string>> => {
  const found = new Set<string>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT ${column} AS id FROM ${table} WHERE ${column} IN (${marks}) AND known_until = ${open}`;
    for (const { id } of await rows.all<{ id: string }>(sql, values)) found.add(id);
  }
  return found;
};
