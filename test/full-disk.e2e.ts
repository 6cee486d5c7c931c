import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Outcome, type Rapport, mailHandle, newAddress, ready } from './client.js';
import { everyEvent, hangingClaims, integrityOf, liveRows, replayedRows, withLog } from './inspecting.js';
import { type Ended, ended, startRapport } from './rapport.js';
import { type ServerProcess, startServer } from './server-process.js';

const works = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** A way to have no room, and to have it again. */
interface Shortage {
  readonly folder: string;
  begin(server: ServerProcess): Promise<void>;
  end(server: ServerProcess): Promise<void>;
  remove(): Promise<void>;
}

const folders: string[] = [];
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rapport-full-'));
  folders.push(folder);
  return folder;
};

/** A file system of its own, with so many bytes: it takes the right to mount one. */
const smallDisk = async (bytes: number): Promise<Shortage> => {
  const folder = await newFolder();
  const mount = (options: string): void => {
    if (!works('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder))
      throw new Error(`No file system could be mounted at ${folder}.`);
  };
  mount('size=64m');
  const resize = (size: number): Promise<void> => {
    mount(`remount,size=${size}`);
    return Promise.resolve();
  };
  return {
    folder,
    begin: () => resize(bytes),
    end: () => resize(64 * 1024 * 1024),
    remove: () => {
      works('umount', '-l', folder);
      return Promise.resolve();
    },
  };
};

/** A limit on how large a file may become, for the server alone: what anybody may have set. */
const smallFiles = async (bytes: number): Promise<Shortage> => {
  const limit = (server: ServerProcess, size: string): Promise<void> =>
    works('prlimit', '--pid', String(server.child.pid), `--fsize=${size}:`)
      ? Promise.resolve()
      : Promise.reject(new Error('No limit could be set.'));
  const folder = await newFolder();
  return {
    folder,
    begin: (server) => limit(server, String(bytes)),
    end: (server) => limit(server, 'unlimited'),
    remove: () => Promise.resolve(),
  };
};

const mounts = ((): boolean => {
  const trial = join(tmpdir(), `rapport-mount-${randomUUID()}`);
  if (!works('mkdir', trial)) return false;
  const mounted = works('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', trial) && works('umount', trial);
  works('rmdir', trial);
  return mounted;
})();
const limits = works('prlimit', '--pid', String(process.pid), '--fsize');
const isRoot = process.getuid?.() === 0;

const skipLoudly = (possible: boolean, what: string, why: string): typeof describe | typeof describe.skip => {
  if (possible) return describe;
  process.stderr.write(`NOT TESTED HERE: ${what}, since ${why}.\n`);
  return describe.skip;
};

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** The status of a request that would claim nothing. */
const statusOf = async ({ url, token }: Rapport, stakeholderId: string): Promise<number> => {
  const input = {
    direction: 'INBOUND',
    channel: 'EMAIL',
    act: 'COMMENT',
    occurredAt: '2024-01-01T00:00:00Z',
    with: [{ stakeholderId }],
  };
  const query = 'mutation ($input: RecordInteractionInput!) { recordInteraction(input: $input) { __typename } }';
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return (
    await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) })
  ).status;
};

/** Records until there is no room. */
const fill = async (
  rapport: Rapport,
): Promise<{ readonly recorded: readonly Outcome[]; readonly refusedInput: Readonly<Record<string, unknown>> }> => {
  const recorded: Outcome[] = [];
  for (;;) {
    const input = {
      commandId: randomUUID(),
      text: 'x'.repeat(20_000),
      readTone: false,
      language: 'en',
      with: [mailHandle(newAddress())],
    };
    try {
      recorded.push(await rapport.record(input));
    } catch {
      return { recorded, refusedInput: input };
    }
    if (recorded.length > 2_000) throw new Error('There was always room.');
  }
};

const ways = [
  {
    name: 'a small disk that is full',
    possible: mounts,
    why: 'no file system can be mounted',
    make: () => smallDisk(3_000_000),
  },
  {
    name: 'a limit on the size of files',
    possible: limits,
    why: 'there is no prlimit',
    make: () => smallFiles(1_500_000),
  },
];

