import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, glob, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Options, transformFile } from '@swc/core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// As jest.config.js has it.
const options: Options = {
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
};

/**
 * The program that a test's child processes run: the sources as they are now, translated within a second. A `dist` that
 * was built before the last change would not be them, and building it anew would pull it from under others who use it.
 */
const translated = async (): Promise<string> => {
  const sources: string[] = [];
  for await (const path of glob('src/**/*.ts', { cwd: root }))
    if (!/\.(?:spec|d|contract)\.ts$/.test(path)) sources.push(path);
  sources.sort();
  const digest = createHash('sha256');
  for (const path of sources) {
    const { mtimeMs, size } = await stat(join(root, path));
    digest.update(`${path} ${mtimeMs} ${size}\n`);
  }
  const folder = join(root, 'node_modules/.cache/rapport', digest.digest('hex').slice(0, 16));
  const program = join(folder, 'dist/cli.js');
  if (await exists(program)) return program;

  const beside = `${folder}.${process.pid}`;
  for (const path of sources) {
    const { code } = await transformFile(join(root, path), options);
    const target = join(beside, path.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
  await copyFile(join(root, 'package.json'), join(beside, 'package.json'));
  // Another process of this test run may have been faster.
  await rename(beside, folder).catch(() => rm(beside, { recursive: true, force: true }));
  return program;
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
};

let program: Promise<string> | undefined;

/** The programs of the threads of a service in this process: no thread can load what jest translates. */
export const threadPrograms = async (): Promise<URL> => new URL('./', pathToFileURL(await (program ??= translated())));

/** How long queries of a test wait for `atLeast`: a machine that has much else to do takes longer than a service has to. */
export const waitMs = '60000';

export interface RapportOptions {
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `rapport` with these arguments, as a process of its own. */
export const startRapport = async (
  args: readonly string[],
  { data, env = {} }: RapportOptions = {},
): Promise<ChildProcess> => {
  const cli = await (program ??= translated());
  // The test runner's own options would slow the child down, and warn.
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  return spawn(process.execPath, [cli, ...(data === undefined ? [] : ['--data', data]), ...args], {
    env: { ...inherited, LOG_LEVEL: 'silent', PORT: '0', RAPPORT_WAIT_MS: waitMs, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};

export interface Ended {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export const ended = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve, reject) => {
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });

/** Runs `rapport` with these arguments to its end. */
export const rapport = async (args: readonly string[], options?: RapportOptions): Promise<Ended> =>
  ended(await startRapport(args, options));
