import type { Refusal } from './refusals.js';

/** What a client may ask for. */
export type Method = 'append' | 'read' | 'subscribe' | 'delete' | 'gossip' | 'features';

/** What a client makes of an end: an error, an orderly end of the stream, or nothing at all any more. */
export type CutAs = 'error' | 'end' | 'silence';

export type Fault =
  /** Refuses with this and does nothing. */
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  /** Does nothing and says nothing. */
  | { readonly kind: 'ignore' }
  /** Commits the first events of an append, as the real server does with what reached it by the deadline, and says nothing. */
  | { readonly kind: 'cut-short'; readonly afterEvents: number }
  /** Does what it is asked for and never says so. */
  | { readonly kind: 'drop-answer' }
  /** Does what it is asked for, and then breaks the connection. */
  | { readonly kind: 'break-connection' }
  /** Does what it is asked for, and then refuses with this all the same. */
  | { readonly kind: 'refuse-afterwards'; readonly refusal: Refusal }
  /** Does what it is asked for at once and answers later. */
  | { readonly kind: 'answer-late'; readonly byMs: number }
  /** Answers twice, where the protocol lets it: an append on the batch path. */
  | { readonly kind: 'answer-twice' }
  /** Cuts a read or a subscription after so many events. */
  | { readonly kind: 'cut'; readonly afterEvents: number; readonly as: CutAs }
  /** Tells a subscription that it is at the end of the log, before any of its events. */
  | { readonly kind: 'checkpoint-ahead' };

export interface Arming {
  readonly on: Method;
  readonly fault: Fault;
  /** How often, once if not said; Infinity until disarmed. */
  readonly times?: number;
  /** For which streams (`$all` is one); for all if not said. */
  readonly stream?: (name: string) => boolean;
}

export interface Armed {
  /** How often it has struck. */
  readonly struck: number;
  disarm(): void;
}

export interface Misbehaviour {
  arm(arming: Arming): Armed;
  disarmAll(): void;
  /** The fault that strikes this call, if one is armed; the one armed first strikes first. */
  take(method: Method, stream: string): Fault | undefined;
}

export const createMisbehaviour = (): Misbehaviour => {
  const armings = new Set<Arming & { left: number; struck: number }>();
  return {
    arm: (arming) => {
      const entry = { ...arming, left: arming.times ?? 1, struck: 0 };
      armings.add(entry);
      return {
        get struck() {
          return entry.struck;
        },
        disarm: () => void armings.delete(entry),
      };
    },
    disarmAll: () => armings.clear(),
    take: (method, stream) => {
      for (const entry of armings) {
        if (entry.on !== method || entry.left <= 0 || !(entry.stream?.(stream) ?? true)) continue;
        entry.left--;
        entry.struck++;
        return entry.fault;
      }
      return undefined;
    },
  };
};
