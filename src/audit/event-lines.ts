import { createReadStream } from 'node:fs';
import { type CarriedEvent, carriedFrom } from './cloud-event.js';

/** An event of an export, and where it stands in the file. */
export interface EventLine extends CarriedEvent {
  /** From 1. */
  readonly line: number;
  /** Bytes of the file up to the end of this line. */
  readonly bytesRead: number;
  /** Bytes of the line. */
  readonly bytes: number;
}

/** A line of an export says what cannot be imported. The lines before it stand. */
export class LineRefused extends Error {
  override readonly name = 'LineRefused';
  constructor(
    readonly line: number,
    reason: string,
  ) {
    super(`Line ${line}: ${reason}.`);
  }
}

// The longest event that a log takes has a megabyte of data and one of provenance; escapes may double them.
const lineBytesMax = 8 * 1024 * 1024;
const newline = 0x0a;

/**
 * The events of an export, line by line; empty lines are passed over.
 * @throws LineRefused at the first line that is none.
 */
export async function* eventLines(path: string): AsyncGenerator<EventLine> {
  let line = 0;
  let bytesRead = 0;
  for await (const bytes of linesOf(path)) {
    line += 1;
    bytesRead += bytes.length + 1;
    if (bytes.length > lineBytesMax) throw new LineRefused(line, `it is longer than ${lineBytesMax} bytes`);
    if (bytes.length > 0) yield { ...eventOf(bytes, line), line, bytesRead, bytes: bytes.length };
  }
}

/** Lines end at a line feed and at nothing else: JSON may hold the other line ends of Unicode. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    // A file without lines is not read as a whole before it is refused.
    if (restBytes > lineBytesMax) break;
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

const eventOf = (bytes: Buffer, line: number): CarriedEvent => {
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw new LineRefused(line, 'it is no JSON; the file may have been cut short');
  }
  const carried = carriedFrom(value);
  if ('faults' in carried) throw new LineRefused(line, carried.faults.join('; '));
  return carried;
};
