import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandFailed, counted, type ExitStatus, say, settingsFor, type Surroundings } from '../command.js';
import { asStored } from '../event-sourcing/upcaster.js';
import { logOf } from '../log-of.js';
import { progressOf } from '../progress.js';
import { exportedEvents } from './export-events.js';

/** `rapport export events`: the log as CloudEvents lines, to a file or (`-`) to standard output. */
export const exportEventsCommand = async (file: string, around: Surroundings): Promise<ExitStatus> => {
  const toFile = file === '-' ? undefined : resolve(file);
  const folder = toFile === undefined ? undefined : dirname(toFile);
  const faults = folder === undefined || existsSync(folder) ? [] : [`There is no folder ${folder}.`];
  // As they stand: an export is the log, not what today's program makes of it.
  const store = await logOf(settingsFor(around, faults), around, asStored);
  const progress = progressOf('Exporting', around, store.ordinalUnit);
  let events = 0;
  const pages = exportedEvents(
    store,
    (exported) => {
      events = exported.events;
      progress.to(exported.ordinal, exported.head);
    },
    around.signal,
  );
  try {
    await (toFile === undefined ? toStandardOutput(pages, around.out) : toFileAtOnce(pages, toFile));
  } finally {
    progress.stop();
    await store.close();
  }
  say(around.err, `${counted(events)} events exported${toFile === undefined ? '' : ` to ${toFile}`}.`);
  return 0;
};

const toStandardOutput = async (pages: AsyncIterable<string>, out: NodeJS.WritableStream): Promise<void> => {
  try {
    await pipeline(Readable.from(pages), out, { end: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE')
      throw new CommandFailed('Whoever read the export stopped reading.');
    throw error;
  }
};

/** The file is there when it is whole and on disk, and not before: an older one of its name stays until then. */
const toFileAtOnce = async (pages: AsyncIterable<string>, path: string): Promise<void> => {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  // It holds what was said in confidence.
  const file = await open(beside, 'wx', 0o600);
  try {
    try {
      for await (const page of pages) await file.writeFile(page);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
