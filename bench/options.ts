import { parseArgs } from 'node:util';
import { SettingsRefused, settingsFrom } from '../src/settings.js';
import { Refused } from './refused.js';

/** What the bench was asked for. */
export interface Options {
  /** Where the rows are written as JSON. */
  readonly json: string | undefined;
  /** Parts of the names of the families to run; empty for all. */
  readonly only: readonly string[];
  /** By what all sizes are multiplied: 1 for the sizes that the goals name. */
  readonly scale: number;
  /** Takes the large log at the goal's whole size, 2x10^6 events, and not at half of it. */
  readonly full: boolean;
  /** Keeps the folder with the logs. */
  readonly keep: boolean;
  /** Where services and rebuilds leave CPU profiles. */
  readonly profile: string | undefined;
  /** Connection string of the KurrentDB that holds the logs; undefined for SQLite. */
  readonly eventStore: string | undefined;
  /** Address of a PostgreSQL where databases may be made for the rows; undefined for SQLite. */
  readonly readStore: string | undefined;
}

export const usage = `npm run bench -- [options]
  --only ROW       only families of rows with this in their name (several allowed)
  --json FILE      writes the rows as JSON
  --full           the large log with 2x10^6 events, not 10^6 (some minutes more)
  --scale FACTOR   smaller sizes, say 0.01: for a smoke test, since goals hold at 1
  --profile DIR    services and rebuilds leave CPU profiles there
  --keep           the folder with the logs is kept, and named
  --event-store URL, --read-store URL
                   the stores to measure: esdb://..., postgres://... (a user who may create databases); else SQLite`;

/** A store of a server; undefined for SQLite. @throws Refused, without the URL, which may hold a password. */
const storeAt = (option: 'event-store' | 'read-store', url: string | undefined): string | undefined => {
  if (url === undefined || url === 'sqlite:') return undefined;
  if (url.startsWith('sqlite:'))
    throw new Refused(`--${option}: SQLite is measured in a folder of the bench's own: write 'sqlite:'.`);
  if (url.includes('streamPrefix='))
    throw new Refused(`--${option} with a streamPrefix: the bench gives each of its logs one of its own.`);
  try {
    settingsFrom({ [option === 'event-store' ? 'EVENT_STORE_URL' : 'READ_STORE_URL']: url });
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    throw new Refused(`--${option} ${error.faults.map(({ message }) => message).join(' ')}`);
  }
  return url;
};

/** @throws Refused for what it does not know. */
export const optionsFrom = (args: readonly string[]): Options => {
  const parsed = ((): ReturnType<typeof parse> => {
    try {
      return parse(args);
    } catch (error) {
      throw new Refused(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    }
  })();
  if (parsed.help === true) throw new Refused(usage);
  const eventStore = storeAt('event-store', parsed['event-store']);
  const readStore = storeAt('read-store', parsed['read-store']);
  const scale = Number(parsed.scale ?? 1);
  if (!(scale > 0 && scale <= 1)) throw new Refused(`--scale ${String(parsed.scale)}: more than 0, at most 1.`);
  const { json, only = [], full = false, keep = false, profile } = parsed;
  return { json, only, scale, full, keep, profile, eventStore, readStore };
};

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      only: { type: 'string', multiple: true },
      scale: { type: 'string' },
      full: { type: 'boolean' },
      keep: { type: 'boolean' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
      'event-store': { type: 'string' },
      'read-store': { type: 'string' },
    },
  }).values;
