import { inLists } from '../event-sourcing/in-lists.js';
import { type Past, knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import { type TurnRow, turnColumns } from './present-clocks.js';

/** A stretch in which the ball was with us, as far as it had happened. Times are milliseconds since 1970. */
export interface ToldTurn {
  /** Names the conversation: the key of the first interaction that opened a clock in it. */
  readonly conversation: number;
  /** Of the conversation's turns, from 1. */
  readonly place: number;
  readonly openedAt: number;
  /** Null while the ball is with us. */
  readonly stoppedAt: number | null;
  readonly early: boolean;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedEarly: boolean;
  /** Keys of the interactions that opened and stopped it. */
  readonly opener: number;
  readonly stopper: number | null;
  readonly channel: Channel;
  /** Id of the stakeholder who spoke. */
  readonly speaker: string | null;
}

/** More turns lie there than one answer reads. */
export class TooManyTurns extends Error {
  override readonly name = 'TooManyTurns';
  constructor(readonly max: number) {
    super(`More than ${max} turns of conversations were asked for.`);
  }
}

/** Which turns, by when they opened; what is left out restricts nothing. */
export interface TurnsAsked {
  /** Milliseconds, inclusive. */
  readonly from: number | null;
  /** Milliseconds, exclusive. */
  readonly until: number | null;
  readonly channels?: readonly Channel[];
}

/**
 * All turns that opened in a period, and the later ones of conversations that began in it, by conversation and in order.
 * @throws TooManyTurns
 */
export const turnsOpened = async (
  rows: RowReader,
  asked: TurnsAsked,
  past: Past,
  max: number,
): Promise<readonly ToldTurn[]> => {
  const { sql, values } = opened('t', asked, past);
  const found = await bounded(rows, `SELECT ${turnColumns} FROM clock_turn t WHERE ${sql}`, values, max);
  if (asked.until === null && (asked.channels ?? []).length === 0) return toldThen(found, past);
  const begun = found.filter(({ place }) => place === 1).map(({ conversation }) => conversation);
  return toldThen(await withWhole(rows, found, begun, past, max), past);
};

/**
 * The turns that were open then, with all of their conversations' earlier ones.
 * @throws TooManyTurns
 */
export const turnsOpenThen = async (
  rows: RowReader,
  asked: TurnsAsked,
  past: Past,
  max: number,
): Promise<readonly ToldTurn[]> => {
  const { sql, values } = opened('t', asked, past);
  const found = await bounded(
    rows,
    `SELECT ${turnColumns} FROM clock_turn t WHERE t.stopped_at > ? AND ${sql}`,
    [past.validAt, ...values],
    max,
  );
  const later = found.filter(({ place }) => place > 1).map(({ conversation }) => conversation);
  return toldThen(await withWhole(rows, found, later, past, max), past);
};

/** The turns of the conversations that any of the keys names: of the interactions of one, those of that one. */
export const turnsOfConversations = async (
  rows: RowReader,
  keys: Iterable<number>,
  past: Past,
): Promise<readonly ToldTurn[]> => {
  const found: TurnRow[] = [];
  for (const { marks, values } of inLists(keys)) {
    const sql = `SELECT ${turnColumns} FROM clock_turn t
      WHERE t.conversation IN (${marks}) AND ${knownThen('t')} AND t.opened_at <= ?`;
    found.push(...(await rows.all<TurnRow>(sql, [...values, ...thenOf(past), past.validAt])));
  }
  return toldThen(found, past);
};

const opened = (
  alias: string,
  { from, until, channels = [] }: TurnsAsked,
  past: Past,
): { readonly sql: string; readonly values: readonly Value[] } => {
  const last = until === null ? past.validAt : Math.min(past.validAt, until - 1);
  const onThese = channels.length === 0 ? '' : ` AND ${alias}.channel IN (${channels.map(() => '?').join(', ')})`;
  return {
    sql: `${alias}.opened_at >= ? AND ${alias}.opened_at <= ? AND ${knownThen(alias)}${onThese}`,
    values: [from ?? Number.MIN_SAFE_INTEGER, last, ...thenOf(past), ...channels],
  };
};

const bounded = async (
  rows: RowReader,
  sql: string,
  values: readonly Value[],
  max: number,
): Promise<readonly TurnRow[]> => {
  const found = await rows.all<TurnRow>(`${sql} LIMIT ?`, [...values, max + 1]);
  if (found.length > max) throw new TooManyTurns(max);
  return found;
};

/** The rows and, of these conversations, all others. */
const withWhole = async (
  rows: RowReader,
  found: readonly TurnRow[],
  conversations: readonly number[],
  past: Past,
  max: number,
): Promise<readonly TurnRow[]> => {
  const all = new Map(found.map((row) => [`${row.conversation} ${row.place}`, row]));
  for (const { marks, values } of inLists(conversations)) {
    const sql = `SELECT ${turnColumns} FROM clock_turn t
      WHERE t.conversation IN (${marks}) AND ${knownThen('t')} AND t.opened_at <= ?`;
    for (const row of await bounded(rows, sql, [...values, ...thenOf(past), past.validAt], max))
      all.set(`${row.conversation} ${row.place}`, row);
    if (all.size > max) throw new TooManyTurns(max);
  }
  return [...all.values()];
};

/** What had not happened by then is taken away. */
const toldThen = (found: readonly TurnRow[], { validAt }: Past): readonly ToldTurn[] =>
  found
    .map((row): ToldTurn => {
      const stopped = row.stopped_at <= validAt;
      const acknowledged = row.acknowledged_at !== null && row.acknowledged_at <= validAt;
      return {
        conversation: row.conversation,
        place: row.place,
        openedAt: row.opened_at,
        stoppedAt: stopped ? row.stopped_at : null,
        early: stopped && row.early === 1,
        acknowledgedAt: acknowledged ? row.acknowledged_at : null,
        acknowledgedEarly: acknowledged && row.acknowledged_early === 1,
        opener: row.opener,
        stopper: stopped ? row.stopper : null,
        // The rows hold what an interaction's decider accepted.
        channel: row.channel as Channel,
        speaker: row.speaker,
      };
    })
    .sort((a, b) => a.conversation - b.conversation || a.place - b.place);
