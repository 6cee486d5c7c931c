import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { GuidelineBody } from './guideline-rows.js';

/** A version of a guideline, or (`withdrawn`) that it holds no more. Times are milliseconds since 1970. */
export interface ListedGuideline {
  readonly guidelineId: string;
  /** Its place among what became of the guideline. */
  readonly place: number;
  readonly version: number;
  readonly from: number;
  readonly withdrawn: boolean;
  readonly body: GuidelineBody;
}

/** How many versions of guidelines are read at most. */
const versionsMax = 10_000;

type GuidelineRow = Row & {
  readonly guideline: string;
  readonly place: number;
  readonly version: number;
  readonly from_at: number;
  readonly withdrawn: number;
  readonly body: string;
};

/** What was known of all guidelines, in the order in which each of them changed. */
export const guidelinesKnown = async (
  rows: RowReader,
  { known }: Pick<Past, 'known'>,
): Promise<readonly ListedGuideline[]> => {
  const found = await rows.all<GuidelineRow>(
    `SELECT g.* FROM guideline g WHERE g.key <= ? ORDER BY g.guideline, g.place LIMIT ${versionsMax}`,
    [known],
  );
  return found.map(({ guideline, place, version, from_at, withdrawn, body }) => ({
    guidelineId: guideline,
    place,
    version,
    from: from_at,
    withdrawn: withdrawn === 1,
    body: JSON.parse(body) as GuidelineBody,
  }));
};

/** The version of each guideline that is in force at a date: the newest that has begun by then, unless it was withdrawn. */
export const inForceAt = (all: readonly ListedGuideline[], at: number): readonly ListedGuideline[] => {
  const last = new Map<string, ListedGuideline>();
  for (const each of all) if (each.from <= at) last.set(each.guidelineId, each);
  return [...last.values()].filter(({ withdrawn }) => !withdrawn);
};

/** That one of ours has acknowledged a version. */
export interface Acknowledged {
  readonly colleagueId: string;
  readonly guidelineId: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
}

type AcknowledgementRow = Row & {
  readonly colleague: string;
  readonly guideline: string;
  readonly version: number;
  readonly at: number;
  readonly recorded_by: string;
};

const acknowledged = ({ colleague, guideline, version, at, recorded_by }: AcknowledgementRow): Acknowledged => ({
  colleagueId: colleague,
  guidelineId: guideline,
  version,
  at,
  by: recorded_by,
});

/** What each of our people had acknowledged then, by guideline and version. Every id is there. */
export const acknowledgedBy = async (
  rows: RowReader,
  colleagues: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, readonly Acknowledged[]>> => {
  const found = new Map<string, Acknowledged[]>(colleagues.map((id) => [id, []]));
  for (const { marks, values } of inLists(colleagues)) {
    const sql = `SELECT a.* FROM guideline_acknowledgement a WHERE a.colleague IN (${marks}) AND ${knownThen('a')} AND a.at <= ?
      ORDER BY a.colleague, a.guideline, a.version`;
    for (const row of await rows.all<AcknowledgementRow>(sql, [...values, ...thenOf(past), past.validAt]))
      found.get(row.colleague)?.push(acknowledged(row));
  }
  return found;
};

/** How many acknowledgements of a version are told at most. */
export const acknowledgementsMax = 1_000;

/** Who had acknowledged a version then; the first first. */
export const acknowledgementsOf = async (
  rows: RowReader,
  guidelineId: string,
  version: number,
  past: Past,
): Promise<readonly Acknowledged[]> => {
  const found = await rows.all<AcknowledgementRow>(
    `SELECT a.* FROM guideline_acknowledgement a WHERE a.guideline = ? AND a.version = ? AND ${knownThen('a')} AND a.at <= ?
     ORDER BY a.at, a.known_from LIMIT ${acknowledgementsMax}`,
    [guidelineId, version, ...thenOf(past), past.validAt],
  );
  return found.map(acknowledged);
};

/** Something that went out, by whom as the source names them. */
export interface WentOut {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In the form in which they are compared. */
  readonly addresses: readonly string[];
}

/** One of ours who had not acknowledged what was in force. */
export interface Unacknowledged {
  readonly colleagueId: string;
  readonly guideline: ListedGuideline;
}

/**
 * For each thing that went out, who of ours had not acknowledged the version of a guideline that was in force at that time. A
 * later version counts as well, and only what was acknowledged by then. Of an address that several people share it is enough
 * that one of them has: nobody can tell who wrote. Addresses that are nobody's of ours tell of nobody.
 */
export const unacknowledged = async (
  rows: RowReader,
  out: readonly WentOut[],
  past: Past,
): Promise<readonly (readonly Unacknowledged[])[]> => {
  const all = await guidelinesKnown(rows, past);
  if (all.length === 0) return out.map(() => []);
  const people = await peopleAt(rows, new Set(out.flatMap(({ addresses }) => addresses)), past);
  const theirs = await acknowledgedBy(rows, [...new Set([...people.values()].flat())], past);
  const has = (colleagueId: string, { guidelineId, version }: ListedGuideline, at: number): boolean =>
    (theirs.get(colleagueId) ?? []).some(
      (each) => each.guidelineId === guidelineId && each.version >= version && each.at <= at,
    );
  return out.map(({ at, addresses }) => {
    const missing = new Map<string, Unacknowledged>();
    for (const guideline of inForceAt(all, at))
      for (const address of addresses) {
        const its = people.get(address) ?? [];
        if (its.some((colleagueId) => has(colleagueId, guideline, at))) continue;
        for (const colleagueId of its)
          missing.set(`${guideline.guidelineId} ${colleagueId}`, { colleagueId, guideline });
      }
    return [...missing.values()];
  });
};

const peopleAt = async (
  rows: RowReader,
  addresses: ReadonlySet<string>,
  past: Past,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, string[]>();
  for (const { marks, values } of inLists(addresses)) {
    const sql = `SELECT a.address, c.id FROM colleague_address a JOIN colleague c ON c.key = a.colleague AND ${knownThen('c')}
      WHERE a.address IN (${marks}) AND ${knownThen('a')} ORDER BY a.address, c.key`;
    for (const { address, id } of await rows.all<Row & { readonly address: string; readonly id: string }>(sql, [
      ...thenOf(past),
      ...values,
      ...thenOf(past),
    ]))
      found.set(address, [...(found.get(address) ?? []), id]);
  }
  return found;
};

/** More went out in a period than is looked through at once. */
export class TooMuchWentOut extends Error {
  override readonly name = 'TooMuchWentOut';
}

export const wentOutMax = 10_000;

/**
 * The ids of our outbound interactions in a period, newest first: from inclusive, until exclusive, in milliseconds.
 * @throws TooMuchWentOut where it is more than `wentOutMax`.
 */
export const wentOut = async (
  rows: RowReader,
  past: Past,
  { from, until }: { readonly from: number | null; readonly until: number | null },
): Promise<readonly string[]> => {
  const last = until === null ? past.validAt : Math.min(past.validAt, until - 1);
  const found = await rows.all<Row & { readonly id: string }>(
    `SELECT u.id FROM utterance u WHERE u.at >= ? AND u.at <= ? AND u.direction = 'outbound' AND u.counts = 1 AND ${knownThen('u')}
     ORDER BY u.at DESC, u.key DESC LIMIT ?`,
    [from ?? Number.MIN_SAFE_INTEGER, last, ...thenOf(past), wentOutMax + 1],
  );
  if (found.length > wentOutMax) throw new TooMuchWentOut();
  return found.map(({ id }) => id);
};
