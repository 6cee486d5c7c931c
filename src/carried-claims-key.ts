import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClaimsKey } from './claims-key.js';
import { UsageRefused } from './command.js';
import { keyedHash } from './event-sourcing/keyed-hash.js';

/** A log that comes from elsewhere, by whose key it names its claims, and where that key may be had. */
export interface CarriedLog {
  /** In messages: the file of an export, or the log that is copied. */
  readonly named: string;
  /** As the log says it in `ClaimsKeyTaken`; undefined where it holds no claims. */
  readonly fingerprint: string | undefined;
  /** The file given with `--claims-key`. */
  readonly given: string | undefined;
}

/**
 * Sees to it that the data folder has the key by which the log names its claims. With another, or none, every handle could
 * be taken a second time.
 * @throws UsageRefused where there is none to be had, or another one.
 */
export const holdClaimsKey = async ({ named, fingerprint, given }: CarriedLog, dataFolder: string): Promise<void> => {
  if (fingerprint === undefined) return;
  const place = join(dataFolder, 'claims.key');
  const [standing, offered] = [await keyIn(place), given === undefined ? undefined : await keyIn(given)];
  const key = standing ?? offered;
  if (key === undefined)
    throw new UsageRefused([
      `${named} names its claims with the key of fingerprint ${fingerprint}. Give that key with --claims-key FILE: it is the file claims.key in the data folder of the log's service.`,
    ]);
  for (const [path, its] of [
    [place, standing],
    [given ?? '', offered],
  ] as const)
    if (its !== undefined && its.fingerprint !== fingerprint)
      throw new UsageRefused([
        `${path} holds the key of fingerprint ${its.fingerprint}; ${named} names its claims with ${fingerprint}.`,
      ]);
  if (standing === undefined) await writeKey(place, dataFolder, key.text);
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