for (const { name, possible, why, make } of ways)
  skipLoudly(
    possible,
    name,
    why,
  )(name, () => {
    let shortage: Shortage;
    let server: ServerProcess;
    beforeEach(async () => {
      shortage = await make();
      server = await startServer(shortage.folder);
      await ready(server.rapport);
    });
    afterEach(async () => {
      await server.kill();
      await shortage.remove();
    });

    it('is told clearly, spoils nothing, and is over when there is room', async () => {
      const { rapport } = server;
      await shortage.begin(server);
      const { recorded, refusedInput } = await fill(rapport);
      expect(recorded.length).toBeGreaterThan(0);

      const refused = await rapport.mutationRefusal('recordInteraction', {
        direction: 'INBOUND',
        channel: 'EMAIL',
        act: 'COMMENT',
        occurredAt: '2024-01-01T00:00:00Z',
        ...refusedInput,
      });
      expect(refused).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('nothing was recorded') as unknown,
      });
      expect(refused.message).not.toContain(shortage.folder);
      expect(await statusOf(rapport, recorded[0]?.interaction.participants[0]?.stakeholder.id ?? '')).toBeLessThan(504);
      expect((await fetch(`${rapport.url}/healthz`)).status).toBe(200);
      // What is on record can still be read.
      const { log } = await rapport.query<{ log: { count: number } }>('{ log { count } }');
      expect(log.count).toBeGreaterThan(recorded.length);

      await shortage.end(server);
      // The refusal said: try again, with the same commandId.
      const again = await rapport.record(refusedInput);
      expect(again).toMatchObject({ __typename: 'InteractionRecorded' });
      expect(await rapport.record(refusedInput)).toMatchObject({
        already: true,
        interaction: { id: again.interaction.id },
      });
      await ready(rapport);

      const { log: after } = await rapport.query<{ log: { head: string } }>('{ log { head } }');
      await rapport.query('query ($at: Position) { stakeholders(atLeast: $at, first: 1) { totalCount } }', {
        at: after.head,
      });
      const events = await withLog(shortage.folder, everyEvent);
      const [live, replayed] = await Promise.all([liveRows(shortage.folder, events), replayedRows(events)]);
      for (const [table, rows] of live) expect({ table, rows }).toEqual({ table, rows: replayed.get(table) });
      const recordedIds = events.flatMap(({ type, data }) =>
        type === 'InteractionRecorded' ? [data['interactionId']] : [],
      );
      expect(new Set(recordedIds).size).toBe(recordedIds.length);
      for (const { interaction } of [...recorded, again])
        expect(recordedIds).toContain(Buffer.from(interaction.id, 'base64url').toString().replace('Interaction:', ''));
      expect(hangingClaims(events)).toEqual([]);
      expect(integrityOf(join(shortage.folder, 'events.db'))).toEqual(['ok']);
    });

    it('survives a kill while it lasts', async () => {
      await shortage.begin(server);
      const { recorded } = await fill(server.rapport);
      await server.kill();
      expect(integrityOf(join(shortage.folder, 'events.db'))).toEqual(['ok']);
      await shortage.end(server).catch(() => undefined);
      server = await startServer(shortage.folder);
      await ready(server.rapport);
      const last = recorded.at(-1);
      const { interaction } = await server.rapport.query<{ interaction: { id: string } | null }>(
        'query ($id: ID!, $at: Position) { interaction(id: $id, atLeast: $at) { id } }',
        { id: last?.interaction.id, at: last?.position },
      );
      expect(interaction?.id).toBe(last?.interaction.id);
    });
  });

skipLoudly(
  mounts || !isRoot,
  'a read-only folder',
  'root may write everywhere, and nothing can be mounted',
)('a read-only folder', () => {
  let shortage: Shortage | undefined;
  let folder: string;
  const readOnly = async (): Promise<void> => {
    if (mounts) works('mount', '-o', 'remount,ro', folder);
    else await chmod(folder, 0o555);
  };
  beforeEach(async () => {
    shortage = mounts ? await smallDisk(64 * 1024 * 1024) : undefined;
    folder = shortage?.folder ?? (await newFolder());
  });
  afterEach(async () => {
    if (!mounts) await chmod(folder, 0o755);
    await shortage?.remove();
  });

  const tried = async (): Promise<Ended> => ended(await startRapport(['serve'], { data: folder }));

  it('that is empty ends the start with a sentence', async () => {
    await readOnly();
    const { status, err } = await tried();
    expect(status).toBe(1);
    expect(err).toContain(folder);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('that holds a log ends the start with a sentence, and leaves the log whole', async () => {
    const server = await startServer(folder);
    const { position } = await server.rapport.record();
    expect(await server.stop()).toBe(0);
    const { size } = await stat(join(folder, 'events.db'));
    if (!mounts) await chmod(join(folder, 'events.db'), 0o444);
    await readOnly();
    const { status, err } = await tried();
    expect(status).toBe(1);
    expect(err).toContain(folder);
    expect(err).not.toMatch(/\n\s+at /);
    expect((await stat(join(folder, 'events.db'))).size).toBe(size);
    if (mounts) works('mount', '-o', 'remount,rw', folder);
    else await Promise.all([chmod(folder, 0o755), chmod(join(folder, 'events.db'), 0o644)]);
    const again = await startServer(folder);
    expect((await again.rapport.query<{ log: { head: string } }>('{ log { head } }')).log.head).toBe(position);
    await again.kill();
  });
});
