import { Metadata, status } from '@grpc/grpc-js';

/** An error as it goes over the wire: a code, a sentence, and what kind of error it is in the trailers. */
export interface Refusal {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const refusal = (code: status, details: string, trailers: Readonly<Record<string, string>> = {}): Refusal => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
};

export const notReady = (): Refusal => refusal(status.UNAVAILABLE, 'Server Is Not Ready');

export const tooBusy = (): Refusal => refusal(status.UNAVAILABLE, 'Server Is Too Busy');

/** What a client sees of a proxy or a load balancer that has no server behind it. */
export const unavailable = (details = 'No connection established'): Refusal => refusal(status.UNAVAILABLE, details);

export const notLeader = ({ host, port }: Address): Refusal =>
  refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': port.toString(),
  });

export const noLeader = (): Refusal => refusal(status.UNKNOWN, 'No leader info available in response');

/** The server gave up waiting, with the append written or not. */
export const timedOut = (what: string): Refusal => refusal(status.ABORTED, `Operation timed out: ${what}`);

export const accessDenied = (): Refusal =>
  refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const unauthenticated = (): Refusal => refusal(status.UNAUTHENTICATED, 'Unauthenticated');

export const streamDeleted = (stream: string): Refusal =>
  refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** Of deletions and tombstones; an append says the same in its answer. Versions below 0 are "no stream" and "any". */
export const wrongExpectedVersion = (operation: string, stream: string, expected: bigint, actual: bigint): Refusal =>
  refusal(
    status.FAILED_PRECONDITION,
    `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected.toString()}, Actual version: ${actual.toString()}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected.toString(),
      'actual-version': actual.toString(),
    },
  );

export const maxAppendSizeExceeded = (bytesMax: number): Refusal =>
  refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': bytesMax.toString(),
  });

/** What the real server says of an error that it did not foresee. */
export const thrownByHandler = (): Refusal => refusal(status.UNKNOWN, 'Exception was thrown by handler.');

export const unexpectedResult = (of: string): Refusal => refusal(status.UNKNOWN, `Unexpected ${of}: Error`);

/** An orderly stop ends what is under way with this. */
export const resetByStop = (): Refusal =>
  refusal(status.INTERNAL, 'Received RST_STREAM with code 2 (Internal server error)');
