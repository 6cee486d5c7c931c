import { chmod, link, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyContext, Keys } from './keys.js';
import { type Token, newToken, tokenFrom, tokenText } from './token.js';

const ownerOnly = 0o600;

/** What the program does by itself is recorded under its own name. */
const byItself = (commandId: string): KeyContext => ({
  actor: 'rapport',
  actorKind: 'policy',
  credential: 'first-start',
  correlationId: commandId,
  commandId,
});

/** The admin key that was given by a setting is not the one of this log: the instances of a service have one. */
export class AdminKeyRefused extends Error {
  override readonly name = 'AdminKeyRefused';
}

/**
 * Makes the first admin key, once in the life of a log, and writes its token with owner-only rights.
 * @returns the file's place where a key was made now, else null.
 */
export const ensureAdminKey = async (keys: Keys, dataFolder: string): Promise<string | null> => {
  if ((await keys.firstAdmin()) !== undefined) return null;
  const path = join(dataFolder, 'admin.key');
  // The file first: a crash in between leaves a token that the next start makes a key of, never a key without a token.
  const token = (await written(path)) ?? (await write(path, newToken()));
  await keys.make('admin', 'admin', byItself(token.keyId), token);
  return path;
};

/**
 * Makes the given token the log's first admin key, or holds it against the admin keys that the log has.
 * @throws AdminKeyRefused where it is none of them. Of two that are made at once, the later is revoked and refused.
 */
export const holdAdminKey = async (keys: Keys, given: string): Promise<void> => {
  const token = tokenFrom(given);
  if (token === undefined) throw new AdminKeyRefused('RAPPORT_ADMIN_KEY holds no token.');
  if ((await keys.firstAdmin()) === undefined) {
    await keys.make('admin', 'admin', byItself(token.keyId), token);
    if ((await keys.firstAdmin()) !== token.keyId) await keys.revoke(token.keyId, byItself(`${token.keyId} revoked`));
  }
  const credential = await keys.credentialOf(given);
  if (credential?.role !== 'admin')
    throw new AdminKeyRefused(
      `RAPPORT_ADMIN_KEY (${token.keyId}) is no admin key of this log, or a revoked one. Give the one that the other instances have, or none.`,
    );
};

const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

const written = async (path: string): Promise<Token | undefined> => {
  try {
    const token = tokenFrom((await readFile(path, 'utf8')).trim());
    if (token !== undefined) await chmod(path, ownerOnly);
    return token;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** Writes the token; where another process was first, its token is the one. */
const write = async (path: string, token: Token): Promise<Token> => {
  const beside = `${path}.${token.keyId}`;
  const file = await open(beside, 'wx', ownerOnly);
  try {
    await file.writeFile(`${tokenText(token)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    const theirs = await written(path);
    if (theirs === undefined) {
      // A file that holds no token, such as one that a full disk cut short.
      await rename(beside, path);
      return token;
    }
    await unlink(beside);
    return theirs;
  }
  await unlink(beside);
  return token;
};
