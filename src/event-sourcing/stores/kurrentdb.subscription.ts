import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { excludeSystemEvents, streamNameFilter } from '@eventstore/db-client';
import type { Line } from './kurrentdb.connection.js';
import { GivenUp, fromClient } from './kurrentdb.errors.js';
import type { KurrentNames } from './kurrentdb.event.js';
import { ordinalAt, ordinalOfRead, positionAt } from './kurrentdb.event.js';
import type { KurrentLog } from './kurrentdb.reader.js';

/** What a subscription tells, in the order of the log. */
export interface Listener {
  /** An event, ours or not, was reached. */
  readonly event: (event: AllStreamResolvedEvent['event'] & object, ordinal: number) => void;
  /** The server has looked up to here, and let nothing through since the last event. */
  readonly passed: (ordinal: number) => void;
  /** All that stood there when the subscription began was told. */
  readonly caughtUp: () => void;
  /** It is over, once: the client does not resume. */
  readonly ended: (error: Error) => void;
}

/** What the server sends: not its own events, and only the log's streams where they have a prefix. */
const filterOf = ({ prefix }: KurrentNames, passed: (ordinal: number) => void) => {
  const checkpoints = {
    // Every 32 events that the server looks at.
    checkpointInterval: 1,
    checkpointReached: (_: AllStreamSubscription, { commit }: { readonly commit: bigint }) => passed(ordinalAt(commit)),
  };
  return prefix === '' ? excludeSystemEvents(checkpoints) : streamNameFilter({ prefixes: [prefix], ...checkpoints });
};

/**
 * Subscribes to the log after an ordinal. Checkpoints come in their place between the events, since events are taken as
 * they come: read by iteration, a checkpoint runs ahead of the events that wait to be read.
 * @returns what ends it. Nothing is told afterwards.
 */
export const subscribe = (
  line: Line,
  { names, connection }: Pick<KurrentLog, 'names' | 'connection'>,
  after: number,
  listener: Listener,
): (() => void) => {
  let over = false;
  const end = (error: Error): void => {
    if (over) return;
    stop();
    listener.ended(error);
  };
  // A throw within the client's callbacks stalls the subscription without a word.
  const guarded =
    <Args extends readonly unknown[]>(tell: (...args: Args) => void) =>
    (...args: Args): void => {
      if (over) return;
      try {
        tell(...args);
      } catch (error) {
        end(error instanceof Error ? error : new Error('A listener failed.', { cause: error }));
      }
    };
  const subscription = line.client.subscribeToAll({
    fromPosition: positionAt(after),
    filter: filterOf(names, guarded(listener.passed)),
    requiresLeader: true,
    credentials: connection.credentials,
  });
  const stop = (): void => {
    over = true;
    subscription.unsubscribe().catch(() => undefined);
  };
  subscription.on('error', (error: Error) => end(fromClient(error)));
  subscription.on('end', () => end(new GivenUp()));
  subscription.on('caughtUp', guarded(listener.caughtUp));
  subscription.on(
    'data',
    guarded(({ event }: AllStreamResolvedEvent) => {
      if (event !== undefined) listener.event(event, ordinalOfRead(event));
    }),
  );
  return stop;
};
