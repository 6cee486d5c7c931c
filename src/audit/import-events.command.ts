import { existsSync, statSync } from 'node:fs';
import { holdClaimsKey } from '../carried-claims-key.js';
import { CommandFailed, counted, type ExitStatus, say, settingsFor, type Surroundings, toldOn } from '../command.js';
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
  await inFile(file, async () =>
    holdClaimsKey({ named: file, fingerprint: await fingerprintIn(file), given: claimsKey }, dataFolder),
  );

  const store = await openEventStore({ dataFolder, ...settings }, toldOn(around.err));
  const progress = progressOf('Importing', around, 'bytes');
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

/** The export says by whose key its log names claims, in the log's own words: `ClaimsKeyTaken`. */
const fingerprintIn = async (file: string): Promise<string | undefined> => {
  for await (const { event } of eventLines(file)) {
    const { fingerprint } = event.data;
    if (event.type === 'ClaimsKeyTaken' && typeof fingerprint === 'string') return fingerprint;
  }
  return undefined;
};
