import type { Channel } from '../stakeholders/handle.js';
import { type Part, type Placed, type Turn, addTo, turnsOf } from './clocks-v1.js';

/** An interaction, or a step taken in a conversation, as far as the clocks tell it. */
export interface Message {
  readonly id: string;
  /** Ordinal of the event that recorded it. */
  readonly key: number;
  /** Id of what it answers, recorded or not. */
  readonly replyTo: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly part: Part;
  /** Of an interaction. */
  readonly channel: Channel | null;
  /** The stakeholder who speaks: the first author, else the first who takes part. */
  readonly speaker: string | null;
}

/** How a message stands in its conversation: when it counts, and how many replies lie between it and where they end. */
interface Standing {
  readonly countsAt: number;
  readonly depth: number;
}

export type PlacedMessage = Message & Placed & Standing;

/** A conversation whose messages are all at hand. */
export interface ToldConversation {
  /** In the order in which they count. */
  readonly placed: readonly PlacedMessage[];
  readonly turns: readonly Turn<PlacedMessage>[];
}

interface Told extends ToldConversation {
  readonly placed: PlacedMessage[];
  readonly turns: Turn<PlacedMessage>[];
  readonly standing: Map<string, Standing>;
}

/**
 * Messages tied by reply-to, so many of them as there are at hand. Conversations are those of `conversation.ts`: all whose
 * replies end at one message, whether it is recorded or not, or go round in one circle. What comes at the end of one costs the
 * same however long it is.
 */
export class Replies {
  readonly #messages = new Map<string, Message>();
  readonly #answers = new Map<string, Set<string>>();
  /** Conversations that were told and have not changed since, but at their end; by each of their messages. */
  readonly #told = new Map<string, Told>();

  get(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Whether a message answers this one, recorded or not. */
  isAnswered(id: string): boolean {
    return (this.#answers.get(id)?.size ?? 0) > 0;
  }

  /** The messages that answer this one, recorded or not. */
  answersTo(id: string): readonly Message[] {
    return [...(this.#answers.get(id) ?? [])].flatMap((each) => this.#messages.get(each) ?? []);
  }

  /** The conversation of a message, which may not be recorded. */
  conversationOf(id: string): ToldConversation {
    return this.#told.get(id) ?? this.#tell(id);
  }

  /** Adds a message, or puts it in the place of what it was. */
  put(message: Message): void {
    const { id, replyTo } = message;
    const before = this.#messages.get(id);
    const ending =
      before === undefined && replyTo !== null && !this.isAnswered(id) ? this.#told.get(replyTo) : undefined;
    if (before?.replyTo != null && before.replyTo !== replyTo) this.#answers.get(before.replyTo)?.delete(id);
    if (replyTo !== null) {
      const answers = this.#answers.get(replyTo);
      if (answers === undefined) this.#answers.set(replyTo, new Set([id]));
      else answers.add(id);
    }
    this.#messages.set(id, message);
    if (ending !== undefined && replyTo !== null && addToEnd(ending, message, replyTo)) this.#told.set(id, ending);
    else for (const each of [id, replyTo, before?.replyTo ?? null]) if (each !== null) this.#forget(each);
  }

  #forget(id: string): void {
    for (const each of this.#told.get(id)?.standing.keys() ?? []) this.#told.delete(each);
  }

  /**
   * Tells a conversation in the order in which its messages count: a reply never before what it answers, however it is dated.
   * At one instant what is answered comes first, then the lesser id, so that the order does not depend on that of recording.
   */
  #tell(id: string): Told {
    const top = this.#topOf(id);
    const placed: PlacedMessage[] = [];
    const standing = new Map<string, Standing>([[top, { countsAt: -Infinity, depth: 0 }]]);
    // What is set while a map is walked is walked, too.
    for (const [each, { countsAt: answered, depth }] of standing) {
      const message = this.#messages.get(each);
      const countsAt = countsFrom(message, answered);
      if (message !== undefined) {
        placed.push({ ...message, countsAt, depth });
        standing.set(each, { countsAt, depth });
      }
      for (const answer of this.#answers.get(each) ?? [])
        if (!standing.has(answer)) standing.set(answer, { countsAt, depth: depth + 1 });
    }
    placed.sort(inOrder);
    const told = { placed, turns: turnsOf(placed), standing };
    for (const each of standing.keys()) this.#told.set(each, told);
    return told;
  }

  /** Where replies end; in a circle, at the least id of it. */
  #topOf(start: string): string {
    const path = new Map<string, number>();
    let id = start;
    for (;;) {
      path.set(id, path.size);
      const next = this.#messages.get(id)?.replyTo ?? null;
      if (next === null) return id;
      const since = path.get(next);
      if (since !== undefined)
        return [...path.keys()].slice(since).reduce((least, each) => (each < least ? each : least));
      id = next;
    }
  }
}

// The date of what is retracted counts nowhere: perhaps it is what was wrong.
const countsFrom = (message: Message | undefined, answered: number): number =>
  message === undefined || message.part === 'retracted' ? answered : Math.max(message.at, answered);

const inOrder = (a: PlacedMessage, b: PlacedMessage): number => {
  if (a.countsAt !== b.countsAt) return a.countsAt - b.countsAt;
  if (a.depth !== b.depth) return a.depth - b.depth;
  return a.id < b.id ? -1 : 1;
};

/** Adds a message that nothing answers yet, where it counts last; false where it does not. */
const addToEnd = ({ placed, turns, standing }: Told, message: Message, replyTo: string): boolean => {
  const answered = standing.get(replyTo);
  if (answered === undefined) return false;
  const its = { countsAt: countsFrom(message, answered.countsAt), depth: answered.depth + 1 };
  const next = { ...message, ...its };
  const last = placed.at(-1);
  if (last !== undefined && inOrder(last, next) > 0) return false;
  placed.push(next);
  standing.set(message.id, its);
  addTo(turns, next);
  return true;
};
