import type { Mail } from './mail.js';
import type { Correspondent } from './mail-header.js';
import { ownWordsOf } from '../../interactions/own-words.js';

/** Whom a mail is to be read for. Addresses and words are compared without regard to case. */
export interface Readers {
  /** Who we are: addresses, or `@domain` for everybody at that domain and its subdomains. */
  us: readonly string[];
  /** Addresses of the mailing lists that are ours: what is sent there is sent to us. */
  ourLists: readonly string[];
  /** A mail between others is heard where its subject or text names one of these, as whole words; `*`: always. */
  about: readonly string[];
  /** Milliseconds since 1970. A time more than a day later is a wrong clock. */
  now: number;
  /** Who wrote the mail with that Message-ID, as far as mails have been read. */
  authorOf(messageId: string): Correspondent | undefined;
}

/** One interaction to record, in the shape of RecordInteractionInput. */
export interface MailInteraction {
  direction: 'inbound' | 'outbound' | 'observed';
  channel: 'email';
  act: 'reply' | 'question' | 'post' | 'comment';
  /** Milliseconds since 1970. */
  occurredAt: number;
  /** One to fifty, each address once. */
  with: MailParticipant[];
  /** Our addresses among author and addressees, as written. */
  ourPeople: string[];
  subject: string;
  /** The whole text, 64 KiB at most. */
  text: string;
  /** What the author wrote themselves: tone and language are to be read from this. Cut like `text`. */
  ownWords: string;
  inReplyTo?: { source: MailSource };
  /** The list's address (its List-Id where the mail does not say), in small letters; empty where there is no list. */
  topics: string[];
  source: MailSource;
  marks: MailMark[];
}

interface MailParticipant {
  handle: { channel: 'email'; address: string };
  name?: string;
  role: 'author' | 'addressee';
}

/** `id` is a Message-ID, with its angle brackets. */
interface MailSource {
  name: 'mail';
  id: string;
}

/** What is not as it was in the mail. */
type MailMark = 'text-cut' | 'date-from-received' | 'participants-cut';

/** In bytes of UTF-8: what one interaction's text may take. */
const textBytesMax = 64 * 1024;

/** What one interaction may name. */
const participantsMax = 50;

/**
 * What a mail is to us: an interaction, or nothing, with the reason.
 *
 * From us it is outbound, to the author of the mail it answers where that is known and is not us, else to those addressed. To us
 * or to a list of ours it is inbound. Between others it is observed where it names what we are about. Whoever else outside is
 * addressed by an inbound or observed mail is a participant too, so that their timelines show what they were told. Lists are
 * nobody. The act is never more than the mail shows: a reply, a question, a post or a comment.
 */
export function interactionOf(mail: Mail, readers: Readers): { record: MailInteraction } | { skip: string } {
  if (mail.automatic) return { skip: 'automatic mail' };
  const dated = dateOf(mail, readers.now);
  if (dated === undefined) return { skip: 'no usable date' };

  const ours = oursAmong(readers);
  const lists = listsOf(mail, readers);
  const addressed = [...mail.to, ...mail.cc];
  const outsiders = addressed.filter(({ address }) => !ours.has(address) && !lists.isList(address));
  const fromUs = ours.has(mail.from.address);
  // On a list, whose mailbox this copy lay in says who reads the list, and not to whom it was written.
  const reached = mail.list ? [] : mail.deliveredTo;
  const toUs =
    lists.isOurs || [...addressed.map(({ address }) => address), ...reached].some((address) => ours.has(address));
  if (!fromUs && !toUs && !isAbout(mail, readers.about)) return { skip: 'not about us' };

  const participants = fromUs
    ? toWhom(mail, outsiders, readers, ours)
    : [author(mail.from), ...outsiders.map(addressee)];
  const others = unique(participants);
  if (others.length === 0) return { skip: 'from us, to nobody outside' };

  const text = cut(mail.text);
  const ownWords = ownWordsOf(mail.text);
  return {
    record: {
      direction: fromUs ? 'outbound' : toUs ? 'inbound' : 'observed',
      channel: 'email',
      act: actOf(mail, ownWords, lists.topic !== undefined),
      occurredAt: dated.at,
      with: others.slice(0, participantsMax),
      ourPeople: [
        ...new Set([mail.from, ...addressed].map(({ address }) => address).filter((address) => ours.has(address))),
      ],
      subject: mail.subject,
      text,
      ownWords: cut(ownWords),
      ...(mail.inReplyTo !== undefined && { inReplyTo: { source: { name: 'mail', id: mail.inReplyTo } } }),
      topics: lists.topic === undefined ? [] : [lists.topic],
      source: { name: 'mail', id: mail.messageId },
      marks: [
        ...(text === mail.text ? [] : ['text-cut' as const]),
        ...(dated.fromReceived ? ['date-from-received' as const] : []),
        ...(others.length > participantsMax ? ['participants-cut' as const] : []),
      ],
    },
  };
}

