import { type Address, addressParser, type Email } from 'postal-mime';

/** Somebody a mail names: the address as written, and the name beside it where there is one. */
export interface Correspondent {
  address: string;
  name?: string;
}

/** A mailing list as a mail names it: by its address, and where the mail does not say that, by the id of RFC 2919. */
export interface MailingList {
  address?: string;
  id?: string;
}

/** In UTF-16 units. What is asked for stands at the start; patterns that search must not meet megabytes. */
const valueMax = 4000;

function headersOf(email: Email, name: string): string[] {
  return email.headers.filter(({ key }) => key === name).map(({ value }) => value.slice(0, valueMax));
}

function headerOf(email: Email, name: string): string | undefined {
  return email.headers.find(({ key }) => key === name)?.value.slice(0, valueMax);
}

/** Those with an address, groups taken apart. */
export function correspondents(addresses: Address[] | undefined): Correspondent[] {
  return (addresses ?? []).flatMap((one) => {
    // A group ("friends: a@b, c@d;") stands for its members.
    if (one.address === undefined) return correspondents(one.group);
    const address = one.address.trim();
    if (!/^[^\s@]+@[^\s@]+$/.test(address)) return [];
    const name = oneLine(one.name).replace(/^["']|["']$/g, '');
    return name === '' || name.toLowerCase() === address.toLowerCase() ? { address } : { address, name };
  });
}

/**
 * From, but where a list has put its own address there (to pass DMARC) the author as the list hands them on. Sender is nobody to
 * fall back on: on a list it is the list.
 */
export function authorOf(email: Email): Correspondent | undefined {
  const [from] = correspondents(email.from && [email.from]);
  const list = listOf(email)?.address?.toLowerCase();
  if (from === undefined || from.address.toLowerCase() !== list) return from;
  const handedOn = [...(email.replyTo ?? []), ...addressParser(headerOf(email, 'x-original-from') ?? '')];
  const author = correspondents(handedOn).find(({ address }) => address.toLowerCase() !== list);
  const name = from.name?.replace(/ via .*$/i, '');
  return author && { ...(name && { name }), ...author };
}

/** Addresses in Delivered-To and X-Original-To. */
export function deliveredTo(email: Email): string[] {
  const values = [...headersOf(email, 'delivered-to'), ...headersOf(email, 'x-original-to')];
  return values.flatMap((value) => correspondents(addressParser(value)).map(({ address }) => address));
}

/** The list a copy came through. The address as a List-Post or its older kin give it, and the List-Id. */
export function listOf(email: Email): MailingList | undefined {
  const listPost = /<mailto:([^>?\s]+)/i.exec(headerOf(email, 'list-post') ?? '')?.[1];
  const mailingList = /^list ([^\s;]+@[^\s;]+)/i.exec(headerOf(email, 'mailing-list') ?? '')?.[1];
  const ezmlm = headersOf(email, 'delivered-to').map((value) => /^mailing list (\S+@\S+)/i.exec(value)?.[1]);
  const named = ['x-beenthere', 'x-mailing-list'].map(
    (name) => /[^\s<>,;]+@[^\s<>,;]+/.exec(headerOf(email, name) ?? '')?.[0],
  );
  const address = [listPost, ...named, mailingList, ...ezmlm].find((one) => one !== undefined);
  const id = /<([^<>\s]+)>\s*$/.exec(headerOf(email, 'list-id') ?? '')?.[1];
  if (address === undefined && id === undefined) return undefined;
  return { ...(address !== undefined && { address }), ...(id !== undefined && { id }) };
}

/** In characters. What is longer is an id of nothing; RFC 5322 allows a line 998. */
const messageIdMax = 998;

function idsIn(value: string | undefined): string[] {
  return (value?.match(/<[^<>]+>/g) ?? [])
    .map((id) => id.replace(/\s/g, ''))
    .filter((id) => id.length > 2 && id.length <= messageIdMax);
}

/** With angle brackets, which some leave out. */
export function messageIdOf(email: Email): string | undefined {
  const value = headerOf(email, 'message-id');
  const bare = value?.trim();
  return idsIn(value)[0] ?? (bare && /^[^\s<>]+$/.test(bare) && bare.length < messageIdMax ? `<${bare}>` : undefined);
}

/** Message-ID of the mail that this one answers: In-Reply-To, else the last of References. */
export function answeredBy(email: Email, own: string): string | undefined {
  // Older programs write a sentence with the author's address in brackets before the id: the id comes last.
  const references = email.references?.slice(-valueMax);
  const candidates = [idsIn(headerOf(email, 'in-reply-to')).at(-1), idsIn(references).at(-1)];
  return candidates.find((id) => id !== undefined && id !== own);
}

/** By RFC 3834 and what programs wrote before it. Precedence: bulk is no sign: lists set it on everybody's mails. */
export function isAutomatic(email: Email, author: Correspondent): boolean {
  const autoSubmitted = headerOf(email, 'auto-submitted')?.trim().toLowerCase();
  return (
    (autoSubmitted !== undefined && autoSubmitted !== 'no' && autoSubmitted !== '') ||
    /^(?:mailer-daemon|postmaster)@/i.test(author.address) ||
    /^\s*(?:junk|auto_reply)\b/i.test(headerOf(email, 'precedence') ?? '') ||
    /^multipart\/report\b/i.test(headerOf(email, 'content-type') ?? '') ||
    ['x-autoreply', 'x-autorespond'].some((name) => headerOf(email, name) !== undefined)
  );
}

/** In characters. RFC 5322 needs 31, and some name the zone in words. */
const dateLengthMax = 100;

/** Before that nobody sent a mail: a clock that was not set. */
const firstMailAt = Date.UTC(1971, 0, 1);

function timeOf(value: string | undefined): number | undefined {
  // Comments name the zone a second time, sometimes in other words.
  const date = value?.replace(/\([^()]*\)/g, ' ').trim() ?? '';
  if (!/\d/.test(date) || date.length > dateLengthMax) return undefined;
  // Without a zone it would be read in that of this machine, and come out otherwise on another.
  const hasZone = /(?:[+-]\d{2}:?\d{2}|\b(?:Z|UTC?|GMT|[ECMP][SD]T))\s*(?:\d{4})?$/i.test(date);
  const time = Date.parse(hasZone ? date : `${date} GMT`);
  return Number.isNaN(time) || time < firstMailAt ? undefined : time;
}

/** Milliseconds since 1970, by the sender's clock; undefined where there is no date, or one before there were mails. */
export function dateOf(email: Email): number | undefined {
  return timeOf(headerOf(email, 'date'));
}

/** Milliseconds since 1970, by the topmost Received line with a date: the server nearest to us wrote it. */
export function receivedAtOf(email: Email): number | undefined {
  for (const value of headersOf(email, 'received')) {
    const time = timeOf(value.slice(value.lastIndexOf(';') + 1));
    if (value.includes(';') && time !== undefined) return time;
  }
  return undefined;
}

/** On one line, without what cannot be stored as text. */
export function oneLine(text: string): string {
  return text.replaceAll('\0', '').replace(/\s+/g, ' ').trim().toWellFormed();
}
