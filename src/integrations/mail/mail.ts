import { createHash } from 'node:crypto';
import { convert } from 'html-to-text';
import PostalMime, { type Email } from 'postal-mime';
import {
  answeredBy,
  authorOf,
  type Correspondent,
  correspondents,
  dateOf,
  deliveredTo,
  isAutomatic,
  type MailingList,
  listOf,
  messageIdOf,
  oneLine,
  receivedAtOf,
} from './mail-header.js';
import { ownWordsOf } from '../../interactions/own-words.js';

/** What a mail says of itself, read without a judgement. Times are milliseconds since 1970. */
export interface Mail {
  /** With its angle brackets. Where the mail has none: `<sha256-...@rapport.invalid>`, made of `digest`. */
  messageId: string;
  from: Correspondent;
  to: Correspondent[];
  cc: Correspondent[];
  replyTo: Correspondent[];
  /** The mailbox it was put in, by Delivered-To and X-Original-To: all that is left of a Bcc. */
  deliveredTo: string[];
  list?: MailingList;
  /** By the sender's clock. Undefined: missing, or no date. */
  date?: number;
  /** By the topmost Received line that has a date: the clock of the server nearest to us. */
  receivedAt?: number;
  subject: string;
  /** The whole of it, line ends as `\n`; from HTML where there is no plain text. */
  text: string;
  /** Message-ID of the mail it answers: In-Reply-To, else the last of References. */
  inReplyTo?: string;
  /** Its subject starts as answers do ("Re:"): some programs answer without saying what. */
  saysReply: boolean;
  /** Sent by a program to tell about a mail (bounce, absence), and not by anybody. */
  automatic: boolean;
  /**
   * SHA-256, hexadecimal, of what the author sent: address, date, subject, own words. A copy that came by another route has the same:
   * a list's tag in the subject, its footer, white space and line ends do not count.
   */
  digest: string;
}

/** Reads one mail, with or without an mbox's first line; or says in words why it is none. It never throws. */
export async function readMail(bytes: Uint8Array<ArrayBuffer>): Promise<Mail | { noMail: string }> {
  const mail = withoutPostmark(bytes);
  if (!startsAsHeader(mail)) return { noMail: 'no mail: it does not start with a header' };
  try {
    // A mail inside a mail is somebody else's words: it stays an attachment.
    return mailFrom(await PostalMime.parse(mail, { rfc822Attachments: true }));
  } catch (error) {
    return { noMail: `no mail: ${error instanceof Error ? error.message : 'not to be parsed'}` };
  }
}

function mailFrom(email: Email): Mail | { noMail: string } {
  const from = authorOf(email);
  if (from === undefined) return { noMail: 'no author' };

  const subject = oneLine(email.subject ?? '').slice(0, subjectMax);
  const text = textOf(email);
  const date = dateOf(email);
  const receivedAt = receivedAtOf(email);
  const list = listOf(email);
  const digest = digestOf(from.address, date, subject, text);
  const messageId = messageIdOf(email) ?? `<sha256-${digest}@rapport.invalid>`;
  const inReplyTo = answeredBy(email, messageId);
  return {
    messageId,
    from,
    to: correspondents(email.to),
    cc: correspondents(email.cc),
    replyTo: correspondents(email.replyTo),
    deliveredTo: deliveredTo(email),
    ...(list && { list }),
    ...(date !== undefined && { date }),
    ...(receivedAt !== undefined && { receivedAt }),
    subject,
    text,
    ...(inReplyTo !== undefined && { inReplyTo }),
    saysReply: /^\s*(?:\[[^\]]*\]\s*)*re(?:\[\d+\])?\s*:/i.test(subject),
    automatic: isAutomatic(email, from),
    digest,
  };
}

/** Who wrote which mail, from its header alone: a fraction of the work of `readMail`. Undefined where either is missing. */
export async function readWhoWrote(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ messageId: string; author: Correspondent } | undefined> {
  const mail = withoutPostmark(bytes);
  if (!startsAsHeader(mail)) return undefined;
  const email = await PostalMime.parse(headerBytes(mail)).catch(() => undefined);
  const author = email && authorOf(email);
  const messageId = email && messageIdOf(email);
  return author && messageId !== undefined ? { messageId, author } : undefined;
}

function withoutPostmark(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isPostmark =
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(5, bytes.length)).toString('latin1') === 'From ';
  return isPostmark ? bytes.subarray(bytes.indexOf(0x0a) + 1 || bytes.length) : bytes;
}

/** A name, then a colon. RFC 5322 allows a name all that is printable; those in use keep to these, and JSON does not. */
function startsAsHeader(bytes: Uint8Array<ArrayBuffer>): boolean {
  return /^[a-z][\w.-]{0,99}[ \t]*:/i.test(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(120, bytes.length)).toString('latin1'),
  );
}

function headerBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const ends = [buffer.indexOf('\n\n'), buffer.indexOf('\n\r\n')].filter((end) => end !== -1);
  return bytes.subarray(0, Math.min(buffer.length, ...ends) + 1);
}

/** In UTF-16 units. A longer subject is an attack and not a subject; the rest of it is left out. */
const subjectMax = 1000;

/** In UTF-16 units. Of a longer HTML only the start is turned to text: what is kept of it is far less. */
const htmlMax = 2 ** 20;

/** In elements. Deeper ones are left out, where else a hostile mail would exhaust the stack. */
const htmlDepthMax = 200;

function textOf({ text, html }: Email): string {
  const plain = text !== undefined && (html === undefined || text.trim() !== '') ? text : textOfHtml(html ?? '');
  // Neither a NUL nor half a character can be stored as text everywhere.
  return plain.replace(/\r\n?/g, '\n').replaceAll('\0', '').toWellFormed().trimEnd();
}

function textOfHtml(html: string): string {
  return convert(html.slice(0, htmlMax), {
    wordwrap: false,
    limits: { maxDepth: htmlDepthMax },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'img', format: 'skip' },
    ],
  });
}

function digestOf(author: string, date: number | undefined, subject: string, text: string): string {
  const bareSubject = subject.replace(/\[[^\]]*\]/g, '');
  const parts = [author.toLowerCase(), date ?? '', bareSubject, ownWordsOf(text) || text];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => String(part).replace(/\s+/g, ''))))
    .digest('hex');
}
