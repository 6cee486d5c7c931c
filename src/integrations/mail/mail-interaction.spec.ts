import { describe, expect, it } from '@jest/globals';
import type { Mail } from './mail.js';
import { interactionOf, type MailInteraction, type Readers } from './mail-interaction.js';

const now = Date.UTC(2024, 9, 1);
const date = Date.UTC(2024, 8, 2);
const dayMs = 24 * 60 * 60 * 1000;

const ann = { address: 'ann@example.org', name: 'Ann Lee' };
const bob = { address: 'bob@example.com' };
const us = { address: 'Kim@Ours.net', name: 'Kim' };
const ourList = { address: 'users@lists.ours.org' };

const mail = (its: Partial<Mail> = {}): Mail => ({
  messageId: '<1@example.org>',
  from: ann,
  to: [us],
  cc: [],
  replyTo: [],
  deliveredTo: [],
  date,
  subject: 'News',
  text: 'Hello.',
  saysReply: false,
  automatic: false,
  digest: '0',
  ...its,
});
const readers = (its: Partial<Readers> = {}): Readers => ({
  us: ['@ours.net'],
  ourLists: ['Users@lists.ours.org'],
  about: ['gizmo', 'zoë'],
  now,
  authorOf: () => undefined,
  ...its,
});
const recorded = (its: Partial<Mail> = {}, options: Partial<Readers> = {}): MailInteraction => {
  const sense = interactionOf(mail(its), readers(options));
  if ('skip' in sense) throw new Error(sense.skip);
  return sense.record;
};
const skipped = (its: Partial<Mail> = {}, options: Partial<Readers> = {}) => {
  const sense = interactionOf(mail(its), readers(options));
  return 'skip' in sense ? sense.skip : 'not skipped';
};
const withOf = ({ with: participants }: MailInteraction) =>
  participants.map(({ handle, role }) => `${role} ${handle.address}`);

describe('a mail to us', () => {
  it('is inbound from its author', () =>
    expect(recorded()).toEqual({
      direction: 'inbound',
      channel: 'email',
      act: 'comment',
      occurredAt: date,
      with: [{ handle: { channel: 'email', address: 'ann@example.org' }, name: 'Ann Lee', role: 'author' }],
      ourPeople: ['Kim@Ours.net'],
      subject: 'News',
      text: 'Hello.',
      ownWords: 'Hello.',
      topics: [],
      source: { name: 'mail', id: '<1@example.org>' },
      marks: [],
    }));

  it('names the others outside that it is addressed to, each once, and no lists', () =>
    expect(withOf(recorded({ to: [us, bob], cc: [{ address: 'BOB@example.com' }, ann, ourList] }))).toEqual([
      'author ann@example.org',
      'addressee bob@example.com',
    ]));

  it('is known by our domain, its subdomains, and our addresses in any case', () => {
    const to = (address: string, ...ours: string[]) =>
      'record' in interactionOf(mail({ to: [{ address }] }), readers({ us: ours }));
    expect(to('kim@mail.ours.net', '@ours.net')).toBe(true);
    expect(to('kim@yours.net', '@ours.net')).toBe(false);
    expect(to('kim@ours.net.example.org', '@ours.net')).toBe(false);
    expect(to('Kim@Ours.net', 'kim@ours.net')).toBe(true);
    expect(to('jo@ours.net', 'kim@ours.net')).toBe(false);
  });

  it('is one as well where only the mailbox says so, but not on a list', () => {
    expect(recorded({ to: [bob], deliveredTo: ['kim@ours.net'] }).direction).toBe('inbound');
    expect(skipped({ to: [bob], deliveredTo: ['kim@ours.net'], list: { address: 'talk@example.com' } })).toBe(
      'not about us',
    );
  });

  it.each([
    ['addressed', { to: [ourList] }],
    ['named by the mail', { to: [bob], list: { address: 'users@LISTS.ours.org' } }],
    ['named by its id', { to: [bob], list: { id: 'users.lists.ours.org' } }],
  ])('is one where a list of ours is %s, and that list is the topic', (_, its) => {
    const { direction, topics } = recorded(its);
    expect({ direction, topics }).toEqual({ direction: 'inbound', topics: ['users@lists.ours.org'] });
  });
});

describe('a mail from us', () => {
  const authorOf = (id: string) => (id === '<0@example.org>' ? ann : id === '<ours>' ? us : undefined);
  const outbound = (its: Partial<Mail>) => recorded({ from: us, to: [ourList], ...its }, { authorOf });

  it('is outbound, to the author of the mail it answers', () => {
    const record = outbound({ cc: [bob], inReplyTo: '<0@example.org>' });
    expect(record.direction).toBe('outbound');
    expect(withOf(record)).toEqual(['addressee ann@example.org']);
    expect(record.inReplyTo).toEqual({ source: { name: 'mail', id: '<0@example.org>' } });
    expect(record.ourPeople).toEqual(['Kim@Ours.net']);
  });

  it.each(['<unknown>', '<ours>'])('is to those addressed where %s tells nobody outside', (inReplyTo) =>
    expect(withOf(outbound({ to: [bob, ourList, { address: 'jo@ours.net' }], inReplyTo }))).toEqual([
      'addressee bob@example.com',
    ]),
  );

  it('is skipped where it goes to a list, or among us', () => {
    expect(skipped({ from: us, to: [ourList] })).toBe('from us, to nobody outside');
    expect(skipped({ from: us, to: [{ address: 'jo@ours.net' }] })).toBe('from us, to nobody outside');
  });
});

