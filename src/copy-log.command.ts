import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { holdClaimsKey } from './carried-claims-key.js';
import { claimsKeyOf, parseClaimsKey } from './claims-key.js';
import {
  CommandFailed,
  counted,
  type ExitStatus,
  say,
  settingsFor,
  type Surroundings,
  toldOn,
  UsageRefused,
} from './command.js';
import { type CopiedLog, copyLog, CopyDiffers, CopyRefused, type TellCopy } from './event-sourcing/copy-log.js';
import type { EventLog } from './event-sourcing/event-store.js';
import { keyedHash } from './event-sourcing/keyed-hash.js';
import { asStored } from './event-sourcing/upcaster.js';
import { logOf } from './log-of.js';
import { type Progress, progressOf } from './progress.js';
import type { Settings } from './settings.js';
import { openEventStore } from './stores.js';

export interface CopyLogOptions {
  /** Both as `EVENT_STORE_URL` names a log. */
  readonly from: string;
  readonly to: string;
  /** A file; needed only where the key does not stand beside the log. */
  readonly claimsKey?: string;
  /** What is recorded while it copies is left for another run, and that is well. */
  readonly soFar?: boolean;
}

/** `rapport copy-log`: a log, as another one of the same events, on this store or another. */
export const copyLogCommand = async (
  { from, to, claimsKey, soFar = false }: CopyLogOptions,
  around: Surroundings,
): Promise<ExitStatus> => {
  const missing = claimsKey === undefined || existsSync(claimsKey) ? [] : [`There is no file ${claimsKey}.`];
  const source = settingsAt('--from', from, around, missing);
  const target = settingsAt('--to', to, around);
  // As they stand: a copy is the log, not what today's program makes of it.
  const sourceLog = await logOf(source, around, asStored);
  try {
    const fingerprint = await claimsKeyOf(sourceLog);
    await placeClaimsKey({ source, target, fingerprint, given: claimsKey });
    const targetLog = await openEventStore(target, toldOn(around.err), { upcast: asStored });
    try {
      const copied = await copy(sourceLog, targetLog, around);
      tell(copied, fingerprint, around);
      return copied.grown && !soFar ? tellGrown(around) : 0;
    } finally {
      await targetLog.close();
    }
  } finally {
    await sourceLog.close();
  }
};

/** The settings, but for the log that an option names in place of the environment. */
const settingsAt = (option: string, url: string, around: Surroundings, faults: readonly string[] = []): Settings => {
  try {
    return settingsFor(
      { ...around, env: { ...around.env, EVENT_STORE_URL: url, EVENT_STORE_URL_FILE: undefined } },
      faults,
    );
  } catch (error) {
    if (!(error instanceof UsageRefused)) throw error;
    throw new UsageRefused(error.faults.map((fault) => fault.replace(/^EVENT_STORE_URL\b/, option)));
  }
};

interface KeyToPlace {
  readonly source: Settings;
  readonly target: Settings;
  readonly fingerprint: string | undefined;
  readonly given: string | undefined;
}

/** A log in a file has its key beside it; who serves a log on a server is told which key it is. */
const placeClaimsKey = async ({ source, target, fingerprint, given }: KeyToPlace): Promise<void> => {
  const folder = folderOf(target);
  if (folder === undefined) {
    holdGivenKey(target, fingerprint);
    return;
  }
  const beside = join(folderOf(source) ?? source.dataFolder, 'claims.key');
  await holdClaimsKey(
    { named: 'The log', fingerprint, given: given ?? (existsSync(beside) ? beside : undefined) },
    folder,
  );
};

/** Whoever moves a log with the settings of the service that is to serve it learns here that its key is another. */
const holdGivenKey = ({ claimsKey }: Settings, fingerprint: string | undefined): void => {
  if (claimsKey === undefined || fingerprint === undefined) return;
  const given = keyedHash(parseClaimsKey(claimsKey.text, 'RAPPORT_CLAIMS_KEY')).fingerprint;
  if (given !== fingerprint)
    throw new UsageRefused([
      `RAPPORT_CLAIMS_KEY is the key of fingerprint ${given}; the log names its claims with ${fingerprint}.`,
    ]);
};

/** The data folder of a log in a file. */
const folderOf = ({ eventStore }: Settings): string | undefined =>
  eventStore.kind === 'sqlite' ? dirname(eventStore.path) : undefined;

const labels: Readonly<Record<Parameters<TellCopy>[0], string>> = {
  comparing: 'Comparing what stands',
  copying: 'Copying',
  verifying: 'Verifying',
};

const copy = async (source: EventLog, target: EventLog, around: Surroundings): Promise<CopiedLog> => {
  let shown: { readonly at: string; readonly progress: Progress } | undefined;
  const onProgress: TellCopy = (at, done, total) => {
    if (shown?.at !== at) {
      shown?.progress.stop();
      shown = { at, progress: progressOf(labels[at], around) };
    }
    shown.progress.to(done, total);
  };
  try {
    return await copyLog({ source, target, signal: around.signal, onProgress });
  } catch (error) {
    if (error instanceof CopyRefused || error instanceof CopyDiffers) throw new CommandFailed(error.message);
    throw error;
  } finally {
    shown?.progress.stop();
  }
};

const tell = (
  { copied, known, streams, digest, followers }: CopiedLog,
  fingerprint: string | undefined,
  { out }: Surroundings,
): void => {
  const before = known === 0 ? '' : ` ${counted(known)} stood there already.`;
  say(out, `${counted(copied)} events copied.${before}`);
  say(out, `Verified: ${counted(copied + known)} events in ${counted(streams)} streams, every stream the same.`);
  say(out, `Digest of the log: ${digest}`);
  if (followers.length > 0) say(out, `Positions carried over: ${followers.join(', ')}.`);
  if (fingerprint !== undefined) say(out, `Whoever serves it needs the claims' key of fingerprint ${fingerprint}.`);
};

/** A service that changed over to the copy now would go back to before what it told its clients. */
const tellGrown = ({ err }: Surroundings): ExitStatus => {
  say(err, 'The log was written to meanwhile. Stop what writes to it and run this again: it copies the rest.');
  return 1;
};
