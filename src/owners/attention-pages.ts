import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';

/** The rule by which a relationship is dormant, with its version: see `dormantPage`. */
export const dormancyRule = 'dormancy-v1';
/** The rule by which the next verification is due, with its version: see `verificationsThen`. */
export const verificationRule = 'verification-v1';

/** A relationship that waits for attention. Times are milliseconds since 1970. */
export interface Attention {
  readonly stakeholderId: string;
  readonly owner: string;
  readonly tier: string | null;
  /** What was allowed, in days. */
  readonly days: number;
  /** Since when it waits: what the days count from. */
  readonly since: number;
}

/** Whose relationships are asked for; what is left out restricts nothing. */
export interface AttentionFilter {
  /** Id of the person of ours. */
  readonly owner?: string | undefined;
  readonly tier?: string | undefined;
}

/** Where a relationship stands in either list: by owner, then by stakeholder. */
export type AttentionCursor = Pick<Attention, 'owner' | 'stakeholderId'>;

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

const dayMs = 86_400_000;

/** The last interaction by then that counts: one step into the stakeholder's clustered entries. */
const lastEntry = (past: Past): Condition => ({
  sql: `(SELECT e.at FROM timeline_entry e WHERE e.stakeholder = k.key AND e.at <= ? AND e.retracted = 0 AND ${knownThen('e')}
    ORDER BY e.at DESC, e.key DESC LIMIT 1)`,
  values: [past.validAt, ...thenOf(past)],
});

/** The last verification by then. */
const lastVerified = (past: Past): Condition => ({
  sql: `(SELECT w.at FROM care_word w WHERE w.stakeholder = s.stakeholder AND w.axis = 'verified' AND w.at <= ? AND ${knownThen('w')}
    ORDER BY w.at DESC, w.key DESC LIMIT 1)`,
  values: [past.validAt, ...thenOf(past)],
});

/** Which relationships are watched at all, how many days they are allowed (`days`), and from when these count (`since`). */
interface Watched {
  readonly joined: Condition;
  readonly days: string;
  readonly since: Condition;
}

const watchedForDormancy = (past: Past): Watched => ({
  joined: { sql: `JOIN tier t ON t.name = s.tier AND ${knownThen('t')}`, values: thenOf(past) },
  days: 't.cadence_days',
  since: { sql: `coalesce(${lastEntry(past).sql}, s.from_at)`, values: lastEntry(past).values },
});

const watchedForVerification = (past: Past): Watched => ({
  joined: {
    sql: `LEFT JOIN verification_interval i ON i.tier = s.tier AND ${knownThen('i')}
      LEFT JOIN verification_interval d ON d.tier = '' AND ${knownThen('d')}`,
    values: [...thenOf(past), ...thenOf(past)],
  },
  days: 'coalesce(i.days, d.days)',
  since: { sql: `coalesce(${lastVerified(past).sql}, s.from_at)`, values: lastVerified(past).values },
});

/** All that are owned then, not retired, watched, and for longer than they are allowed. */
const waiting = ({ joined, days, since }: Watched, past: Past, { owner, tier }: AttentionFilter): Condition => {
  const { validAt } = past;
  const chosen = `${owner === undefined ? '' : ' AND s.owner = ?'}${tier === undefined ? '' : ' AND s.tier = ?'}`;
  return {
    sql: `FROM owner_span s JOIN stakeholder k ON k.id = s.stakeholder AND k.retired = 0 AND ${knownThen('k')} ${joined.sql}
      WHERE s.from_at <= ? AND (s.until_at IS NULL OR s.until_at > ?) AND ${knownThen('s')}${chosen}
      AND ${days} IS NOT NULL AND ${since.sql} < ? - ${days} * ${dayMs}`,
    values: [
      ...thenOf(past),
      ...joined.values,
      ...[validAt, validAt, ...thenOf(past)],
      ...(owner === undefined ? [] : [owner]),
      ...(tier === undefined ? [] : [tier]),
      ...[...since.values, validAt],
    ],
  };
};

