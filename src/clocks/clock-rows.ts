import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowWriter } from '../event-sourcing/read-store.js';
import { type AroundFact, aroundFacts, writeAround } from './clock-context.js';
import {
  messageAfter,
  messageFactOf,
  messageFacts,
  messageIdOf,
  newlyAnswered,
  sameMessage,
} from './clock-messages.js';
import {
  clockHolidaysTable,
  clockHoursTable,
  clockMessageTable,
  clockOwnerTable,
  clockTargetsTable,
  clockTeamTable,
  clockTurnTable,
  earlyReplyTable,
} from './clock-tables.js';
import { type Turn, turnsOf } from './clocks-v1.js';
import { earlyAround, writeEarly } from './early-replies.js';
import { type TurnRow, messagesAround, presentTurns } from './present-clocks.js';
import type { Message, PlacedMessage, Replies, ToldConversation } from './replies.js';

interface Loaded {
  /** All conversations that the batch concerns. */
  readonly replies: Replies;
  /** The turns of each as they are, by the key that names it. */
  readonly turns: Map<number, TurnRow[]>;
}

/**
 * When the ball was with us in which conversation, by `clocks-v1`, and what it takes to say how much working time that was:
 * who owned whom, in which team, with which hours and targets. Durations are reckoned at the read. And which replies, whoever
 * sent them, are dated before what they answer.
 */
export const clockRows: Projection<Loaded> = {
  name: 'clocks',
  version: 2,
  tables: [
    clockMessageTable,
    clockTurnTable,
    earlyReplyTable,
    clockOwnerTable,
    clockTeamTable,
    clockHoursTable,
    clockHolidaysTable,
    clockTargetsTable,
  ],
  reads: new Set([...messageFacts, ...aroundFacts]),

  load: async (events, rows) => {
    const concerned = { amended: new Set<string>(), recorded: new Set<string>(), answered: new Set<string>() };
    for (const event of events) {
      if (!messageFacts.has(event.type)) continue;
      const fact = messageFactOf(event);
      const id = messageIdOf(fact);
      if (id === null) continue;
      concerned[fact.type === 'InteractionRecorded' ? 'recorded' : 'amended'].add(id);
      const answered = newlyAnswered(fact);
      if (answered !== null) concerned.answered.add(answered);
    }
    const { replies, keys } = await messagesAround(concerned, rows);
    return { replies, turns: await presentTurns(keys, rows) };
  },

  evolve: (loaded, event, rows) => {
    if (messageFacts.has(event.type)) writeMessage(loaded, event, rows);
    else writeAround(event as unknown as AroundFact, event, rows);
  },
};

function writeMessage(loaded: Loaded, event: RecordedEvent, rows: RowWriter): void {
  const { replies } = loaded;
  const id = messageIdOf(messageFactOf(event));
  if (id === null) return;
  const before = replies.get(id);
  const after = messageAfter(before, event);
  if (after === null || sameMessage(before, after)) return;
  if (before === undefined) rows.insert(clockMessageTable, messageRow(after));
  else rows.put(clockMessageTable, messageRow(after));
  const early = earlyAround(replies, id);
  writeConversation(loaded, before, after, event.ordinal, rows);
  writeEarly(early, earlyAround(replies, id), event.ordinal, rows);
}

/** Puts a message in the place of what it was, and writes what comes of it for the turns of its conversation. */
function writeConversation(
  loaded: Loaded,
  before: Message | undefined,
  after: Message,
  ordinal: number,
  rows: RowWriter,
): void {
  const { replies, turns } = loaded;
  const { id } = after;
  if (before === undefined && (writeAlone(loaded, after, rows) || writeEnding(loaded, after, rows))) return;

  // Where it answers something else now, it leaves one conversation for another.
  const left = before !== undefined && before.replyTo !== after.replyTo ? before.replyTo : null;
  const keys = new Set(left === null ? [] : keysOf(replies.conversationOf(id)));
  replies.put(after);
  const told = new Map<number, ToldConversation['turns']>();
  for (const each of left === null ? [id] : [id, left]) {
    const conversation = replies.conversationOf(each);
    for (const key of keysOf(conversation)) keys.add(key);
    const [first] = conversation.turns;
    if (first !== undefined) told.set(first.opener.key, conversation.turns);
  }
  for (const key of keys) writeTurns(turns, key, told.get(key) ?? [], 0, ordinal, rows);
}

/** Writes what comes of a new message that answers nothing and that nothing answers yet: most of them. */
function writeAlone({ replies, turns }: Loaded, message: Message, rows: RowWriter): boolean {
  const { id, key, replyTo, at, part } = message;
  if (replyTo !== null || replies.isAnswered(id)) return false;
  replies.put(message);
  const alone = turnsOf([{ ...message, countsAt: at, depth: 0 }]);
  if (part === 'opens') writeTurns(turns, key, alone, 0, key, rows);
  return true;
}

/** Writes what comes of a new message at the end of a conversation, however long it is; false where it stands elsewhere. */
function writeEnding({ replies, turns }: Loaded, message: Message, rows: RowWriter): boolean {
  const { id, key, replyTo } = message;
  if (replyTo === null || replies.isAnswered(id)) return false;
  const conversation = replies.conversationOf(replyTo);
  const [length, unchanged] = [conversation.placed.length, Math.max(0, conversation.turns.length - 1)];
  replies.put(message);
  // Told anew, it is another.
  if (replies.conversationOf(id) !== conversation || conversation.placed.length !== length + 1) return false;
  const [first] = conversation.turns;
  if (first !== undefined) writeTurns(turns, first.opener.key, conversation.turns, unchanged, key, rows);
  return true;
}

const keysOf = ({ placed }: ToldConversation): readonly number[] => placed.map(({ key }) => key);

/** Writes what has changed of a conversation's turns, of which those before `from` have not. */
function writeTurns(
  present: Loaded['turns'],
  conversation: number,
  turns: ToldConversation['turns'],
  from: number,
  ordinal: number,
  rows: RowWriter,
): void {
  const was = present.get(conversation) ?? [];
  if (turns.length > 0 && was.length === 0) present.set(conversation, was);
  for (let index = from; index < Math.max(was.length, turns.length); index += 1) {
    const [before, turn] = [was[index], turns[index]];
    const after = turn && turnRow(conversation, index + 1, turn);
    if (before !== undefined && after !== undefined && sameTurn(before, after)) continue;
    if (before !== undefined) rows.close(clockTurnTable, [conversation, before.place], ordinal);
    if (after === undefined) continue;
    rows.insert(clockTurnTable, { ...after, known_from: ordinal, known_until: open });
    was[index] = after;
  }
  was.length = turns.length;
  if (turns.length === 0) present.delete(conversation);
}

const messageRow = ({ key, id, replyTo, at, part, channel, speaker }: Message): Row => ({
  ...{ key, id, reply_to: replyTo, at, part, channel, speaker },
});

const turnRow = (conversation: number, place: number, turn: Turn<PlacedMessage>): TurnRow => ({
  conversation,
  place,
  opened_at: turn.openedAt,
  stopped_at: turn.stoppedAt ?? open,
  acknowledged_at: turn.acknowledgedAt,
  early: turn.early ? 1 : 0,
  acknowledged_early: turn.acknowledgedEarly ? 1 : 0,
  opener: turn.opener.key,
  stopper: turn.stopper?.key ?? null,
  channel: turn.opener.channel ?? 'other',
  speaker: turn.opener.speaker,
});

const sameTurn = (a: TurnRow, b: TurnRow): boolean =>
  (Object.keys(b) as (keyof TurnRow)[]).every((column) => a[column] === b[column]);
