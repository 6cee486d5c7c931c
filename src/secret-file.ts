import { link, open, readFile, unlink } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';

const ownerOnly = 0o600;

/**
 * Reads a secret from its file, or makes it there, once, with rights for its owner only. Whole or not at all: a crash
 * leaves no half file, and of two processes that make it at once one is first and both have its secret.
 * @param make the secret, where there is none.
 */
export const secretFile = async (path: string, make: () => string): Promise<string> => {
  const known = await read(path);
  if (known !== null) return known;
  const beside = `${path}.${randomUUID()}`;
  await write(beside, make());
  try {
    await link(beside, path);
    await sync(dirname(path));
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    await unlink(beside);
  }
  return (await read(path)) ?? '';
};

/** Whether the system says this code. Not by `instanceof`: an error may come from another realm. */
export const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

const read = async (path: string): Promise<string | null> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
};

const write = async (path: string, secret: string): Promise<void> => {
  const file = await open(path, 'wx', ownerOnly);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Makes a new name in a folder durable. */
const sync = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