type AttentionRow = Row & {
  readonly stakeholder: string;
  readonly owner: string;
  readonly tier: string | null;
  readonly days: number;
  readonly since: number;
};

type Asked = { readonly past: Past; readonly where?: AttentionFilter | undefined };

const page = async (
  rows: RowReader,
  watched: Watched,
  { past, where = {}, ...slice }: Slice<AttentionCursor> & Asked,
): Promise<Page<Attention>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = waiting(watched, past, where);
  const bounds = [above && { cursor: above, sign: '>' }, below && { cursor: below, sign: '<' }].flatMap(
    (each) => each ?? [],
  );
  const beyond = bounds.map(({ sign }) => ` AND (s.owner, s.stakeholder) ${sign} (?, ?)`).join('');
  const found = await rows.all<AttentionRow>(
    `SELECT s.stakeholder, s.owner, s.tier, ${watched.days} AS days, ${watched.since.sql} AS since ${sql}${beyond}
     ORDER BY s.owner ${way}, s.stakeholder ${way} LIMIT ?`,
    [
      ...watched.since.values,
      ...values,
      ...bounds.flatMap(({ cursor }) => [cursor.owner, cursor.stakeholderId]),
      slice.limit + 1,
    ],
  );
  return pageOf(
    found.map(({ stakeholder, owner, tier, days, since }) => ({
      stakeholderId: stakeholder,
      owner,
      tier,
      days,
      since,
    })),
    slice,
  );
};

const count = async (rows: RowReader, watched: Watched, { past, where = {} }: Asked): Promise<number> => {
  const { sql, values } = waiting(watched, past, where);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count ${sql}`, values);
  return row?.count ?? 0;
};

/**
 * Dormant relationships, by owner. By `dormancy-v1` a relationship is dormant at a date where its tier has a cadence, and the
 * last interaction with them that counts (in whichever direction; with none, the assignment in force) lies more than the
 * cadence's days before the date. Retired stakeholders are not.
 */
export const dormantPage = (rows: RowReader, asked: Slice<AttentionCursor> & Asked): Promise<Page<Attention>> =>
  page(rows, watchedForDormancy(asked.past), asked);

export const countDormant = (rows: RowReader, asked: Asked): Promise<number> =>
  count(rows, watchedForDormancy(asked.past), asked);

/** Relationships whose verification is overdue, by owner: see `verificationsThen`. */
export const verificationsDuePage = (
  rows: RowReader,
  asked: Slice<AttentionCursor> & Asked,
): Promise<Page<Attention>> => page(rows, watchedForVerification(asked.past), asked);

export const countVerificationsDue = (rows: RowReader, asked: Asked): Promise<number> =>
  count(rows, watchedForVerification(asked.past), asked);

/** What is to be known of the next verification of a relationship. */
export interface Verification {
  /** After how many days it is verified again; null: no interval is set. */
  readonly days: number | null;
  /** What the days count from, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * When each relationship that somebody of ours answers for is to be verified again; who is nobody's is left out. By
 * `verification-v1` that is the interval of its tier, or else the one for all others, after the last verification or, where
 * there was none, after the assignment in force.
 */
export const verificationsThen = async (
  rows: RowReader,
  stakeholders: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, Verification>> => {
  const { joined, days, since } = watchedForVerification(past);
  const found = new Map<string, Verification>();
  for (const { marks, values } of inLists(stakeholders)) {
    const sql = `SELECT s.stakeholder, ${days} AS days, ${since.sql} AS since FROM owner_span s ${joined.sql}
      WHERE s.stakeholder IN (${marks}) AND s.from_at <= ? AND (s.until_at IS NULL OR s.until_at > ?) AND ${knownThen('s')}`;
    type VerificationRow = Row & { readonly stakeholder: string; readonly days: number | null; readonly since: number };
    for (const row of await rows.all<VerificationRow>(sql, [
      ...since.values,
      ...joined.values,
      ...values,
      ...[past.validAt, past.validAt, ...thenOf(past)],
    ]))
      found.set(row.stakeholder, { days: row.days, since: row.since });
  }
  return found;
};
