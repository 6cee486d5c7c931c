import { randomUUID } from 'node:crypto';
import type { Users } from './access.js';
import type { Log } from './log.js';

/** Flushes a log soon after each append, many appends at once. */
export interface Flusher {
  /** Resolves when everything that was appended before is flushed. */
  flushed(): Promise<void>;
}

/** `delayMs`: how long the disk takes. */
export const createFlusher = (log: Log, delayMs: number): Flusher => {
  let next: Promise<void> | undefined;
  return {
    flushed: () =>
      (next ??= new Promise((resolve) => {
        setTimeout(() => {
          next = undefined;
          log.flush();
          resolve();
        }, delayMs);
      })),
  };
};

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/**
 * What the real server writes of its own accord: at its very first start something that clients see in `$all`, at every
 * start (and when a node begins to lead) something that they do not.
 */
export const writeStartOf = (log: Log, now: number, users: Users = {}): void => {
  const none = new Uint8Array();
  const event = (type: string, data: unknown) => ({
    id: randomUUID(),
    type,
    isJson: true,
    data: json(data),
    metadata: none,
  });
  const isFirst = log.events.length === 0;
  log.skip(36n);
  log.append('$epoch-information', 'any', [event('$EpochInformation', { epochId: randomUUID() })], now);
  const access = { $r: '$ops', $w: [], $d: [], $mr: [], $mw: [] };
  if (isFirst) log.append('$$$scavenges', 'any', [event('$metadata', { $maxAge: 2_592_000, $acl: access })], now);
  if (isFirst)
    for (const name of Object.keys(users)) {
      log.append(`$user-${name}`, 'any', [event('$UserCreated', { loginName: name })], now);
      log.append('$users', 'any', [{ ...event('$User', name), isJson: false }], now);
    }
  log.flush();
};
