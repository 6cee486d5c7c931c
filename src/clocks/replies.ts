import type { Channel } from '../stakeholders/handle.js';
import type { Part, Placed } from './clocks-v1.js';

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

export type PlacedMessage = Message & Placed;

interface Answered {
  readonly id: string;
  readonly countsAt: number;
  readonly depth: number;
}

/**
 * Messages tied by reply-to, so many of them as there are at hand. Conversations are those of `conversation.ts`: all whose
 * replies end at one message, whether it is recorded or not, or go round in one circle.
 */
export class Replies {
  readonly #messages = new Map<string, Message>();
  readonly #answers = new Map<string, Set<string>>();

  get(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  put(message: Message): void {
    const { id, replyTo } = message;
    const before = this.#messages.get(id)?.replyTo ?? null;
    if (before !== null && before !== replyTo) this.#answers.get(before)?.delete(id);
    if (replyTo !== null) {
      const answers = this.#answers.get(replyTo);
      if (answers === undefined) this.#answers.set(replyTo, new Set([id]));
      else answers.add(id);
    }
    this.#messages.set(id, message);
  }

  /**
   * The conversation of a message, in the order in which its messages count: a reply never before what it answers, however it
   * is dated. At one instant what is answered comes first, then the lesser id, so that the order does not depend on that of
   * recording.
   */
  conversationOf(id: string): readonly PlacedMessage[] {
    const found: (PlacedMessage & { readonly depth: number })[] = [];
    const top = this.#topOf(id);
    const told = new Set([top]);
    const open: Answered[] = [{ id: top, countsAt: -Infinity, depth: 0 }];
    for (const { id: each, countsAt: answered, depth } of open) {
      const message = this.#messages.get(each);
      const dated = message !== undefined && message.part !== 'retracted';
      const countsAt = dated ? Math.max(message.at, answered) : answered;
      if (message !== undefined) found.push({ ...message, countsAt, depth });
      for (const answer of this.#answers.get(each) ?? []) {
        if (told.has(answer)) continue;
        told.add(answer);
        open.push({ id: answer, countsAt, depth: depth + 1 });
      }
    }
    return found.sort(inOrder);
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

const inOrder = (a: PlacedMessage & { depth: number }, b: PlacedMessage & { depth: number }): number => {
  if (a.countsAt !== b.countsAt) return a.countsAt - b.countsAt;
  if (a.depth !== b.depth) return a.depth - b.depth;
  return a.id < b.id ? -1 : 1;
};