describe('a mail between others', () => {
  const about = (its: Partial<Mail>, words = ['gizmo', 'zoë', 'big co', 'c++']) =>
    'record' in interactionOf(mail({ to: [bob], ...its }), readers({ about: words }));

  it('is observed where it names what we are about', () => {
    const record = recorded({ to: [bob], text: 'I saw the Gizmo.' });
    expect(record.direction).toBe('observed');
    expect(withOf(record)).toEqual(['author ann@example.org', 'addressee bob@example.com']);
    expect(record.ourPeople).toEqual([]);
  });

  it('names it as a whole word, in any case, in subject or text', () => {
    expect(about({ subject: 'GIZMO!' })).toBe(true);
    expect(about({ text: 'a Zoë, b' })).toBe(true);
    expect(about({ text: 'Big\nCo did' })).toBe(true);
    expect(about({ text: 'in C++, they' })).toBe(true);
    expect(about({ text: 'gizmos' })).toBe(false);
    expect(about({ text: 'agizmo' })).toBe(false);
    expect(about({ text: 'zoëlle' })).toBe(false);
  });

  it('is not about us else, unless everything is', () => {
    expect(skipped({ to: [bob] })).toBe('not about us');
    expect(about({}, [])).toBe(false);
    expect(about({}, ['', ' '])).toBe(false);
    expect(about({}, ['gizmo', '*'])).toBe(true);
  });

  it('has its list as topic, by address or else by id', () => {
    const topics = (list: Mail['list']) => recorded({ to: [bob], ...(list && { list }) }, { about: ['*'] }).topics;
    expect(topics({ address: 'Talk@example.com', id: 'talk.example.com' })).toEqual(['talk@example.com']);
    expect(topics({ id: 'talk.example.com' })).toEqual(['talk.example.com']);
    expect(topics(undefined)).toEqual([]);
  });
});

describe('the act', () => {
  const list = { address: 'users@lists.ours.org' };
  const actOf = (its: Partial<Mail>) => recorded(its).act;

  it('is a reply where it answers a mail, whatever it says', () => {
    expect(actOf({ inReplyTo: '<0@x>', text: 'Why?', list })).toBe('reply');
    expect(actOf({ saysReply: true, text: 'Why?' })).toBe('reply');
  });
  it.each(['Why?', 'Why? I wonder.', '"Why?" I ask.', 'Why?! Tell me.', '(why?)'])('is a question in %j', (text) => {
    expect(actOf({ text, list })).toBe('question');
    expect(actOf({ text })).toBe('question');
  });
  it.each(['See https://example.org/?page=2 for it.', '> Why?\n\nBecause.', 'It is.\n-- \nWhy?'])(
    'is no question in %j',
    (text) => expect(actOf({ text })).toBe('comment'),
  );
  it('is a post where it opens a thread on a list', () => expect(actOf({ list })).toBe('post'));
  it('is a comment else, however warm', () => expect(actOf({ text: 'I recommend it to everybody!' })).toBe('comment'));
});

describe('the date', () => {
  const dated = (date: number | undefined, receivedAt: number | undefined) => {
    const its = mail({ ...(receivedAt !== undefined && { receivedAt }) });
    delete its.date;
    const sense = interactionOf(date === undefined ? its : { ...its, date }, readers());
    return 'skip' in sense ? sense.skip : [sense.record.occurredAt, ...sense.record.marks];
  };

  it('is that of the mail up to a day after it was received', () => {
    expect(dated(date, undefined)).toEqual([date]);
    expect(dated(date, date - dayMs)).toEqual([date]);
    expect(dated(date, date + 400 * dayMs)).toEqual([date]);
  });
  it('is that of its receipt else, and marked', () => {
    expect(dated(undefined, date)).toEqual([date, 'date-from-received']);
    expect(dated(date + dayMs + 1, date)).toEqual([date, 'date-from-received']);
  });
  it('is the reason to skip where there is neither', () => {
    expect(dated(undefined, undefined)).toBe('no usable date');
    expect(dated(now + dayMs + 1, undefined)).toBe('no usable date');
    expect(dated(now + 3 * dayMs, now + 3 * dayMs)).toBe('no usable date');
  });
});

describe('what does not fit', () => {
  it('is cut from the text at a whole character, and marked', () => {
    const { text, ownWords, marks } = recorded({ text: `a${'€'.repeat(30_000)}` });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024);
    expect(Buffer.byteLength(text)).toBeGreaterThan(64 * 1024 - 3);
    expect(text).toMatch(/^a€+$/);
    expect(ownWords).toBe(text);
    expect(marks).toEqual(['text-cut']);
    expect(recorded({ text: 'x'.repeat(64 * 1024) }).marks).toEqual([]);
    expect(recorded({ text: '😀'.repeat(20_000) }).text.isWellFormed()).toBe(true);
  });

  it('is cut from the participants after fifty, and marked', () => {
    const cc = Array.from({ length: 60 }, (_, n) => ({ address: `p${n}@example.com` }));
    const record = recorded({ cc });
    expect(record.with).toHaveLength(50);
    expect(record.with[0]?.role).toBe('author');
    expect(record.marks).toEqual(['participants-cut']);
  });

  it('is an automatic mail: nobody said it', () => expect(skipped({ automatic: true })).toBe('automatic mail'));
});
