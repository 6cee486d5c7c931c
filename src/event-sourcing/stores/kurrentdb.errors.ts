import { ErrorType } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import { PositionRefused } from '../position.js';
import { StoreRefused } from './store-refused.js';

/** What an error of the client or the server means for whoever called. */
export type Trouble =
  /** The stream is at another revision. Nothing was written. */
  | 'wrong revision'
  /** There is no such stream. */
  | 'no stream'
  /** The stream was tombstoned: it takes nothing ever again. */
  | 'stream gone'
  /** The server does not know who we are. */
  | 'not authenticated'
  /** The server knows, and does not let us. */
  | 'not authorised'
  /** A position at which no event stands. */
  | 'no position'
  /** Larger than the server takes, or nothing that it understands. */
  | 'not acceptable'
  /** Another node leads; the client goes there at its next call. */
  | 'not leader'
  /** The node starts, or there is no leader yet. */
  | 'not ready'
  /** No connection. */
  | 'unreachable'
  /** No answer in time, or the client itself is of no use any more: a new one is needed. */
  | 'stuck'
  /** Anything else: whatever was asked for may have been done. */
  | 'unknown';

/** An answer did not come within the limit that we set. */
export class Late extends Error {
  override readonly name = 'Late';
  constructor(readonly limitMs: number) {
    super(`No answer within ${limitMs} ms.`);
  }
}

/** A client was given up while one of its calls ran: the call ended as if there were no more to read. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
  constructor() {
    super('The connection was given up.');
  }
}

const byType: Readonly<Record<string, Trouble>> = {
  [ErrorType.WRONG_EXPECTED_VERSION]: 'wrong revision',
  [ErrorType.STREAM_NOT_FOUND]: 'no stream',
  [ErrorType.STREAM_DELETED]: 'stream gone',
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED]: 'not acceptable',
  [ErrorType.MISSING_REQUIRED_METADATA_PROPERTY]: 'not acceptable',
  [ErrorType.INVALID_ARGUMENT]: 'not acceptable',
  [ErrorType.NOT_LEADER]: 'not leader',
  [ErrorType.DEADLINE_EXCEEDED]: 'stuck',
  [ErrorType.TIMEOUT]: 'stuck',
  [ErrorType.UNAVAILABLE]: 'unreachable',
};

// Codes of gRPC.
const byCode: Readonly<Record<number, Trouble>> = {
  3: 'not acceptable',
  4: 'stuck',
  7: 'not authorised',
  10: 'stuck',
  14: 'unreachable',
  16: 'not authenticated',
};

const tooSlow = /consumer too slow/i;
const notReady = /server is not ready|no leader info/i;

const byMessage: readonly (readonly [RegExp, Trouble])[] = [
  [/unexpected ReadAllResult: Error/i, 'no position'],
  // A discovery that failed stays with its client for ever.
  [/failed to discover/i, 'stuck'],
  [/unauthenticated/i, 'not authenticated'],
  [/access.?denied|permission/i, 'not authorised'],
  [
    /channel (?:has been )?(?:shut down|closed)|write after end|ECONN|ENOTFOUND|EPIPE|socket|certificate/i,
    'unreachable',
  ],
];

/** By type, then code, then message: each of them may be missing. */
export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof Late || error instanceof GivenUp) return 'stuck';
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { type, code, message } = error as { type?: unknown; code?: unknown; message?: unknown };
  // The server says so with the code of a server that is not there.
  if (typeof message === 'string' && notReady.test(message)) return 'not ready';
  // A subscription that was not taken up fast enough is ended so, with the code of a timeout. Nothing is stuck.
  if (typeof message === 'string' && tooSlow.test(message)) return 'unknown';
  // The type says that access was denied; only the code says for which of two reasons.
  if (type === ErrorType.ACCESS_DENIED) return code === 16 ? 'not authenticated' : 'not authorised';
  const typed = typeof type === 'string' ? byType[type] : undefined;
  if (typed !== undefined) return typed;
  const coded = typeof code === 'number' ? byCode[code] : undefined;
  if (coded !== undefined) return coded;
  const text = typeof message === 'string' ? message : '';
  return byMessage.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
};

const heard = new WeakSet<object>();

/** Notes that the client gave this error. */
export const fromClient = <E>(error: E): E => {
  if (typeof error === 'object' && error !== null) heard.add(error);
  return error;
};

/** The error tells of the server or of the way to it, and not of what was done with the answer. */
export const isOfServer = (error: unknown): boolean =>
  error instanceof Late ||
  error instanceof GivenUp ||
  error instanceof StoreUnavailable ||
  (typeof error === 'object' && error !== null && heard.has(error));

/** Asking again may help. */
export const passes = (trouble: Trouble): boolean =>
  trouble === 'not leader' ||
  trouble === 'not ready' ||
  trouble === 'unreachable' ||
  trouble === 'stuck' ||
  trouble === 'unknown';

/** The driver's error in the words of the store, its message without fields that cannot be written as JSON. */
export const asStoreError = (error: unknown, doing: string): Error => {
  const why = messageOf(error);
  switch (troubleOf(error)) {
    case 'not authenticated':
      return new StoreRefused(
        `KurrentDB does not know the user or the password that it was given, when asked to ${doing}.`,
      );
    case 'not authorised':
      return new StoreRefused(
        `KurrentDB does not let this user ${doing}. docs/operators.md says which rights the service needs.`,
      );
    case 'no position':
      return new PositionRefused('At this position stands no event of the log.');
    case 'stream gone':
      return new StoreRefused(`KurrentDB cannot ${doing}: the stream was tombstoned, and takes nothing ever again.`);
    case 'not acceptable':
      return new StoreRefused(`KurrentDB did not accept it when asked to ${doing}: ${why}`);
    default:
      return new StoreUnavailable(`KurrentDB could not be asked to ${doing}: ${why}`);
  }
};

/** The first line of what an error says; its code or its name where it says nothing. */
export const messageOf = (error: unknown): string => {
  const { message, code, name } = (error ?? {}) as { message?: unknown; code?: unknown; name?: unknown };
  const [line = ''] = typeof message === 'string' ? message.split('\n') : [];
  return (
    ([line, code, name].find((said) => typeof said === 'string' && said !== '') as string | undefined) ?? 'nothing'
  );
};
