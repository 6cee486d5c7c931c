import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { KurrentHost, KurrentLocation } from './kurrentdb.connection-string.js';
import { messageOf } from './kurrentdb.errors.js';

export type HostKind =
  /** No connection, or none that can be trusted. */
  | 'not reached'
  /** It takes connections, and may well be KurrentDB. */
  | 'reached'
  /** What answers has no TLS, and was asked for it. */
  | 'without TLS'
  /** What answers is not KurrentDB. */
  | 'something else';

type Finding = readonly [kind: HostKind, says: string];

/** What was found where a host should be, for a person: the name, and a predicate. */
export interface HostFound {
  readonly name: string;
  readonly kind: HostKind;
  readonly says: string;
}

const lookMs = 2_000;

/** Asks one host alone: the client hides what comes of connecting to it, and tells of whatever answers as of KurrentDB. */
export const lookAt = (host: KurrentHost, location: KurrentLocation): Promise<HostFound> =>
  new Promise((resolve) => {
    const name = `${host.address}:${host.port}`;
    const socket = socketTo(host, location);
    let connected = false;
    const end = ([kind, says]: Finding): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ name, kind, says });
    };
    const timer = setTimeout(
      () => end(connected ? ['reached', 'takes connections'] : ['not reached', `did not answer within ${lookMs} ms`]),
      lookMs,
    );
    const fail = (error: unknown): void => end(failureOf(error, connected));
    // Stays: an error that nobody listens to ends the process.
    socket.on('error', fail);
    socket.once(location.tls ? 'secureConnect' : 'connect', () => {
      connected = true;
      ask(socket, name, end, fail);
    });
  });

const socketTo = ({ address, port }: KurrentHost, { tls, tlsCaFile }: KurrentLocation): Socket => {
  const host = address.replace(/^\[|\]$/g, '');
  if (!tls) return connectPlain({ host, port });
  return connectTls({
    host,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['h2'],
    ...(tlsCaFile && { ca: readFileSync(tlsCaFile) }),
  });
};

const failureOf = (error: unknown, connected: boolean): Finding => {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return ['without TLS', 'does not speak TLS'];
  if (code === 'ERR_HTTP2_ERROR' || code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return ['something else', 'does not speak HTTP/2'];
  return connected ? ['reached', 'takes connections, and ends them'] : ['not reached', `says: ${messageOf(error)}`];
};

// Every KurrentDB that we can use knows it, and anybody may ask.
const whoIsThere = '/event_store.client.gossip.Gossip/Read';
// As gRPC sends it: not compressed, of no length.
const emptyMessage = Buffer.alloc(5);

const ask = (socket: Socket, name: string, end: (finding: Finding) => void, fail: (error: unknown) => void): void => {
  const session = connectHttp2(`http://${name}`, { createConnection: () => socket });
  session.on('error', fail);
  session.on('close', () => fail(undefined));
  const request = session.request({
    ':method': 'POST',
    ':path': whoIsThere,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  request.on('error', fail);
  request.on('response', (headers) => end(answerOf(headers)));
  request.end(emptyMessage);
};

const unimplemented = '12';

const answerOf = (headers: IncomingHttpHeaders & IncomingHttpStatusHeader): Finding => {
  if (headers['content-type']?.startsWith('application/grpc') !== true)
    return ['something else', `answers with HTTP status ${headers[':status']}`];
  if (headers['grpc-status'] === unimplemented) return ['something else', 'answers to gRPC, but not as KurrentDB'];
  return ['reached', 'takes connections'];
};
