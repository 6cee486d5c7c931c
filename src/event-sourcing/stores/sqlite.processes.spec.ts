import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import { WrongExpectedRevision, noStream } from '../event-store.js';
import { anEvent, followed } from './contract-events.js';
import { openSqliteEventStore } from './sqlite.event-store.js';

const kit = fileURLToPath(new URL('..', import.meta.url));
const root = join(kit, '..', '..');
let folder: string;

/** Compiles a module of the kit, and what it imports of it, for a child process. */
const compile = (module: string, done = new Set<string>()): void => {
  if (done.has(module)) return;
  done.add(module);
  const source = readFileSync(join(kit, `${module}.ts`), 'utf8');
  const { code } = transformSync(source, { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } });
  mkdirSync(dirname(join(folder, module)), { recursive: true });
  writeFileSync(join(folder, `${module}.js`), code);
  for (const [, imported = ''] of code.matchAll(/from '(\.[^']*)\.js'/g))
    compile(join(dirname(module), imported), done);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-processes-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  compile('stores/sqlite.event-store');
  writeFileSync(join(folder, 'start.js'), childStart);
});
afterAll(() => rmSync(folder, { recursive: true }));

const childStart = `
  import { randomUUID } from 'node:crypto';
  import { openSqliteEventStore } from './stores/sqlite.event-store.js';
  export const store = openSqliteEventStore({ path: process.argv[2], pollIntervalMs: 5 });
  export const event = (data = {}) => ({ id: randomUUID(), type: 'Called', version: 1, data, provenance: {} });
`;

/** Writes a program that has \`store\` and \`event\`; its first argument is the path of the log. */
const program = (name: string, body: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `import { store, event } from './start.js';\n${body}`);
  return file;
};

describe('a second process on the file', () => {
  it('races by revision, and is followed', async () => {
    const path = join(folder, 'raced.db');
    const store = openSqliteEventStore({ path, pollIntervalMs: 5 });
    const following = followed(store, 0, 200);
    const racer = program(
      'racer.js',
      `for (let written = 0; written < 100; ) {
         const revision = (await store.readStream('call-raced')).at(-1)?.revision ?? -1;
         try { await store.append('call-raced', revision, [event()]); written += 1; }
         catch (error) { if (error.name !== 'WrongExpectedRevision') throw error; }
       }
       await store.close();`,
    );
    const child = spawn(process.execPath, [racer, path], { stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    for (let written = 0; written < 100;) {
      const revision = (await store.readStream('call-raced')).at(-1)?.revision ?? noStream;
      try {
        await store.append('call-raced', revision, [anEvent()]);
        written += 1;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    expect(await ended).toBe(0);
    const seen = await following;
    expect(seen.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(seen.map(({ revision }) => revision)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    await store.close();
  });

  it('may be killed at any moment: what it was answered is there, and nothing twice', async () => {
    const path = join(folder, 'killed.db');
    const writer = program(
      'writer.js',
      `import { writeSync } from 'node:fs';
       await Promise.all(Array.from({ length: 16 }, async () => {
         for (;;) {
           const one = event();
           await store.append('call-' + one.id, -1, [one]);
           writeSync(1, one.id + '\\n');
         }
       }));`,
    );
    let answered = '';
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const before = answered.length;
      child.stdout.on('data', (text: Buffer) => {
        answered += text.toString();
        if (answered.length > before + 4_000 + round * 3_000) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.on('close', resolve));
    }
    const store = openSqliteEventStore({ path });
    const ids = (await store.readAll(0, 100_000)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const acknowledged = answered
      .split('\n')
      .slice(0, -1)
      .filter((id) => id.length === 36);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
    await store.close();
  });
});

const onSmallDisk = (script: string, ...args: readonly string[]): string =>
  execFileSync(
    'unshare',
    [
      '-rm',
      'sh',
      '-c',
      `mount -t tmpfs -o size=1m tmpfs "$0" && "$@"`,
      join(folder, 'disk'),
      ...args,
      script,
      join(folder, 'disk', 'events.db'),
    ],
    { encoding: 'utf8' },
  );

/** Whether this machine lets us make a disk of one mebibyte. */
const canMakeDisks = ((): boolean => {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('a disk', () => {
  (canMakeDisks ? it : it.skip)('that is full makes the store unavailable, and it goes on when there is room', () => {
    mkdirSync(join(folder, 'disk'));
    const script = program(
      'full.js',
      `import { rmSync, writeFileSync } from 'node:fs';
       import { dirname } from 'node:path';
       const filler = dirname(process.argv[2]) + '/filler';
       writeFileSync(filler, 'x'.repeat(300 * 1024));
       const write = (stream) => store.append(stream, -1, [event({ text: 'x'.repeat(5000) })]);
       const answers = [];
       let failure;
       for (let n = 0; n < 1000 && !failure; n += 1)
         await write('call-' + n).then((answer) => answers.push(answer.position), (error) => (failure = error));
       const readable = (await store.readAll(0)).length;
       rmSync(filler);
       await write('call-after').then((answer) => answers.push(answer.position));
       const all = await store.readAll(0);
       console.log(JSON.stringify({ failure: { name: failure.name, message: failure.message }, readable, answers, positions: all.map((e) => e.position), last: all.at(-1).ordinal }));
       await store.close();`,
    );
    const told: unknown = JSON.parse(onSmallDisk(script, process.execPath));
    const answers = expect.anything();
    expect(told).toMatchObject({
      failure: { name: 'StoreUnavailable', message: expect.stringMatching(/disk/) },
      answers,
    });
    const {
      answers: given,
      positions,
      readable,
      last,
    } = told as Record<'answers' | 'positions', string[]> & Record<'readable' | 'last', number>;
    expect(given.length).toBeGreaterThan(5);
    expect(positions).toEqual(given);
    expect([readable, last]).toEqual([given.length - 1, given.length]);
  });

  it('that fails in the middle of a write loses nothing that was answered', async () => {
    const path = join(folder, 'limited.db');
    const script = program(
      'limited.js',
      `process.on('SIGXFSZ', () => undefined);
       let answered = 0;
       let failure;
       for (let n = 0; n < 1000 && !failure; n += 1)
         await store.append('call-' + n, -1, [event({ text: 'x'.repeat(5000) })]).then(() => (answered += 1), (error) => (failure = error));
       console.log(JSON.stringify([answered, (await store.readAll(0)).length, failure.name]));`,
    );
    // No file may grow beyond 512 KiB (or 256, where a block is half a kibibyte).
    const told = execFileSync('sh', ['-c', 'ulimit -f 512; exec "$0" "$@"', process.execPath, script, path], {
      encoding: 'utf8',
    });
    const [answered, readable, failure] = JSON.parse(told) as [number, number, string];
    expect([readable, failure]).toEqual([answered, 'StoreUnavailable']);
    const store = openSqliteEventStore({ path });
    expect(await store.readAll(0)).toHaveLength(answered);
    await store.append('call-after', noStream, [anEvent()]);
    expect(await store.head()).toBe(answered + 1);
    await store.close();
  });
});
