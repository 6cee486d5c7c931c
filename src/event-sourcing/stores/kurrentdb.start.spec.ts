import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestCertificates } from '../../../test/kurrentdb-stand-in/certificate.js';
import { makeCertificates } from '../../../test/kurrentdb-stand-in/certificate.js';
import { notReady } from '../../../test/kurrentdb-stand-in/refusals.js';
import type { StandIn, StandInOptions } from '../../../test/kurrentdb-stand-in/stand-in.js';
import { startStandIn } from '../../../test/kurrentdb-stand-in/stand-in.js';
import type { EventLog } from '../event-store.js';
import { StoreUnavailable, noStream } from '../event-store.js';
import { aStream, anEvent, followed, idsOf } from './contract-events.js';
import { kurrentLocation } from './kurrentdb.connection-string.js';
import type { KurrentEventStoreOptions } from './kurrentdb.event-store.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';
import { assertVersion } from './kurrentdb.start.js';
import { StoreRefused } from './store-refused.js';

const password = 'hunter2-%@';
let folder: string;
let certificates: TestCertificates;
let standIn: StandIn | undefined;
let opened: EventLog[];
let told: string[];
let others: Server[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-ca-'));
  certificates = makeCertificates();
  writeFileSync(join(folder, 'ca.pem'), certificates.authority);
  writeFileSync(join(folder, 'other.pem'), makeCertificates().authority);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  opened = [];
  told = [];
  others = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await standIn?.stop();
  standIn = undefined;
  for (const other of others) other.close();
});

const start = async (options: StandInOptions = {}): Promise<StandIn> => (standIn = await startStandIn(options));

const secured = () =>
  start({
    users: { admin: 'admin', rapport: password, reader: password },
    tls: { certificate: certificates.certificate, key: certificates.key },
  });

const open = async (url: string, options: Partial<KurrentEventStoreOptions> = {}): Promise<EventLog> => {
  const store = await openKurrentEventStore({
    location: kurrentLocation(url),
    limits: { attemptMs: 300 },
    startMs: 10_000,
    log: { warn: (about, message) => told.push(`${message} ${JSON.stringify(about)}`) },
    ...options,
  });
  opened.push(store);
  return store;
};

/** What opening it was refused with: soon, since nothing comes of it. */
const refusal = async (url: string, options: Partial<KurrentEventStoreOptions> = {}): Promise<Error> => {
  const error = await open(url, { startMs: 1_500, ...options }).then(
    () => new Error('It was opened.'),
    (refused: unknown) => refused as Error,
  );
  const words = `${error.message} ${String(error.stack)} ${String(error.cause)} ${told.join(' ')}`;
  expect(words).not.toContain(password);
  expect(words).not.toContain(encodeURIComponent(password));
  return error;
};

const securedUrl = (port: number, user = 'rapport', secret = password, ca = 'ca.pem'): string =>
  `esdb://${user}:${encodeURIComponent(secret)}@127.0.0.1:${port}?tlsCaFile=${encodeURIComponent(join(folder, ca))}`;

/** Lets the user read $all, as docs/operators.md asks for. */
const grantAll = async ({ port }: StandIn): Promise<void> => {
  const client = new EventStoreDBClient(
    { endpoint: { address: '127.0.0.1', port } },
    { rootCertificate: Buffer.from(certificates.authority) },
    { username: 'admin', password: 'admin' },
  );
  await client.setStreamMetadata('$all', { acl: { readRoles: ['$admins', 'rapport', 'reader'] } } as never);
  await client.dispose();
};

/** A port on which nobody listens. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** Listens where KurrentDB should. */
const listening = (server: Server): Promise<number> => {
  others.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
};

const answering = (status: number, headers = {}): Server =>
  createHttp2((_, response) => response.writeHead(status, headers).end());

/** Meets every connection so; they break off when the client gives them up. */
const meeting = (meet: (socket: Socket) => void): Server =>
  createServer((socket) => meet(socket.on('error', () => undefined)));

