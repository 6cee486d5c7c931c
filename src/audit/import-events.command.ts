import { existsSync, statSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClaimsKey } from '../claims-key.js';
import {
  CommandFailed,
  counted,
  type ExitStatus,
  say,
  settingsFor,
  type Surroundings,
  UsageRefused,
  toldOn,
} from '../command.js';
import { keyedHash } from '../event-sourcing/keyed-hash.js';
import { progressOf } from '../progress.js';
import type { Settings } from '../settings.js';
import { openEventStore } from '../stores.js';
import { eventLines, LineRefused } from './event-lines.js';
import { importEvents, LogNotEmpty } from './import-events.js';

/** `rapport import events`: an export, as a log of its own. */
export const importEventsCommand = async (
  file: string,
  { claimsKey }: { readonly claimsKey: string | undefined },
  around: Surroundings,
): Promise<ExitStatus> => {
  const missing = [file, ...(claimsKey === undefined ? [] : [claimsKey])].filter((path) => !existsSync(path));
  const { dataFolder, ...settings } = settingsFor(
    around,
    missing.map((path) => `There is no file ${path}.`),
  );
  await inFile(file, () => holdKey(file, claimsKey, dataFolder));

  const store = await openEventStore({ dataFolder, ...settings }, toldOn(around.err));
  const progress = progressOf('Importing (bytes)', around);
  const { size } = statSync(file);
  try {
    const { imported, known } = await inFile(file, () =>
      importEvents(store, file, (read) => progress.to(Math.min(read, size), size), around.signal),
    );
    progress.stop();
    const before = known === 0 ? '' : ` ${counted(known)} stood there already.`;
    say(around.out, `${counted(imported)} events imported into ${placeOf(settings.eventStore)}.${before}`);
    return 0;
  } finally {
    progress.stop();
    await store.close();
  }
};

/** Where a log is, for a person: without a password. */
const placeOf = (eventStore: Settings['eventStore']): string =>
  eventStore.kind === 'sqlite'
    ? eventStore.path
    : eventStore.hosts.map(({ address, port }) => `${address}:${port}`).join(', ');

/** Tells a person in which file the line is, and what to do about it. */
const inFile = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LineRefused)
      throw new CommandFailed(`${file}: ${error.message} The lines before it stand; running it again goes on there.`);
    if (error instanceof LogNotEmpty) throw new CommandFailed(error.message);
    throw error;
  }
};

/**
 * Sees to it that the data folder has the key by which the export names its claims. With another, or none, every handle
 * could be taken a second time.
 */
const holdKey = async (file: string, given: string | undefined, dataFolder: string): Promise<void> => {
  const fingerprint = await fingerprintIn(file);
  if (fingerprint === undefined) return;
  const place = join(dataFolder, 'claims.key');
  const [standing, offered] = [await keyIn(place), given === undefined ? undefined : await keyIn(given)];
  const key = standing ?? offered;
  if (key === undefined)
    throw new UsageRefused([
      `${file} names its claims with the key of fingerprint ${fingerprint}. Give that key with --claims-key FILE: it is the file claims.key beside the log that was exported.`,
    ]);
  for (const [path, its] of [
    [place, standing],
    [given ?? '', offered],
  ] as const)
    if (its !== undefined && its.fingerprint !== fingerprint)
      throw new UsageRefused([
        `${path} holds the key of fingerprint ${its.fingerprint}; ${file} names its claims with ${fingerprint}.`,
      ]);
  if (standing === undefined) await writeKey(place, dataFolder, key.text);
};

/** The export says by whose key its log names claims, in the log's own words: `ClaimsKeyTaken`. */
const fingerprintIn = async (file: string): Promise<string | undefined> => {
  for await (const { event } of eventLines(file)) {
    const { fingerprint } = event.data;
    if (event.type === 'ClaimsKeyTaken' && typeof fingerprint === 'string') return fingerprint;
  }
  return undefined;
};

const keyIn = async (path: string): Promise<{ readonly text: string; readonly fingerprint: string } | undefined> => {
  if (!existsSync(path)) return undefined;
  const text = (await readFile(path, 'utf8')).trim();
  return { text, fingerprint: keyedHash(parseClaimsKey(text, path)).fingerprint };
};

const writeKey = async (place: string, dataFolder: string, text: string): Promise<void> => {
  await mkdir(dataFolder, { recursive: true });
  const key = await open(place, 'wx', 0o600);
  try {
    await key.writeFile(`${text}\n`);
    await key.sync();
  } finally {
    await key.close();
  }
};
