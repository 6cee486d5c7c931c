import { open } from '../event-sourcing/position.js';
import type { RowWriter } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import { earlyReplyTable } from './clock-tables.js';
import type { Message, Replies } from './replies.js';

/**
 * An interaction that is dated before the one it answers, by `clocks-v1`: whoever sent it, one of the two dates is wrong. What is
 * retracted, the reply or what it answers, makes none: perhaps its date is what was wrong. Times are milliseconds since 1970.
 */
interface EarlyReply {
  /** Key of the reply: ordinal of the event that recorded it. */
  readonly key: number;
  readonly id: string;
  readonly at: number;
  readonly answeredAt: number;
  readonly channel: Channel;
}

/** What of a message and the answers to it is early. */
export const earlyAround = (replies: Replies, id: string): ReadonlyMap<number, EarlyReply> => {
  const message = replies.get(id);
  const found = new Map<number, EarlyReply>();
  for (const each of [...(message === undefined ? [] : [message]), ...replies.answersTo(id)]) {
    const early = earlyOf(each, each.replyTo === null ? undefined : replies.get(each.replyTo));
    if (early !== null) found.set(each.key, early);
  }
  return found;
};

const earlyOf = (reply: Message, answered: Message | undefined): EarlyReply | null => {
  const { key, id, at, channel } = reply;
  // A step has no channel, and answers nothing.
  if (answered === undefined || channel === null || answered.channel === null) return null;
  if (reply.part === 'retracted' || answered.part === 'retracted') return null;
  return at < answered.at ? { key, id, at, answeredAt: answered.at, channel } : null;
};

/** Writes what has changed of the early replies around a message. */
export const writeEarly = (
  before: ReadonlyMap<number, EarlyReply>,
  after: ReadonlyMap<number, EarlyReply>,
  ordinal: number,
  rows: RowWriter,
): void => {
  for (const [key, was] of before) if (!sameEarly(was, after.get(key))) rows.close(earlyReplyTable, [key], ordinal);
  for (const [key, is] of after)
    if (!sameEarly(is, before.get(key)))
      rows.insert(earlyReplyTable, {
        ...{ reply: key, known_from: ordinal, known_until: open, id: is.id },
        ...{ at: is.at, answered_at: is.answeredAt, channel: is.channel },
      });
};

const sameEarly = (a: EarlyReply, b: EarlyReply | undefined): boolean =>
  a.at === b?.at && a.answeredAt === b.answeredAt && a.channel === b.channel;
