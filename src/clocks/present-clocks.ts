import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import type { Part } from './clocks-v1.js';
import { type Message, Replies } from './replies.js';

/** A turn as its row tells it, without its versions. */
export interface TurnRow extends Row {
  readonly conversation: number;
  readonly place: number;
  readonly opened_at: number;
  readonly stopped_at: number;
  readonly acknowledged_at: number | null;
  readonly early: number;
  readonly acknowledged_early: number;
  readonly opener: number;
  readonly stopper: number | null;
  readonly channel: string;
  readonly speaker: string | null;
}

interface Concerned {
  /** Messages that are there, or may be. */
  readonly amended: ReadonlySet<string>;
  /** Interactions that the batch records: answers to them may be there. */
  readonly recorded: ReadonlySet<string>;
  /** What the batch's messages come to answer, recorded or not. */
  readonly answered: ReadonlySet<string>;
}

/** The conversations, as they are, of all that a batch concerns, and the keys of their messages. */
export const messagesAround = async (
  { amended, recorded, answered }: Concerned,
  rows: RowReader,
): Promise<{ readonly replies: Replies; readonly keys: ReadonlySet<number> }> => {
  const found = new Map<string, Message>();
  const tell = async (sql: string, values: readonly string[]): Promise<void> => {
    for (const row of await rows.all<MessageRow>(sql, values)) found.set(row.id, messageOf(row));
  };
  for (const { marks, values } of inLists([...amended, ...answered])) await tell(climb(marks), [...values, ...values]);
  // A conversation is what ends at its top; in a circle any will do.
  const tops = new Set([...amended, ...answered].map((id) => topOf(id, found)));
  // Answers to what the batch records are there already where they came first.
  for (const { marks, values } of inLists(recorded)) {
    const sql = `SELECT DISTINCT m.reply_to AS id FROM clock_message m WHERE m.reply_to IN (${marks})`;
    for (const { id } of await rows.all<{ id: string }>(sql, values)) tops.add(id);
  }
  for (const { marks, values } of inLists(tops)) await tell(descend(marks), values);

  const replies = new Replies();
  const keys = new Set<number>();
  for (const message of found.values()) {
    replies.put(message);
    keys.add(message.key);
  }
  return { replies, keys };
};

const topOf = (start: string, found: ReadonlyMap<string, Message>): string => {
  const path = new Set<string>();
  let id = start;
  for (;;) {
    path.add(id);
    const next = found.get(id)?.replyTo ?? null;
    if (next === null || path.has(next)) return id;
    id = next;
  }
};

/** The present turns of conversations that the keys may name. */
export const presentTurns = async (keys: ReadonlySet<number>, rows: RowReader): Promise<Map<number, TurnRow[]>> => {
  const found = new Map<number, TurnRow[]>();
  for (const { marks, values } of inLists(keys)) {
    const sql = `SELECT ${turnColumns} FROM clock_turn t
      WHERE t.conversation IN (${marks}) AND t.known_until = ${open} ORDER BY t.conversation, t.place`;
    for (const row of await rows.all<TurnRow>(sql, values)) {
      const turns = found.get(row.conversation);
      if (turns === undefined) found.set(row.conversation, [row]);
      else turns.push(row);
    }
  }
  return found;
};

export const turnColumns = `t.conversation, t.place, t.opened_at, t.stopped_at, t.acknowledged_at, t.early,
  t.acknowledged_early, t.opener, t.stopper, t.channel, t.speaker`;

const columns = 'm.key, m.id, m.reply_to, m.at, m.part, m.channel, m.speaker';

// UNION keeps each id once, so a circle of replies ends by itself. A CROSS JOIN is not reordered: from few ids to their rows.
const climb = (marks: string): string => `
  WITH RECURSIVE up (id) AS (
    SELECT m.reply_to FROM clock_message m WHERE m.id IN (${marks}) AND m.reply_to IS NOT NULL
    UNION
    SELECT m.reply_to FROM up CROSS JOIN clock_message m WHERE m.id = up.id AND m.reply_to IS NOT NULL
  )
  SELECT ${columns} FROM up CROSS JOIN clock_message m WHERE m.id = up.id
  UNION
  SELECT ${columns} FROM clock_message m WHERE m.id IN (${marks})`;

const descend = (marks: string): string => `
  WITH RECURSIVE down (id) AS (
    SELECT m.id FROM clock_message m WHERE m.reply_to IN (${marks})
    UNION
    SELECT m.id FROM down CROSS JOIN clock_message m WHERE m.reply_to = down.id
  )
  SELECT ${columns} FROM down CROSS JOIN clock_message m WHERE m.id = down.id`;

interface MessageRow extends Row {
  readonly key: number;
  readonly id: string;
  readonly reply_to: string | null;
  readonly at: number;
  readonly part: string;
  readonly channel: string | null;
  readonly speaker: string | null;
}

// The rows hold what this projection wrote.
const messageOf = ({ key, id, reply_to, at, part, channel, speaker }: MessageRow): Message => ({
  ...{ key, id, replyTo: reply_to, at, part: part as Part, channel: channel as Channel | null, speaker },
});
