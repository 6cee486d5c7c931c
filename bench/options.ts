import { parseArgs } from 'node:util';
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
}

export const usage = `npm run bench -- [options]
  --only ROW       only families of rows with this in their name (several allowed)
  --json FILE      writes the rows as JSON
  --full           the large log with 2x10^6 events, not 10^6 (some minutes more)
  --scale FACTOR   smaller sizes, say 0.01: for a smoke test, since goals hold at 1
  --profile DIR    services and rebuilds leave CPU profiles there
  --keep           the folder with the logs is kept, and named
  --event-store URL, --read-store URL
                   the stores to measure: so far 'sqlite:' alone, in a folder of the bench's own`;

/** The one store that this version measures; another one comes with its own raw baseline. */
const assertMeasured = (option: string, url: string | undefined): void => {
  if (url === undefined || url === 'sqlite:') return;
  throw new Refused(`--${option} ${url}: only 'sqlite:', in a folder of the bench's own, can be measured so far.`);
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
  assertMeasured('event-store', parsed['event-store']);
  assertMeasured('read-store', parsed['read-store']);
  const scale = Number(parsed.scale ?? 1);
  if (!(scale > 0 && scale <= 1)) throw new Refused(`--scale ${String(parsed.scale)}: more than 0, at most 1.`);
  const { json, only = [], full = false, keep = false, profile } = parsed;
  return { json, only, scale, full, keep, profile };
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
