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
} from './clock-tables.js';
import { type Turn, turnsOf } from './clocks-v1.js';
import { type TurnRow, messagesAround, presentTurns } from './present-clocks.js';
import type { Message, PlacedMessage, Replies } from './replies.js';

interface Loaded {
  /** All conversations that the batch concerns. */
  readonly replies: Replies;
  /** The turns of each as they are, by the key that names it. */
  readonly turns: Map<number, readonly TurnRow[]>;
}

/**
 * When the ball was with us in which conversation, by `clocks-v1`, and what it takes to say how much working time that was:
 * who owned whom, in which team, with which hours and targets. Durations are reckoned at the read.
 */
export const clockRows: Projection<Loaded> = {
  name: 'clocks',
  version: 1,
  tables: [
    clockMessageTable,
    clockTurnTable,
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
    if (messageFacts.has(event.type)) writeConversation(loaded, event, rows);
    else writeAround(event as unknown as AroundFact, event, rows);
  },
};

function writeConversation({ replies, turns }: Loaded, event: RecordedEvent, rows: RowWriter): void {
  const id = messageIdOf(messageFactOf(event));
  if (id === null) return;
  const before = replies.get(id);
  const after = messageAfter(before, event);
  if (after === null || sameMessage(before, after)) return;
  if (before === undefined) rows.insert(clockMessageTable, messageRow(after));
  else rows.put(clockMessageTable, messageRow(after));

  // Where it answers something else now, it leaves one conversation for another.
  const left = before !== undefined && before.replyTo !== after.replyTo ? before.replyTo : null;
  const keys = new Set(left === null ? [] : replies.conversationOf(id).map(({ key }) => key));
  replies.put(after);
  const told = new Map<number, readonly Turn<PlacedMessage>[]>();
  for (const each of left === null ? [id] : [id, left]) {
    const placed = replies.conversationOf(each);
    for (const { key } of placed) keys.add(key);
    const its = turnsOf(placed);
    const [first] = its;
    if (first !== undefined) told.set(first.opener.key, its);
  }
  for (const conversation of keys) writeTurns(turns, conversation, told.get(conversation) ?? [], event.ordinal, rows);
}

function writeTurns(
  present: Loaded['turns'],
  conversation: number,
  turns: readonly Turn<PlacedMessage>[],
  ordinal: number,
  rows: RowWriter,
): void {
  const was = present.get(conversation) ?? [];
  const is = turns.map((turn, index) => turnRow(conversation, index + 1, turn));
  for (let index = 0; index < Math.max(was.length, is.length); index += 1) {
    const [before, after] = [was[index], is[index]];
    if (before !== undefined && after !== undefined && sameTurn(before, after)) continue;
    if (before !== undefined) rows.close(clockTurnTable, [conversation, before.place], ordinal);
    if (after !== undefined) rows.insert(clockTurnTable, { ...after, known_from: ordinal, known_until: open });
  }
  if (is.length > 0) present.set(conversation, is);
  else present.delete(conversation);
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
