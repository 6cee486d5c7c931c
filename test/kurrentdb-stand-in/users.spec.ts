import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { END, type EventStoreDBClient } from '@eventstore/db-client';
import { makeCertificates } from './certificate.js';
import { collect, connect, event, newStream } from './client.js';
import { startStandIn, type StandIn } from './stand-in.js';

const admin = { username: 'admin', password: 'changeit' };
const ann = { username: 'ann', password: 'secret' };
const bob = { username: 'bob', password: 'hidden' };

let folder: string;
let standIn: StandIn;
let client: EventStoreDBClient;

const authorityFile = (name: string, authority: string) => {
  const path = join(folder, name);
  writeFileSync(path, authority);
  return encodeURIComponent(path);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-authority-'));
  const { authority, ...tls } = makeCertificates();
  const users = Object.fromEntries([admin, ann, bob].map(({ username, password }) => [username, password]));
  standIn = await startStandIn({ users, tls });
  client = connect(`${standIn.url}&tlsCAFile=${authorityFile('own.crt', authority)}`);
});

afterAll(async () => {
  await client.dispose();
  await standIn.stop();
  rmSync(folder, { recursive: true });
});

describe('a stand-in with users and TLS', () => {
  it('lets users append and read streams', async () => {
    const stream = newStream();
    await client.appendToStream(stream, event(), { credentials: ann });
    expect(await collect(client.readStream(stream, { credentials: bob }))).toHaveLength(1);
  });

  it('refuses a wrong password, and a name that it does not know', async () => {
    const unauthenticated = { type: 'access-denied', code: 16, message: '16 UNAUTHENTICATED: Unauthenticated' };
    for (const credentials of [
      { username: 'ann', password: 'wrong' },
      { username: 'constructor', password: 'secret' },
    ]) {
      await expect(client.appendToStream(newStream(), event(), { credentials })).rejects.toMatchObject(unauthenticated);
      await expect(collect(client.readAll({ credentials }))).rejects.toMatchObject(unauthenticated);
    }
  });

  it('refuses who names nobody: with a code on the single path, without a word on the batch path', async () => {
    await expect(collect(client.readStream('any-1'))).rejects.toMatchObject({ type: 'access-denied', code: 7 });
    await expect(client.appendToStream('any-1', event())).rejects.toMatchObject({
      type: 'access-denied',
      code: undefined,
      message: '',
    });
  });

  it('keeps $all and system streams for administrators until an access list says otherwise', async () => {
    const readAll = (credentials: typeof ann) => collect(client.readAll({ credentials, fromPosition: END }));
    await expect(readAll(ann)).rejects.toMatchObject({ type: 'access-denied', code: 7 });
    await expect(collect(client.readStream('$settings', { credentials: ann }))).rejects.toMatchObject({ code: 7 });
    const shown = await collect(client.readAll({ credentials: admin }));
    expect(shown.map((resolved) => resolved.event?.streamId)).toContain('$user-ann');

    const acl = { readRoles: ['ann'] };
    await client.setStreamMetadata('$all', { acl } as never, { credentials: admin });
    await readAll(ann);
    await expect(readAll(bob)).rejects.toMatchObject({ code: 7 });
  });

  it('lets a user who may not write a stream delete it all the same, unless that is restricted too', async () => {
    const [stream, guarded] = [newStream(), newStream()];
    for (const name of [stream, guarded]) await client.appendToStream(name, event(), { credentials: admin });
    await client.setStreamMetadata(stream, { acl: { writeRoles: ['ann'] } } as never, { credentials: admin });
    const acl = { writeRoles: ['ann'], deleteRoles: ['ann'], metaWriteRoles: ['ann'] };
    await client.setStreamMetadata(guarded, { acl } as never, { credentials: admin });

    const denied = { type: 'access-denied', code: 7 };
    await expect(client.appendToStream(stream, event(), { credentials: bob })).rejects.toMatchObject(denied);
    await client.deleteStream(stream, { credentials: bob });
    await expect(client.deleteStream(guarded, { credentials: bob })).rejects.toMatchObject(denied);
    await expect(client.tombstoneStream(guarded, { credentials: bob })).rejects.toMatchObject(denied);
    await expect(client.setStreamMetadata(guarded, {}, { credentials: bob })).rejects.toMatchObject(denied);
  });

  it.each([
    ['another authority', () => `&tlsCAFile=${authorityFile('other.crt', makeCertificates().authority)}`],
    ['no authority of its own', () => ''],
  ])("is not trusted by a client with %s, which says the certificate's error", async (_, options) => {
    const distrustful = connect(standIn.url + options());
    const failure = await collect(distrustful.readStream('any-1', { credentials: ann })).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ type: 'unavailable', code: 14 });
    expect(String(failure)).toContain('unable to verify the first certificate');
    await distrustful.dispose();
  });
});

describe('a stand-in without users', () => {
  it('ignores whom its callers name', async () => {
    const insecure = await startStandIn();
    const anybody = connect(insecure.url);
    await anybody.appendToStream('any-1', event(), { credentials: { username: 'ann', password: 'wrong' } });
    expect(insecure.log.of('any-1')).toHaveLength(1);
    await anybody.dispose();
    await insecure.stop();
  });
});
