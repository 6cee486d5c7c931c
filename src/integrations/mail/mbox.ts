/** A larger mail is not read into memory. In bytes: 64 MiB, what mail servers let through and more. */
export const mailBytesMax = 64 * 2 ** 20;

/** A mail of an mbox, counted from 1. Without bytes: it was larger than `mailBytesMax`. */
export interface MailOfMbox {
  number: number;
  bytes?: Uint8Array<ArrayBuffer>;
}

/**
 * The mails of an mbox (RFC 4155; `mboxrd` for quoting): each starts at a line "From sender date" at the start or after an empty
 * line, which is left out, and every ">From " loses one ">". One mail is in memory at a time, whatever the size of the file.
 *
 * Our own and not a library: node-mbox and mbox-reader (2026) both start a new mail at any line that begins with "From ", dated
 * or not, in the middle of a paragraph too; node-mbox leaves ">From " quoted.
 */
export async function* mailsOfMbox(chunks: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<MailOfMbox> {
  let number = 0;
  let pieces: Buffer[] = [];
  let size = 0;
  let afterEmptyLine = true;
  /** The start of a line whose end is in the next chunk. */
  let rest: Buffer = Buffer.alloc(0);

  const keep = (piece: Buffer) => {
    if (number === 0 || piece.length === 0) return;
    size += piece.length;
    // What is too large is counted and dropped.
    if (size <= mailBytesMax) pieces.push(piece);
    else pieces = [];
  };
  const finished = (): MailOfMbox[] => {
    if (number === 0) return [];
    const mail = size > mailBytesMax ? { number } : { number, bytes: new Uint8Array(Buffer.concat(pieces)) };
    pieces = [];
    size = 0;
    return [mail];
  };

  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('An mbox is read as bytes');
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let keptTo = 0;
    let at = 0;
    for (let end = buffer.indexOf(newline, at); end !== -1; end = buffer.indexOf(newline, at)) {
      const first = buffer[at];
      if (first === letterF && afterEmptyLine && isPostmark(buffer, at, end)) {
        keep(buffer.subarray(keptTo, at));
        yield* finished();
        number += 1;
        keptTo = end + 1;
      } else if (first === quote && isQuotedFrom(buffer, at, end)) {
        keep(buffer.subarray(keptTo, at));
        keptTo = at + 1;
      }
      afterEmptyLine = end === at || (end === at + 1 && first === carriageReturn);
      at = end + 1;
    }
    keep(buffer.subarray(keptTo, at));
    rest = buffer.subarray(at);
    if (rest.length > lineBytesMax) {
      // No line of a mail is as long; what it is, it must not grow in memory, nor be searched again and again.
      keep(rest);
      rest = Buffer.alloc(0);
      afterEmptyLine = false;
    }
  }
  keep(rest);
  yield* finished();
}

/** In bytes. RFC 5322 allows 998. */
const lineBytesMax = 2 ** 20;

const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x3e;
const letterF = 0x46;

/**
 * "From " with a sender, a time of day and a year. The date is asked for because sentences start with "From " too, and not every
 * program that writes an mbox quotes them.
 */
function isPostmark(buffer: Buffer, start: number, end: number): boolean {
  if (end - start > 1000) return false;
  const line = buffer.toString('latin1', start, end);
  return /^From \S.*\d:\d\d.*\b(?:19|20)\d\d\b/.test(line);
}

function isQuotedFrom(buffer: Buffer, start: number, end: number): boolean {
  return /^>+From /.test(buffer.toString('latin1', start, Math.min(end, start + 100)));
}