const author = ({ address, name }: Correspondent): MailParticipant => ({
  handle: { channel: 'email', address },
  ...(name !== undefined && { name }),
  role: 'author',
});

const addressee = (who: Correspondent): MailParticipant => ({ ...author(who), role: 'addressee' });

function toWhom(mail: Mail, addressed: Correspondent[], readers: Readers, ours: Ours): MailParticipant[] {
  const answered = mail.inReplyTo === undefined ? undefined : readers.authorOf(mail.inReplyTo);
  return (answered && !ours.has(answered.address) ? [answered] : addressed).map(addressee);
}

/** The first of each address: somebody who writes to a list they are on is the author and not an addressee as well. */
function unique(participants: MailParticipant[]): MailParticipant[] {
  const byAddress = new Map<string, MailParticipant>();
  for (const one of participants) {
    const address = one.handle.address.toLowerCase();
    if (!byAddress.has(address)) byAddress.set(address, one);
  }
  return [...byAddress.values()];
}

interface Ours {
  has(address: string): boolean;
}

function oursAmong({ us }: Readers): Ours {
  const all = us.map((one) => one.trim().toLowerCase());
  const addresses = new Set(all.filter((one) => !one.startsWith('@')));
  const domains = all.filter((one) => one.length > 1 && one.startsWith('@'));
  return {
    has: (address) => {
      const lower = address.toLowerCase();
      const host = lower.slice(lower.lastIndexOf('@'));
      return addresses.has(lower) || domains.some((domain) => host === domain || host.endsWith(`.${domain.slice(1)}`));
    },
  };
}

/** What the mail's lists are: the one it came through, and ours that it is addressed to. */
function listsOf(
  mail: Mail,
  { ourLists }: Readers,
): { isOurs: boolean; topic?: string; isList(address: string): boolean } {
  const ours = new Set(ourLists.map((one) => one.trim().toLowerCase()));
  const address = mail.list?.address?.toLowerCase();
  const id = mail.list?.id?.toLowerCase();
  // RFC 2919 recommends the address as the id, with a full stop for the "at".
  const named = [...ours].find((one) => one === address || one.replace('@', '.') === id);
  const addressed = [...mail.to, ...mail.cc].map((one) => one.address.toLowerCase()).find((one) => ours.has(one));
  const topic = named ?? addressed ?? address ?? id;
  return {
    isOurs: named !== undefined || addressed !== undefined,
    ...(topic !== undefined && { topic }),
    isList: (candidate) => {
      const lower = candidate.toLowerCase();
      return ours.has(lower) || lower === address || lower.replace('@', '.') === id;
    },
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/** The mail's own date, unless a clock was wrong: then that of its Received line. */
function dateOf({ date, receivedAt }: Mail, now: number): { at: number; fromReceived: boolean } | undefined {
  const latest = now + dayMs;
  const received = receivedAt !== undefined && receivedAt <= latest ? receivedAt : undefined;
  if (date !== undefined && date <= (received === undefined ? latest : received + dayMs))
    return { at: date, fromReceived: false };
  return received === undefined ? undefined : { at: received, fromReceived: true };
}

function isAbout({ subject, text }: Mail, about: readonly string[]): boolean {
  const words = about.map((word) => word.trim()).filter((word) => word !== '');
  if (words.includes('*')) return true;
  if (words.length === 0) return false;
  const names = words.map((word) =>
    word
      .split(/\s+/)
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
      .join('\\s+'),
  );
  // \b knows ASCII only: "Zoë" would end before its last letter.
  const pattern = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])(?:${names.join('|')})(?![\\p{L}\\p{M}\\p{N}_])`, 'iu');
  return pattern.test(subject) || pattern.test(text);
}

function actOf(mail: Mail, ownWords: string, onList: boolean): MailInteraction['act'] {
  if (mail.inReplyTo !== undefined || mail.saysReply) return 'reply';
  // At the end of a word and not inside an address such as "https://example.org/?page=2".
  if (/\?["'”’)\]*!]*(?:\s|$)/.test(ownWords)) return 'question';
  return onList ? 'post' : 'comment';
}

/** The start of a text that fits, ending with a whole character. */
function cut(text: string): string {
  // No character of UTF-16 takes more than three bytes.
  if (text.length * 3 <= textBytesMax) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(textBytesMax));
  return text.slice(0, read);
}
