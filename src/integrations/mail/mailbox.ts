import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mailBytesMax, mailsOfMbox } from './mbox.js';

/** One mail as it lies on disk. `origin` names it for people: the file, and in an mbox `file#n`, counted from 1. */
export interface FoundMail {
  origin: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What is no mail, or cannot be read, and why. */
export interface FoundOther {
  origin: string;
  skipped: string;
}

/** A path that the caller named does not exist or cannot be entered. Nothing has been read then. */
export class PathMissing extends Error {
  constructor(path: string) {
    super(`There is no file or folder ${path}`);
  }
}

/**
 * The mails in files and folders, folders with all that is below them, in the order of their names, so that a second reading
 * meets them in the same order. A file whose first line starts with "From " is an mbox, whatever it is called, and is never held
 * in memory as a whole. Else a file is a single mail where it ends in .eml or .txt, in nothing, or lies in a Maildir (`cur`,
 * `new`). Hidden files and folders, links to folders, and mails of more than `mailBytesMax` are skipped.
 *
 * Throws `PathMissing` before the first mail where a path does not exist.
 */
export async function* mailsIn(paths: readonly string[]): AsyncGenerator<FoundMail | FoundOther> {
  for (const path of paths) {
    if (!(await exists(path))) throw new PathMissing(path);
  }
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    yield* isFolder ? mailsInFolder(path) : mailsInFile(path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function* mailsInFolder(folder: string): AsyncGenerator<FoundMail | FoundOther> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    yield { origin: folder, skipped: cannotBeRead(error) };
    return;
  }
  // By code unit and not by locale: the order must be the same on every machine.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) yield { origin: path, skipped: 'hidden' };
    else if (entry.isDirectory()) yield* mailsInFolder(path);
    else if (entry.isSymbolicLink() && !(await isFile(path))) yield { origin: path, skipped: 'a link to no file' };
    else if (entry.isFile() || entry.isSymbolicLink()) yield* mailsInFile(path);
    else yield { origin: path, skipped: 'no file' };
  }
}

// A link to a folder could lead back to where it stands.
async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

async function* mailsInFile(path: string): AsyncGenerator<FoundMail | FoundOther> {
  try {
    const { size, start } = startOf(path);
    if (start === 'From ') {
      const chunks = size <= readAtOnceMax ? [readFileSync(path)] : createReadStream(path, { highWaterMark: 2 ** 20 });
      for await (const { number, bytes } of mailsOfMbox(chunks)) {
        const origin = `${path}#${number}`;
        yield bytes === undefined ? { origin, skipped: tooLarge } : { origin, bytes };
      }
      return;
    }
    const ending = endingOf(path);
    if (!singleMailEndings.has(ending) && !isInMaildir(path)) yield { origin: path, skipped: `ends in ${ending}` };
    else if (size === 0) yield { origin: path, skipped: 'empty' };
    else if (size > mailBytesMax) yield { origin: path, skipped: tooLarge };
    else yield { origin: path, bytes: readFileSync(path) };
  } catch (error) {
    yield { origin: path, skipped: cannotBeRead(error) };
  }
}

/** In bytes. A larger mbox is read as a stream. */
const readAtOnceMax = 2 ** 20;

/**
 * The size of a file, in bytes, and its first five. Read without a promise, as small files are: a folder of 8,300 takes 0.1 s this
 * way and 2 s the other, and who waits for it is a command line.
 */
function startOf(path: string): { size: number; start: string } {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(5);
    return { size: fstatSync(file).size, start: buffer.toString('latin1', 0, readSync(file, buffer, 0, 5, 0)) };
  } finally {
    closeSync(file);
  }
}

const tooLarge = `larger than ${mailBytesMax / 2 ** 20} MiB`;

const singleMailEndings = new Set(['', '.eml', '.txt']);

/** What a person would call the ending. Numbers, digests and Maildir flags after the last full stop are part of the name. */
function endingOf(path: string): string {
  return /\.[a-z][a-z0-9]{0,9}$/i.exec(basename(path))?.[0].toLowerCase() ?? '';
}

// There a name ends in the name of the machine that delivered it.
function isInMaildir(path: string): boolean {
  return /^(?:cur|new)$/.test(basename(dirname(path)));
}

function cannotBeRead(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return `cannot be read: ${code}`;
}
