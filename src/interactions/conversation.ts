import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';

/** Interactions tied by reply-to. */
export interface Conversation {
  /**
   * The interaction at which all replies end, whether it has been recorded or not; where replies go round in a circle, the
   * least id of the circle. So every member of a conversation names the same one.
   */
  readonly id: string;
  /** Keys of the interactions that were known and had happened then, what is retracted included: oldest first. */
  readonly keys: readonly number[];
  /** True where it is longer than `conversationMax`, up or down, and not all of it is here. */
  readonly cut: boolean;
}

const conversationMax = 10_000;

/** The conversation that an interaction belongs to, by the id of any member or of what they reply to; null for none. */
export const conversation = async (
  rows: RowReader,
  interactionId: string,
  past: Past,
  membersMax = conversationMax,
): Promise<Conversation | null> => {
  const then = [...thenOf(past), past.validAt];
  const above = await rows.all<{ id: string; reply_to: string | null }>(climb, [
    interactionId,
    ...then,
    ...then,
    membersMax + 1,
  ]);
  const id = rootOf(interactionId, new Map(above.map((each) => [each.id, each.reply_to])));
  const below = await rows.all<{ key: number; occurred_at: number }>(descend, [id, ...then, ...then, membersMax + 1]);
  if (below.length === 0) return null;
  const members = below.slice(0, membersMax).sort((a, b) => a.occurred_at - b.occurred_at || a.key - b.key);
  return { id, keys: members.map(({ key }) => key), cut: above.length > membersMax || below.length > membersMax };
};

const there = `${knownThen('i')} AND i.occurred_at <= ?`;

// UNION keeps each id once, so a circle of replies ends by itself. A CROSS JOIN is not reordered: from few ids to their rows.
const climb = `
  WITH RECURSIVE up (id) AS (
    SELECT CAST(? AS TEXT)
    UNION
    SELECT i.reply_to FROM up CROSS JOIN interaction i WHERE i.id = up.id AND i.reply_to IS NOT NULL AND ${there}
  )
  SELECT up.id, i.reply_to FROM up LEFT JOIN interaction i ON i.id = up.id AND ${there} LIMIT ?`;

const descend = `
  WITH RECURSIVE down (id) AS (
    SELECT CAST(? AS TEXT)
    UNION
    SELECT i.id FROM down CROSS JOIN interaction i WHERE i.reply_to = down.id AND ${there}
  )
  SELECT i.key, i.occurred_at FROM down CROSS JOIN interaction i WHERE i.id = down.id AND ${there} LIMIT ?`;

const rootOf = (start: string, replies: ReadonlyMap<string, string | null>): string => {
  const path = [start];
  for (const id of path) {
    const next = replies.get(id) ?? null;
    // Recorded and answering nothing, not recorded, or beyond what was read.
    if (next === null || !replies.has(next)) return id;
    const circle = path.indexOf(next);
    if (circle >= 0) return path.slice(circle).reduce((least, each) => (each < least ? each : least));
    path.push(next);
  }
  return start;
};
