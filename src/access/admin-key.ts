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

/**
 * Makes the first admin key, once in the life of a log, and writes its token with owner-only rights.
 * @returns the file's place where a key was made now, else null.
 */
export const ensureAdminKey = async (keys: Keys, dataFolder: string): Promise<string | null> => {
  if (await keys.hasAdmin()) return null;
  const path = join(dataFolder, 'admin.key');
  // The file first: a crash in between leaves a token that the next start makes a key of, never a key without a token.
  const token = (await written(path)) ?? (await write(path, newToken()));
  await keys.make('admin', 'admin', byItself(token.keyId), token);
  return path;
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
