import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Decider, Refusal } from './event-sourcing/decider.js';
import { deterministicId } from './event-sourcing/event-id.js';
import { type EventStore, noStream } from './event-sourcing/event-store.js';
import type { Fact } from './event-sourcing/fact.js';
import { type KeyedHash, keyedHash } from './event-sourcing/keyed-hash.js';
import { isAccepted, transactions } from './event-sourcing/transact.js';
import type { Secret } from './secret.js';
import { secretFile } from './secret-file.js';
import { normalFormRule } from './stakeholders/handle.js';

type ClaimsKeyFact = Fact<'ClaimsKeyTaken', { readonly fingerprint: string; readonly normalFormRule: number }>;
interface AnotherKey extends Refusal<'AnotherKey'> {
  readonly fingerprint: string;
}

/** Which key names the claims of this log: said once, by its fingerprint. */
const claimsKey: Decider<string | null, ClaimsKeyFact, ClaimsKeyFact, AnotherKey> = {
  category: 'claimskey',
  initialState: null,
  evolve: (_, { data }) => data.fingerprint,
  decide: (request, fingerprint) => {
    if (fingerprint === null) return [request];
    return fingerprint === request.data.fingerprint ? [] : { refused: 'AnotherKey', fingerprint };
  },
};

/** The key of the claims is not the one by which this log names them: with another, one handle would have two holders. */
export class ClaimsKeyRefused extends Error {
  override readonly name = 'ClaimsKeyRefused';
}

/** The fingerprint of the key by which the log names its claims; undefined where it was never served. */
export const claimsKeyOf = async (store: Pick<EventStore, 'readStream'>): Promise<string | undefined> => {
  const [taken] = await store.readStream(`${claimsKey.category}-log`, noStream, 1);
  const fingerprint = taken?.data['fingerprint'];
  return typeof fingerprint === 'string' ? fingerprint : undefined;
};

const keyBytes = 32;

/** A key in hexadecimal. */
export const claimsKeyShape = /^[0-9a-f]{64}$/i;

/** The key of the claims and where it was got. */
export interface ClaimsKeyPlace {
  readonly dataFolder: string;
  /** Given by a setting. */
  readonly claimsKey?: Secret;
}

/**
 * The key of the claims, as the setting says it or the data folder has it. At a log's first start it is made; later it is
 * not: a key of its own would be another than the log's.
 * @throws ClaimsKeyRefused
 */
export const claimsKeyAt = async (
  { dataFolder, claimsKey: given }: ClaimsKeyPlace,
  store: Pick<EventStore, 'readStream'>,
): Promise<Buffer> => {
  if (given !== undefined) return parseClaimsKey(given.text, 'RAPPORT_CLAIMS_KEY');
  const taken = await claimsKeyOf(store);
  if (taken !== undefined && !existsSync(keyFile(dataFolder)))
    throw new ClaimsKeyRefused(
      `This log names its claims with the key ${taken}, and there is none in ${dataFolder}. ${howToGive}`,
    );
  return claimsKeyFile(dataFolder);
};

const keyFile = (dataFolder: string): string => join(dataFolder, 'claims.key');
const howToGive = 'Give the key that the other instances have, with RAPPORT_CLAIMS_KEY_FILE.';

/** Reads the key of the claims from the data folder, or makes it there, once, with rights for its owner only. */
export const claimsKeyFile = async (dataFolder: string): Promise<Buffer> => {
  const path = keyFile(dataFolder);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  return parseClaimsKey(await secretFile(path, () => randomBytes(keyBytes).toString('hex')), path);
};

/** @throws ClaimsKeyRefused where the text is not sixty-four hexadecimal digits. `from` names the place in the message, never the text. */
export const parseClaimsKey = (text: string, from: string): Buffer => {
  if (!claimsKeyShape.test(text))
    throw new ClaimsKeyRefused(`${from} holds no claims' key: 64 hexadecimal digits are expected.`);
  return Buffer.from(text, 'hex');
};

/**
 * Binds the key to the log at the log's first start, and holds it against the log at every other.
 * @throws ClaimsKeyRefused where the log was begun under another key.
 */
export const bindClaimsKey = async (store: EventStore, key: Buffer): Promise<KeyedHash> => {
  const hash = keyedHash(key);
  const commandId = deterministicId('claims-key', hash.fingerprint);
  const outcome = await transactions(store).transact(
    claimsKey,
    'log',
    { type: 'ClaimsKeyTaken', data: { fingerprint: hash.fingerprint, normalFormRule } },
    {
      actor: 'rapport',
      actorKind: 'policy',
      credential: 'rapport',
      correlationId: commandId,
      commandId,
      inputDigest: hash.fingerprint,
    },
  );
  if (!isAccepted(outcome)) {
    const bound = 'fingerprint' in outcome ? outcome.fingerprint : 'another';
    throw new ClaimsKeyRefused(
      `This log names its claims with the key ${bound}; the key given is ${hash.fingerprint}. ${howToGive}`,
    );
  }
  return hash;
};
