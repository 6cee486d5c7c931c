import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome, type Rapport, mailHandle, newAddress, rapportAt, ready, until } from './client.js';
import { everyEvent, hangingClaims, liveRows, replayedRows, withLog } from './inspecting.js';
import { rapport as rapportCommand } from './rapport.js';
import { type ServerProcess, startServer } from './server-process.js';

let folder: string;
let servers: readonly [ServerProcess, ServerProcess];
let one: Rapport;
let other: Rapport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-two-'));
  const first = await startServer(folder);
  servers = [first, await startServer(folder)];
  [one, other] = [servers[0].rapport, servers[1].rapport];
  await Promise.all([ready(one), ready(other)]);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await rm(folder, { recursive: true, force: true });
});

const authorOf = ({ interaction }: Outcome): string => interaction.participants[0]?.stakeholder.id ?? '';
const countOf = async (rapport: Rapport, id: string, atLeast: string): Promise<number | undefined> =>
  (await rapport.stakeholder(id, { atLeast }))?.interactionCount;

describe('two servers on one data folder', () => {
  it('both take commands, and each reads what the other recorded', async () => {
    const address = newAddress();
    const here = await one.record({ with: [mailHandle(address)] });
    expect(await countOf(other, authorOf(here), here.position)).toBe(1);
    const there = await other.record({ with: [mailHandle(address)] });
    expect(authorOf(there)).toBe(authorOf(here));
    expect(there.identified).toEqual([]);
    expect(await countOf(one, authorOf(here), there.position)).toBe(2);
  });

  it('answer a command that the other has taken with what happened there', async () => {
    const input = {
      commandId: newAddress(),
      source: { name: 'crm', id: newAddress() },
      with: [mailHandle(newAddress())],
    };
    const here = await one.record(input);
    expect(await other.record(input)).toEqual({ ...here, already: true });
    const conflict = await other.mutationRefusal('correctInteraction', {
      interactionId: here.interaction.id,
      subject: 'x',
      reason: 'x',
      expectedRevision: 3,
    });
    expect(conflict).toMatchObject({ code: 'CONFLICT', extensions: { currentRevision: 0 } });
  });

  it('make one stakeholder of a new handle, and one interaction of a source id, that come to both at once', async () => {
    for (let round = 0; round < 8; round += 1) {
      const [address, id] = [newAddress(), newAddress()];
      const input = { source: { name: 'crm', id }, with: [mailHandle(address)] };
      const answers = await Promise.all([one, other, one, other].map((rapport) => rapport.record(input)));
      expect(answers.filter(({ already }) => !already)).toHaveLength(1);
      expect(new Set(answers.map(({ interaction }) => interaction.id)).size).toBe(1);
      const many = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? one : other).record({ with: [mailHandle(address)] }),
        ),
      );
      expect(new Set(many.map(authorOf))).toEqual(new Set(answers.map(authorOf)));
    }
    expect(hangingClaims(await withLog(folder, everyEvent))).toEqual([]);
  });

  it('take keys that are made and revoked at the command line while they serve', async () => {
    const made = await rapportCommand(['keys', 'make', 'crm', '--role', 'recorder'], { data: folder });
    expect(made.status).toBe(0);
    const token = made.out.trim();
    const [here, there] = [one, other].map(({ url }) => rapportAt({ url, token }));
    expect(await here?.record()).toMatchObject({ __typename: 'InteractionRecorded' });
    expect(await there?.record()).toMatchObject({ __typename: 'InteractionRecorded' });
    const listed = await rapportCommand(['keys', 'list'], { data: folder });
    const id = /^.*\bcrm\b.*$/m.exec(listed.out)?.[0].match(/[0-9a-f]{8}[\w-]*/)?.[0] ?? '';
    expect((await rapportCommand(['keys', 'revoke', id], { data: folder })).status).toBe(0);
    await until('the key is refused by both', async () => {
      const answers = await Promise.all(
        [one, other].map(({ url }) =>
          fetch(`${url}/graphql?query={log{count}}`, { headers: { authorization: `Bearer ${token}` } }),
        ),
      );
      return answers.every(({ status }) => status === 401);
    });
  });

  it('go on while all rows are built anew beside them', async () => {
    const address = newAddress();
    const rebuilding = rapportCommand(['rebuild'], { data: folder });
    let last: Outcome | undefined;
    let ended = false;
    const over = (): boolean => ended;
    void rebuilding.finally(() => (ended = true));
    for (let index = 0; index < 5 || !over(); index += 1)
      last = await (index % 2 === 0 ? one : other).record({ with: [mailHandle(address)] });
    expect((await rebuilding).status).toBe(0);
    const count = (await one.stakeholder(last ? authorOf(last) : '', { atLeast: last?.position }))?.interactionCount;
    expect(count).toBeGreaterThanOrEqual(5);
    expect(await countOf(other, last ? authorOf(last) : '', last?.position ?? '')).toBe(count);
  });

  it('lose nothing when one is killed: the other projects within seconds, and the rows are those of a replay', async () => {
    const address = newAddress();
    const before = await one.record({ with: [mailHandle(address)] });
    // Whichever projects: first the one, then, when it is back, the other.
    for (const victim of [0, 1] as const) {
      const survivor = servers[victim === 0 ? 1 : 0].rapport;
      await servers[victim].kill();
      const after = await survivor.record({ with: [mailHandle(address)] });
      const began = performance.now();
      await until(
        'the survivor reads what was recorded',
        async () => (await survivor.stakeholder(authorOf(before)).catch(() => null))?.interactionCount === 2 + victim,
      );
      expect(performance.now() - began).toBeLessThan(30_000);
      expect(authorOf(after)).toBe(authorOf(before));
      const back = await startServer(folder);
      servers = victim === 0 ? [back, servers[1]] : [servers[0], back];
      await ready(back.rapport);
    }
    const { log } = await servers[0].rapport.query<{ log: { head: string } }>('{ log { head } }');
    await servers[0].rapport.query('query ($at: Position) { stakeholders(atLeast: $at, first: 1) { totalCount } }', {
      at: log.head,
    });
    const events = await withLog(folder, everyEvent);
    const [live, replayed] = await Promise.all([liveRows(folder, events), replayedRows(events)]);
    for (const [table, rows] of live) expect({ table, rows }).toEqual({ table, rows: replayed.get(table) });
  }, 120_000);
});

it('two servers that start together on a new folder both serve, by one admin key', async () => {
  for (let round = 0; round < 2; round += 1) {
    const fresh = await mkdtemp(join(tmpdir(), 'rapport-together-'));
    const both = await Promise.all([startServer(fresh), startServer(fresh)]);
    try {
      const address = newAddress();
      const answers = await Promise.all(both.map(({ rapport }) => rapport.record({ with: [mailHandle(address)] })));
      expect(new Set(answers.map(authorOf)).size).toBe(1);
      const made = (await withLog(fresh, everyEvent)).filter(({ type }) => type === 'KeyMade');
      expect(made).toHaveLength(1);
    } finally {
      await Promise.all(both.map((server) => server.kill()));
      await rm(fresh, { recursive: true, force: true });
    }
  }
});
