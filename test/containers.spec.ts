import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { settingsFrom } from '../src/settings.js';

// No container runs here: this holds the files to each other (their forms: `npm run check:containers`). That they run has to
// be seen elsewhere.

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const textOf = (name: string): Promise<string> => readFile(join(root, name), 'utf8');

/** What a file of `docker/` sets. */
const settingsIn = async (name: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await textOf(name))
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

interface Service {
  readonly image?: string;
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly healthcheck?: object;
  readonly profiles?: readonly string[];
  readonly secrets?: readonly (string | { readonly source: string })[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('docker-compose.yml', () => {
  let compose: Compose;
  let secrets: string;
  beforeAll(async () => {
    compose = parse(await textOf('docker-compose.yml'), { merge: true }) as Compose;
    secrets = await mkdtemp(join(tmpdir(), 'rapport-secrets-'));
    await run(join(root, 'docker/make-secrets.sh'), [secrets]);
  });
  afterAll(() => rm(secrets, { recursive: true, force: true }));

  it('looks after the health of all that runs, and starts in order', () => {
    const running = Object.entries(compose.services).filter(([, { restart }]) => restart === 'always');
    expect(running.map(([name]) => name)).toEqual(['kurrentdb', 'kurrentdb-2', 'kurrentdb-3', 'postgres', 'rapport']);
    for (const [, { healthcheck }] of running) expect(healthcheck).toBeDefined();
    expect(compose.services['rapport']?.depends_on).toEqual({
      'kurrentdb-user': { condition: 'service_completed_successfully' },
      postgres: { condition: 'service_healthy' },
    });
    expect(compose.services['kurrentdb-user']?.depends_on).toEqual({ kurrentdb: { condition: 'service_healthy' } });
    expect(running.filter(([, { profiles }]) => profiles?.includes('cluster')).map(([name]) => name)).toEqual([
      'kurrentdb-2',
      'kurrentdb-3',
    ]);
  });

  it('keeps what must outlive a container in volumes, and Rapport keeps nothing', () => {
    const kept = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((it) => it.split(':')[0]));
    expect(kept.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(compose.services['rapport']).toMatchObject({ read_only: true });
    expect(compose.services['rapport']).not.toHaveProperty('volumes');
  });

  it('names no image that changes under its name', () => {
    for (const { image = '' } of Object.values(compose.services)) expect(image).toMatch(/:[\w.-]*\d+\.\d+[\w.-]*$/);
  });

  it('hands secrets over as files only, each to those who use it', () => {
    for (const { environment = {} } of Object.values(compose.services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|KEY|READ_STORE_URL/.test(name))
          expect(`${name}=${value}`).toMatch(/_FILE=\/(run\/secrets|etc)\//);
    for (const service of Object.values(compose.services)) {
      const given = (service.secrets ?? []).map((secret) => (typeof secret === 'string' ? secret : secret.source));
      for (const name of given) expect(Object.keys(compose.secrets)).toContain(name);
    }
    expect(compose.services['rapport']?.secrets).not.toContain('kurrentdb_admin_password');
    expect(compose.services['rapport']?.secrets).not.toContain('postgres_password');
  });

  it('uses secrets that docker/make-secrets.sh makes, once', async () => {
    const made = await readdir(secrets);
    for (const { file } of Object.values(compose.secrets)) expect(made).toContain(basename(file));
    expect((await stat(secrets)).mode & 0o777).toBe(0o700);
    expect((await stat(join(secrets, 'ca.key'))).mode & 0o777).toBe(0o600);
    await run('openssl', ['verify', '-CAfile', join(secrets, 'ca.crt'), join(secrets, 'node.crt')]);

    const before = await Promise.all(made.map((name) => readFile(join(secrets, name))));
    await run(join(root, 'docker/make-secrets.sh'), [secrets]);
    expect(await Promise.all(made.map((name) => readFile(join(secrets, name))))).toEqual(before);
  });

  it.each(['one', 'three'])('gives settings that Rapport takes, for %s', async (nodes) => {
    const { environment = {} } = compose.services['rapport'] ?? {};
    const inFile = await settingsIn(`docker/${nodes}.env`);
    const here = Object.fromEntries(
      Object.entries({ ...inFile, ...environment }).map(([name, value]) => {
        const secret = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1];
        return [name, secret === undefined ? value : join(secrets, basename(compose.secrets[secret]?.file ?? ''))];
      }),
    );
    const { eventStore, readStore, claimsKey, adminKey } = settingsFrom({ ...here, LOG_LEVEL: 'info' });
    expect([eventStore.kind, readStore.kind]).toEqual(['kurrentdb', 'postgres']);
    expect(claimsKey?.text).toMatch(/^[0-9a-f]{64}$/);
    expect(adminKey?.text).toMatch(/^rapport_/);
  });

  describe('nodes of KurrentDB', () => {
    const names = ['kurrentdb', 'kurrentdb-2', 'kurrentdb-3'];
    let volumes: string;
    beforeEach(async () => {
      volumes = await mkdtemp(join(tmpdir(), 'rapport-volumes-'));
      for (const name of names) await mkdir(join(volumes, name));
    });
    afterEach(() => rm(volumes, { recursive: true, force: true }));

    /** What the server would be given; rejected where its container ends before. */
    const start = async (name: string, nodes: string): Promise<{ readonly stdout: string }> => {
      const { entrypoint = [], env_file = [], environment = {}, volumes: mounted } = compose.services[name] ?? {};
      expect(mounted).toEqual([`${name}-data:/var/lib/kurrentdb`]);
      expect(env_file).toEqual(['docker/${KURRENTDB_NODES:-one}.env']);
      const [shell = '', ...rest] = entrypoint.map((part) =>
        part
          .replaceAll('$$', '$')
          .replaceAll('/run/secrets', secrets)
          .replaceAll('/var/lib/kurrentdb', join(volumes, name))
          .replace('/opt/kurrentdb/KurrentDB', 'env'),
      );
      // A home without settings of a shell.
      const env = {
        PATH: process.env['PATH'],
        HOME: secrets,
        ...(await settingsIn(`docker/${nodes}.env`)),
        ...environment,
      };
      return run(shell, rest, { env });
    };

    it('start as three with both halves', async () => {
      for (const name of names) {
        const { stdout } = await start(name, 'three');
        expect(stdout).toMatch(/^KURRENTDB_CLUSTER_SIZE=3$/m);
        expect(stdout).toContain(`KURRENTDB_GOSSIP_SEED=${names.map((it) => `${it}:2113`).join(',')}\n`);
        expect(stdout).toContain(`KURRENTDB_NODE_HOST_ADVERTISE_AS=${name}\n`);
        expect(stdout).toMatch(/^KURRENTDB_DEFAULT_ADMIN_PASSWORD=[0-9a-f]{48}$/m);
        expect(stdout).toMatch(/^KURRENTDB_DEFAULT_OPS_PASSWORD=[0-9a-f]{48}$/m);
      }
    });

    it('start as one without', async () => {
      expect((await start('kurrentdb', 'one')).stdout).not.toContain('KURRENTDB_CLUSTER_SIZE');
    });

    it.each(['kurrentdb-2', 'kurrentdb-3'])(
      'are no servers of their own where only the profile is given: %s',
      async (name) => {
        await expect(start(name, 'one')).rejects.toMatchObject({
          code: 1,
          stdout: '',
          stderr: `${name} does not start: it is one of three nodes, and KURRENTDB_NODES is not three. Give both: KURRENTDB_NODES=three docker compose --profile cluster up -d\n`,
        });
      },
    );

    it.each([
      { begun: 'one', then: 'three', told: /^kurrentdb does not start: .* with nodes: 1, .* with nodes: 3\./ },
      { begun: 'three', then: 'one', told: /^kurrentdb does not start: .* with nodes: 3, .* with nodes: 1\./ },
    ])('are as many as the log was begun with: $begun, not $then', async ({ begun, then, told }) => {
      await start('kurrentdb', begun);
      await expect(start('kurrentdb', then)).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(told),
      });
      await start('kurrentdb', begun);
    });
  });
});

describe('Dockerfile', () => {
  it('is well formed', async () => {
    expect(validate(await textOf('Dockerfile'))).toEqual([]);
  });

  it('runs the Node that the tests run under, in a stage without tools, as nobody special, and watched', async () => {
    const text = await textOf('Dockerfile');
    const { devDependencies } = JSON.parse(await textOf('package.json')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    expect(text).toContain(`ARG NODE=${devDependencies['node']}-`);
    const last = text.slice(text.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).not.toMatch(/^RUN /m);
    expect(last.match(/^COPY(?! --from=build).*$/gm)).toEqual(['COPY docker/prepare-kurrentdb.mjs docker/']);
  });

  it('finds what it copies in the build context', async () => {
    const kept = (await textOf('.dockerignore')).split('\n').filter((line) => line.startsWith('!'));
    const copied = [...(await textOf('Dockerfile')).matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      await stat(join(root, path));
      expect(kept).toContain(`!${path}`);
    }
  });
});