describe('opening the log in KurrentDB', () => {
  it('waits for a server that is not there yet, and tells so', async () => {
    const { port, url } = await start();
    const back = standIn?.restart({ downForMs: 1_500 });
    await sleep(50);
    const opening = open(url);
    await back;
    const store = await opening;
    await store.append(aStream(), noStream, [anEvent()]);
    expect(told[0]).toContain(`waiting for the event log`);
    expect(told[0]).toContain(`127.0.0.1:${port} says: connect ECONNREFUSED`);
  });

  it('waits for one behind a discovery, whose first failure the client would keep', async () => {
    const { port } = await start();
    const back = standIn?.restart({ downForMs: 1_500 });
    await sleep(50);
    const opening = open(`esdb+discover://127.0.0.1:${port}?tls=false`, { startMs: 20_000 });
    await back;
    await (await opening).append(aStream(), noStream, [anEvent()]);
  });

  it('waits for a server that is starting', async () => {
    const { url } = await start();
    await standIn?.restart({ notReadyForMs: 1_500 });
    await open(url);
    expect(told.join()).toContain('has no leader yet, or is starting');
  });

  it('gives up after its limit, and says which host said what', async () => {
    const ports = [await freePort(), await freePort()];
    const error = await refusal(`esdb://127.0.0.1:${ports[0]},localhost:${ports[1]}?tls=false`);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain('is not reachable');
    expect(error.message).toContain(`127.0.0.1:${ports[0]} says: connect ECONNREFUSED`);
    expect(error.message).toContain(`localhost:${ports[1]} says:`);
  });

  it('gives up on a server that takes connections and never answers', async () => {
    const { url, port } = await start();
    standIn?.pause();
    const began = performance.now();
    const error = await refusal(url);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain(`does not answer: 127.0.0.1:${port} takes connections; No answer within`);
    expect(performance.now() - began).toBeLessThan(20_000);
    standIn?.resume();
  });

  it('says that there is no leader', async () => {
    const { url } = await start();
    standIn?.arm({ on: 'read', fault: { kind: 'refuse', refusal: notReady() }, times: Infinity });
    const error = await refusal(url);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain('has no leader yet');
    standIn?.disarmAll();
  });

  it('refuses a server that is too old', async () => {
    const { url } = await start({ version: '22.10.5' });
    const error = await refusal(url);
    expect(error).toBeInstanceOf(StoreRefused);
    expect(error.message).toContain('22.10.5');
    expect(error.message).toContain('23.10 or newer');
  });

  it.each(['23.10.0', '23.10.6', '24.2.0', '25.0.0-prerelease', 'unknown'])('takes version %s', (version) =>
    expect(() => assertVersion(version)).not.toThrow(),
  );
  it.each(['5.0.11', '23.6.0'])('refuses version %s', (version) =>
    expect(() => assertVersion(version)).toThrow(StoreRefused),
  );

  it('ends its waiting when told to', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped')), 100);
    await expect(open(`esdb://127.0.0.1:${await freePort()}?tls=false`, { signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
  });
});

describe('opening the log in KurrentDB with TLS and users', () => {
  it('works with the authority’s certificate and a user who may', async () => {
    const server = await secured();
    await grantAll(server);
    const store = await open(securedUrl(server.port));
    const events = [anEvent(), anEvent()];
    await store.append(aStream(), noStream, events);
    await store.saveCheckpoint('a policy', 7);
    expect(await store.checkpoint('a policy')).toBe(7);
    expect(idsOf(await followed(store, 0, 2))).toEqual(idsOf(events));
    expect(idsOf(await store.readAll(0))).toEqual(idsOf(events));
  });

  it('says that the user or the password is wrong', async () => {
    const server = await secured();
    for (const [user, secret] of [
      ['rapport', 'wrong'],
      ['nobody', password],
    ]) {
      const error = await refusal(securedUrl(server.port, user, secret));
      expect(error).toBeInstanceOf(StoreRefused);
      expect(error.message).toContain('does not know the user or the password');
    }
  });

  it('says that the user may not read $all', async () => {
    const server = await secured();
    const error = await refusal(securedUrl(server.port));
    expect(error).toBeInstanceOf(StoreRefused);
    expect(error.message).toContain('read $all');
  });

  it('says that the user may not write, though the log was begun by somebody else', async () => {
    const server = await secured();
    await grantAll(server);
    await open(securedUrl(server.port));
    const client = new EventStoreDBClient(
      { endpoint: { address: '127.0.0.1', port: server.port } },
      { rootCertificate: Buffer.from(certificates.authority) },
      { username: 'admin', password: 'admin' },
    );
    await client.setStreamMetadata('rapport-log', { acl: { writeRoles: ['rapport'] } } as never);
    await client.dispose();
    const error = await refusal(securedUrl(server.port, 'reader'));
    expect(error).toBeInstanceOf(StoreRefused);
    expect(error.message).toContain('does not let this user');
  });

  it.each(['other.pem', undefined])('shows the certificate’s own error, with the authority %s', async (ca) => {
    const server = await secured();
    const url = `esdb://rapport:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
    for (const scheme of ['esdb://', 'esdb+discover://']) {
      const error = await refusal(
        `${url.replace('esdb://', scheme)}${ca === undefined ? '' : `?tlsCaFile=${join(folder, ca)}`}`,
      );
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error.message).toMatch(/certificate|self.signed/i);
    }
  });

  it('says that the CA file cannot be read', async () => {
    const error = await refusal(securedUrl(1, 'rapport', password, 'nowhere.pem'));
    expect(error).toBeInstanceOf(StoreRefused);
    expect(error.message).toContain('nowhere.pem');
  });
});

describe('opening the log where no KurrentDB answers, or one without TLS', () => {
  it.each(['esdb', 'esdb+discover'])('says at once of %s:// that the server does not speak TLS', async (scheme) => {
    const { port } = await start();
    const began = performance.now();
    const error = await refusal(`${scheme}://rapport:${encodeURIComponent(password)}@127.0.0.1:${port}`, {
      startMs: 60_000,
    });
    expect(error).toBeInstanceOf(StoreRefused);
    expect(error.message).toContain(`127.0.0.1:${port} does not speak TLS. Give the server a certificate`);
    expect(error.message).toContain('tls=false');
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('waits where one of several hosts does not speak TLS', async () => {
    const { port } = await start();
    const error = await refusal(
      `esdb://rapport:${encodeURIComponent(password)}@127.0.0.1:${port},127.0.0.1:${await freePort()}`,
    );
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain(`127.0.0.1:${port} does not speak TLS; 127.0.0.1:`);
  });

  it.each([
    ['HTTP/1', () => createHttp((_, response) => response.writeHead(404).end()), 'does not speak HTTP/2'],
    ['another protocol', () => meeting((socket) => socket.write('220 ready\r\n')), 'does not speak HTTP/2'],
    ['HTTP/2 with 404', () => answering(404), 'answers with HTTP status 404'],
    ['HTTP/2 with 503', () => answering(503), 'answers with HTTP status 503'],
    ['HTTP/2 with a page', () => answering(200, { 'content-type': 'text/html' }), 'answers with HTTP status 200'],
    [
      'gRPC, of something else',
      () => answering(200, { 'content-type': 'application/grpc', 'grpc-status': '12' }),
      'answers to gRPC, but not as KurrentDB',
    ],
  ])('says that it is no KurrentDB that answers: %s', async (_, server, says) => {
    const port = await listening(server());
    for (const scheme of ['esdb', 'esdb+discover']) {
      const error = await refusal(`${scheme}://127.0.0.1:${port}?tls=false`, { startMs: 0 });
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error.message).toBe(
        `What answers is not KurrentDB, or a proxy that does not reach it: 127.0.0.1:${port} ${says}.`,
      );
    }
  });

  it('says so of what answers HTTP/1 with TLS', async () => {
    const port = await listening(createHttps({ cert: certificates.certificate, key: certificates.key }));
    expect((await refusal(securedUrl(port), { startMs: 0 })).message).toContain(
      `127.0.0.1:${port} does not speak HTTP/2`,
    );
  });

  it('says that connections are ended', async () => {
    const port = await listening(meeting((socket) => socket.end()));
    const { message } = await refusal(`esdb://127.0.0.1:${port}?tls=false`, { startMs: 0 });
    expect(message).toContain(`does not answer: 127.0.0.1:${port} takes connections, and ends them;`);
  });

  it('waits behind a proxy until it reaches the server', async () => {
    const server = await start();
    let behind = await listening(answering(503));
    const port = await listening(
      meeting((socket) => {
        const on = connect(behind, '127.0.0.1').on('error', () => socket.destroy());
        socket.pipe(on).pipe(socket);
      }),
    );
    setTimeout(() => (behind = server.port), 1_000);
    const store = await open(`esdb://127.0.0.1:${port}?tls=false`);
    await store.append(aStream(), noStream, [anEvent()]);
    expect(told.join()).toContain(`127.0.0.1:${port} answers with HTTP status 503`);
  });
});
