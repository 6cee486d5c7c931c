import { randomUUID } from 'node:crypto';
import type { EventLog, EventStore, NewEvent, RecordedEvent } from '../event-store.js';
import type { JsonObject } from '../fact.js';
import type { Provenance } from '../provenance.js';

/** The log under test, whichever store has it open just now. */
export interface LogUnderTest {
  readonly store: EventStore;
  reopen(): Promise<void>;
  /** Every event, as the log gives it. */
  all(): Promise<readonly RecordedEvent[]>;
}

/** A provenance for a test. */
export const provenance: Provenance = {
  actor: 'ada',
  actorKind: 'key',
  credential: 'key-1',
  correlationId: 'correlation-1',
  commandId: 'command-1',
  inputDigest: 'digest-1',
};

/** An event for a test, with an id of its own. */
export const anEvent = (data: JsonObject = {}, more: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: 'Called',
  version: 1,
  data,
  provenance,
  ...more,
});

/** A name for a stream, not used before. */
export const aStream = (): string => `call-${randomUUID()}`;

export const idsOf = (events: readonly { readonly id: string }[]): readonly string[] => events.map(({ id }) => id);

/** Follows until it has `count` events, then aborts. */
export const followed = async (
  store: Pick<EventLog, 'follow'>,
  after: number,
  count: number,
  onPage: (page: readonly RecordedEvent[]) => void = () => undefined,
  pageMax?: number,
): Promise<readonly RecordedEvent[]> => {
  const stop = new AbortController();
  const seen: RecordedEvent[] = [];
  for await (const page of store.follow(after, stop.signal, pageMax)) {
    seen.push(...page);
    onPage(page);
    if (seen.length >= count) stop.abort();
  }
  return seen;
};
