import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import { type Condition, countedThen } from './owned-then.js';

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

const dayMs = 86_400_000;

/** The last interaction of `alias` by then that counts: one step into the stakeholder's clustered entries. */
const lastEntry = (alias: string, past: Past): Condition => ({
  sql: `(SELECT e.at FROM timeline_entry e WHERE e.stakeholder = ${alias}.key AND e.at <= ? AND e.retracted = 0 AND ${knownThen('e')}
    ORDER BY e.at DESC, e.key DESC LIMIT 1)`,
  values: [past.validAt, ...thenOf(past)],
});

/** The last verification of `alias` by then. */
const lastVerified = (alias: string, past: Past): Condition => ({
  sql: `(SELECT w.at FROM care_word w WHERE w.stakeholder = ${alias}.id AND w.axis = 'verified' AND w.at <= ? AND ${knownThen('w')}
    ORDER BY w.at DESC, w.key DESC LIMIT 1)`,
  values: [past.validAt, ...thenOf(past)],
});

/** The last of all who are one, and where there was none the assignment in force. */
const lastOfAll = (last: (alias: string, past: Past) => Condition, past: Past): Condition => {
  const [alone, each] = [last('k', past), last('g', past)];
  return {
    sql: `coalesce((SELECT max(${each.sql}) FROM stakeholder g WHERE g.survivor = k.key AND ${knownThen('g')}), ${alone.sql}, s.from_at)`,
    values: [...each.values, ...thenOf(past), ...alone.values],
  };
};

/** Which relationships are watched at all, how many days they are allowed (`days`), and from when these count (`since`). */
interface Watched {
  readonly joined: Condition;
  readonly days: string;
  readonly since: Condition;
}

const watchedForDormancy = (past: Past): Watched => ({
  joined: { sql: `JOIN tier t ON t.name = s.tier AND ${knownThen('t')}`, values: thenOf(past) },
  days: 't.cadence_days',
  since: lastOfAll(lastEntry, past),
});

const watchedForVerification = (past: Past): Watched => ({
  joined: {
    sql: `LEFT JOIN verification_interval i ON i.tier = s.tier AND ${knownThen('i')}
      LEFT JOIN verification_interval d ON d.tier = '' AND ${knownThen('d')}`,
    values: [...thenOf(past), ...thenOf(past)],
  },
  days: 'coalesce(i.days, d.days)',
  since: lastOfAll(lastVerified, past),
});

/** Who is owned then, `k`, by the span `s` that counts: of those who are one, who remains. */
const owned = ({ joined }: Watched, past: Past): Condition => ({
  sql: `FROM owner_span s JOIN stakeholder p ON p.id = s.stakeholder AND ${knownThen('p')}
    JOIN stakeholder k ON k.key = coalesce(p.survivor, p.key) AND ${knownThen('k')} ${joined.sql}`,
  values: [...thenOf(past), ...thenOf(past), ...joined.values],
});

/** All that are owned then, not retired, watched, and for longer than they are allowed. */
const waiting = (watched: Watched, past: Past, { owner, tier }: AttentionFilter): Condition => {
  const { days, since } = watched;
  const chosen = `${owner === undefined ? '' : ' AND s.owner = ?'}${tier === undefined ? '' : ' AND s.tier = ?'}`;
  const [from, counted] = [owned(watched, past), countedThen(past)];
  return {
    sql: `${from.sql} WHERE ${counted.sql} AND k.retired = 0${chosen}
      AND ${days} IS NOT NULL AND ${since.sql} < ? - ${days} * ${dayMs}`,
    values: [
      ...from.values,
      ...counted.values,
      ...(owner === undefined ? [] : [owner]),
      ...(tier === undefined ? [] : [tier]),
      ...[...since.values, past.validAt],
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
  const beyond = bounds.map(({ sign }) => ` AND (s.owner, k.id) ${sign} (?, ?)`).join('');
  const found = await rows.all<AttentionRow>(
    `SELECT k.id AS stakeholder, s.owner, s.tier, ${watched.days} AS days, ${watched.since.sql} AS since ${sql}${beyond}
     ORDER BY s.owner ${way}, k.id ${way} LIMIT ?`,
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
 * Dormant relationships, by owner, of those who are one each once. By `dormancy-v1` a relationship is dormant at a date where its tier has a cadence, and the
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
 * When each relationship that somebody of ours answers for is to be verified again: asked by the ids of all who are one,
 * answered by the first; who is nobody's is left out. By `verification-v1` that is the interval of its tier, or else the one
 * for all others, after the last verification or, where there was none, after the assignment in force.
 */
export const verificationsThen = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
  past: Past,
): Promise<ReadonlyMap<string, Verification>> => {
  const watched = watchedForVerification(past);
  const { days, since } = watched;
  const [from, counted] = [owned(watched, past), countedThen(past)];
  const firsts = new Map(groups.flatMap((group) => group.map((id) => [id, group[0] ?? id])));
  const found = new Map<string, Verification>();
  for (const { marks, values } of inLists(firsts.keys())) {
    const sql = `SELECT s.stakeholder, ${days} AS days, ${since.sql} AS since ${from.sql}
      WHERE s.stakeholder IN (${marks}) AND ${counted.sql}`;
    type VerificationRow = Row & { readonly stakeholder: string; readonly days: number | null; readonly since: number };
    for (const row of await rows.all<VerificationRow>(sql, [
      ...since.values,
      ...from.values,
      ...values,
      ...counted.values,
    ]))
      found.set(firsts.get(row.stakeholder) ?? row.stakeholder, { days: row.days, since: row.since });
  }
  return found;
};
