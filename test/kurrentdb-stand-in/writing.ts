import { randomUUID } from 'node:crypto';
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
export const writeStartOf = (log: Log, now: number): void => {
  const none = new Uint8Array();
  const event = (type: string, data: unknown) => ({
    id: randomUUID(),
    type,
    isJson: true,
    data: json(data),
    metadata: none,
  });
  if (log.events.length === 0)
    log.append('$$$stats-127.0.0.1:2113', 'any', [event('$metadata', { $maxAge: 86_400 })], now);
  log.skip(36n);
  log.append('$epoch-information', 'any', [event('$EpochInformation', { epochId: randomUUID() })], now);
  log.flush();
};
