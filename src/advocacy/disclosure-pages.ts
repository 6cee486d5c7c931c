import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { Act, Amended } from '../interactions/interaction.js';

type Status = NonNullable<Amended['disclosure']>['status'];

/**
 * The definition of who has to disclose: the authors of an advocacy act, inbound or observed, who were materially connected with
 * us at its date, by what is known of connections whenever it was recorded (16 CFR Part 255).
 */
export const disclosureDefinition = 'disclosures-v1';

/** What is known of a disclosure that is needed: what a person found, or that nobody looked. */
export const disclosureStates = ['missing', 'disclosed', 'not-disclosed', 'unknown'] as const satisfies readonly (
  Status | 'missing'
)[];
export type DisclosureState = (typeof disclosureStates)[number];

/** An advocacy act by somebody who was connected with us when they did it. */
export interface ConnectedAct {
  readonly stakeholderId: string;
  readonly interactionId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly act: Act;
  readonly state: DisclosureState;
}

/** Which acts are asked for; what is left out, or is empty, restricts nothing. */
export interface ConnectedActFilter {
  readonly states?: readonly DisclosureState[] | undefined;
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly until?: number | undefined;
}

/** Where an act stands in the report. */
export type ConnectedActCursor = Pick<ConnectedAct, 'at' | 'interactionId' | 'stakeholderId'>;

type ActRow = Row & {
  readonly stakeholder: string;
  readonly interaction: string;
  readonly at: number;
  readonly act: Act;
  readonly state: DisclosureState;
};

/** Whoever was one then with somebody whose id a column holds: selects `g.id`; its parameters are `[...thenOf(past), ...thenOf(past)]`. */
const oneWith = (column: string): string =>
  `SELECT g.id FROM stakeholder m JOIN stakeholder g ON g.survivor = m.survivor
   WHERE m.id = ${column} AND ${knownThen('m')} AND ${knownThen('g')}`;

/**
 * Acts whose author was connected at that time, each author once, as who remains: by what is known, whenever it was recorded,
 * and whichever of those who are one it was recorded of. Few people are connected, so they are found first.
 */
const connected = (past: Past, { states = [], from, until }: ConnectedActFilter) => {
  const last = until === undefined ? past.validAt : Math.min(past.validAt, until - 1);
  const then = thenOf(past);
  const chosen =
    states.length === 0 ? '' : ` AND coalesce(a.disclosure, 'missing') IN (${states.map(() => '?').join(', ')})`;
  const connection = (alias: string): string => `${alias}.kind = 'connection' AND ${knownThen(alias)}`;
  return {
    sql: `(SELECT DISTINCT coalesce(r.id, a.stakeholder) AS stakeholder, a.interaction, a.at, a.act,
        coalesce(a.disclosure, 'missing') AS state
      FROM advocacy_act a LEFT JOIN stakeholder p ON p.id = a.stakeholder AND ${knownThen('p')}
        LEFT JOIN stakeholder r ON r.key = p.survivor AND ${knownThen('r')}
      WHERE a.stakeholder IN (SELECT k.stakeholder FROM care_span k WHERE ${connection('k')}
          UNION SELECT g.id FROM care_span k JOIN stakeholder m ON m.id = k.stakeholder AND ${knownThen('m')}
            JOIN stakeholder g ON g.survivor = m.survivor AND ${knownThen('g')} WHERE ${connection('k')})
        AND a.at >= ? AND a.at <= ? AND ${knownThen('a')}
        AND EXISTS (SELECT 1 FROM care_span c WHERE c.stakeholder IN (SELECT a.stakeholder UNION ALL ${oneWith('a.stakeholder')})
          AND c.from_at <= a.at AND c.until_at > a.at AND ${connection('c')})${chosen})`,
    values: [
      ...[...then, ...then],
      ...[...then, ...then, ...then, ...then],
      ...[from ?? Number.MIN_SAFE_INTEGER, last, ...then],
      ...[...then, ...then, ...then],
      ...states,
    ] satisfies readonly Value[],
  };
};

/** One page of the advocacy acts of people who were connected with us at that time, newest first in `desc`. */
export const connectedActsPage = async (
  rows: RowReader,
  {
    past,
    where = {},
    ...slice
  }: Slice<ConnectedActCursor> & { readonly past: Past; readonly where?: ConnectedActFilter | undefined },
): Promise<Page<ConnectedAct>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = connected(past, where);
  const bounds = [above && { cursor: above, sign: '>' }, below && { cursor: below, sign: '<' }].flatMap(
    (each) => each ?? [],
  );
  const beyond = bounds.map(({ sign }) => ` AND (d.at, d.interaction, d.stakeholder) ${sign} (?, ?, ?)`).join('');
  const found = await rows.all<ActRow>(
    `SELECT d.stakeholder, d.interaction, d.at, d.act, d.state FROM ${sql} d
     WHERE 1 = 1${beyond} ORDER BY d.at ${way}, d.interaction ${way}, d.stakeholder ${way} LIMIT ?`,
    [
      ...values,
      ...bounds.flatMap(({ cursor }) => [cursor.at, cursor.interactionId, cursor.stakeholderId]),
      slice.limit + 1,
    ],
  );
  return pageOf(
    found.map(({ stakeholder, interaction, at, act, state }) => ({
      stakeholderId: stakeholder,
      interactionId: interaction,
      at,
      act,
      state,
    })),
    slice,
  );
};

/** How many such acts there are, by what is known of their disclosure; every state is there. */
export const connectedActCounts = async (
  rows: RowReader,
  past: Past,
  where: ConnectedActFilter = {},
): Promise<ReadonlyMap<DisclosureState, number>> => {
  const { sql, values } = connected(past, where);
  const counts = new Map<DisclosureState, number>(disclosureStates.map((state) => [state, 0]));
  const found = await rows.all<{ state: DisclosureState; count: number }>(
    `SELECT d.state, count(*) AS count FROM ${sql} d GROUP BY d.state`,
    values,
  );
  for (const { state, count } of found) counts.set(state, count);
  return counts;
};
