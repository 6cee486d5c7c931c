import type { StoresLog } from './stores-log.js';
import { type Settings, SettingsRefused, settingsFrom } from './settings.js';

/** What a command of the command line has of the world around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder named by `--data`; it goes before the environment's. */
  readonly data: string | undefined;
  /** Given at SIGINT and SIGTERM: what is committed stays, and the command ends in order. */
  readonly signal: AbortSignal;
  /** What was asked for goes here, and nothing else. */
  readonly out: NodeJS.WritableStream;
  /** What is told beside it: progress, warnings. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Done, or done in part: what failed was told. Whatever ends a command is thrown. */
export type ExitStatus = 0 | 1;

/** The command line or the settings are wrong: every fault, each a sentence. Nothing was done. */
export class UsageRefused extends Error {
  override readonly name = 'UsageRefused';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** It could not be done, for a reason that the message tells a person in full. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/**
 * The settings of a command.
 * @param faults what else is wrong with how it was called.
 * @throws UsageRefused with these and with every fault of the settings.
 */
export const settingsFor = ({ env, data }: Surroundings, faults: readonly string[] = []): Settings => {
  try {
    const settings = settingsFrom(data === undefined ? env : { ...env, RAPPORT_DATA: data });
    if (faults.length === 0) return settings;
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    throw new UsageRefused([...faults, ...error.faults.map(({ setting, message }) => `${setting} ${message}`)]);
  }
  throw new UsageRefused(faults);
};

/** Writes a line. */
export const say = (to: NodeJS.WritableStream, line: string): void => void to.write(`${line}\n`);

/** Tells a person what a store has to say while it is opened and used. */
export const toldOn = (err: NodeJS.WritableStream): StoresLog => ({
  warn: ({ reason, error }, message) =>
    say(err, [message, reason ?? error].filter((part) => typeof part === 'string').join(': ')),
});

/** A count as people read it. */
export const counted = (count: number): string => count.toLocaleString('en-GB');
