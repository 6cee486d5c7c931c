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

/**
 * Acts whose author was connected at that time: by what is known, whenever it was recorded. Few people are connected, so they
 * are found first.
 */
const connected = (past: Past, { states = [], from, until }: ConnectedActFilter) => {
  const last = until === undefined ? past.validAt : Math.min(past.validAt, until - 1);
  const then = thenOf(past);
  const chosen =
    states.length === 0 ? '' : ` AND coalesce(a.disclosure, 'missing') IN (${states.map(() => '?').join(', ')})`;
  return {
    sql: `a.stakeholder IN (SELECT k.stakeholder FROM care_span k WHERE k.kind = 'connection' AND ${knownThen('k')})
      AND a.at >= ? AND a.at <= ? AND ${knownThen('a')}
      AND EXISTS (SELECT 1 FROM care_span c WHERE c.stakeholder = a.stakeholder AND c.kind = 'connection'
        AND c.from_at <= a.at AND c.until_at > a.at AND ${knownThen('c')})${chosen}`,
    values: [...then, from ?? Number.MIN_SAFE_INTEGER, last, ...then, ...then, ...states] satisfies readonly Value[],
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
  const beyond = bounds.map(({ sign }) => ` AND (a.at, a.interaction, a.stakeholder) ${sign} (?, ?, ?)`).join('');
  const found = await rows.all<ActRow>(
    `SELECT a.stakeholder, a.interaction, a.at, a.act, coalesce(a.disclosure, 'missing') AS state FROM advocacy_act a
     WHERE ${sql}${beyond} ORDER BY a.at ${way}, a.interaction ${way}, a.stakeholder ${way} LIMIT ?`,
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
    `SELECT coalesce(a.disclosure, 'missing') AS state, count(*) AS count FROM advocacy_act a WHERE ${sql}
     GROUP BY coalesce(a.disclosure, 'missing')`,
    values,
  );
  for (const { state, count } of found) counts.set(state, count);
  return counts;
};
