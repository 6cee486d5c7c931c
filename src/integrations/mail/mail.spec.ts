import { describe, expect, it } from '@jest/globals';
import { type Mail, readMail, readWhoWrote } from './mail.js';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const read = async (...lines: string[]): Promise<Mail> => {
  const mail = await readMail(bytesOf(lines.join('\n')));
  if ('noMail' in mail) throw new Error(mail.noMail);
  return mail;
};
const from = 'From: Ann Lee <Ann@Example.org>';
const hello = ['', 'Hello.'];

describe('a mail', () => {
  it('says who wrote what to whom, when and in answer to what', async () => {
    const mail = await read(
      'Received: from b by c; Mon, 2 Sep 2024 10:05:00 +0200',
      'Received: from a by b; Mon, 2 Sep 2024 10:01:00 +0200',
      'Message-ID: <1@example.org>',
      from,
      'To: "Bob" <bob@example.com>, friends: carl@example.com, dora@example.com;',
      'Cc: Eve <eve@example.net>',
      'Date: Mon, 2 Sep 2024 10:00:00 +0200 (CEST)',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      'In-Reply-To: <0@example.com>',
      ...hello,
    );
    expect(mail).toEqual({
      messageId: '<1@example.org>',
      from: { address: 'Ann@Example.org', name: 'Ann Lee' },
      to: [
        { address: 'bob@example.com', name: 'Bob' },
        { address: 'carl@example.com' },
        { address: 'dora@example.com' },
      ],
      cc: [{ address: 'eve@example.net', name: 'Eve' }],
      replyTo: [],
      deliveredTo: [],
      date: Date.UTC(2024, 8, 2, 8, 0),
      receivedAt: Date.UTC(2024, 8, 2, 8, 5),
      subject: 'Grüße',
      text: 'Hello.',
      inReplyTo: '<0@example.com>',
      saysReply: false,
      automatic: false,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('may begin with the line of an mbox', async () =>
    expect((await read('From ann@example.org Mon Sep  2 10:00:00 2024', from, ...hello)).text).toBe('Hello.'));

  it.each([
    ['', 'no mail: it does not start with a header'],
    ['{"a": 1}', 'no mail: it does not start with a header'],
    ['\u0000\u0001binary', 'no mail: it does not start with a header'],
    ['From ann@example.org Mon Sep  2 10:00:00 2024', 'no mail: it does not start with a header'],
    ['Subject: x\n\nHello.', 'no author'],
    ['From: nobody in particular\n\nHello.', 'no author'],
  ])('is not %j', async (text, reason) => expect(await readMail(bytesOf(text))).toEqual({ noMail: reason }));

  it('is read though half of it is missing', async () =>
    expect((await read(from, 'Content-Type: multipart/mixed; boundary="x"', '', '--x', '', 'Hello.')).text).toBe(
      'Hello.',
    ));

  it('is text where it came as HTML alone, with what it quotes marked', async () => {
    const html = '<p>I <b>like</b> it, see <a href="https://example.org/x">this</a>.<blockquote>Old.</blockquote>';
    expect((await read(from, 'Content-Type: text/html', '', html)).text).toBe('I like it, see this.\n\n> Old.');
  });

  it('is not the mail it carries', async () => {
    const parts = [
      '--x',
      '',
      'Mine.',
      '--x',
      'Content-Type: message/rfc822',
      '',
      'From: b@example.com',
      '',
      'Hers.',
      '--x--',
    ];
    expect((await read(from, 'Content-Type: multipart/mixed; boundary=x', '', ...parts)).text.trim()).toBe('Mine.');
  });

  it('holds no half characters and no NUL', async () => expect((await read(from, '', 'a\0b')).text).toBe('ab'));

  it('survives HTML nested without end', async () => {
    const mail = await readMail(bytesOf(`${from}\nContent-Type: text/html\n\n${'<div>'.repeat(100_000)}x`));
    expect(mail).toHaveProperty('text');
  });
});

describe('the id of a mail', () => {
  it('is made from what it says where it has none, the same each time', async () => {
    const without = await read(from, ...hello);
    expect(without.messageId).toBe(`<sha256-${without.digest}@rapport.invalid>`);
    expect((await read('To: b@example.com', from, ...hello)).messageId).toBe(without.messageId);
    expect((await read(from, '', 'Goodbye.')).messageId).not.toBe(without.messageId);
  });

  it('has angle brackets though the mail forgot them', async () =>
    expect((await read('Message-ID: 1@example.org', from, ...hello)).messageId).toBe('<1@example.org>'));

  it.each([
    ['In-Reply-To: <0@example.com>', '<0@example.com>'],
    ['In-Reply-To: Message from Bob <bob@example.com> of "Monday" <0@example.com>', '<0@example.com>'],
    ['References: <a@example.com>\n <b@example.com>', '<b@example.com>'],
    ['In-Reply-To: your mail\nReferences: <b@example.com>', '<b@example.com>'],
    ['In-Reply-To: <1@example.org>', undefined],
    ['In-Reply-To: yesterday', undefined],
  ])('that it answers is found in %j', async (header, id) =>
    expect((await read('Message-ID: <1@example.org>', header, from, ...hello)).inReplyTo).toBe(id),
  );

  it.each([
    ['Re: x', true],
    ['[list] RE[2]: x', true],
    ['Regarding x', false],
  ])('may be missing in an answer: "%s"', async (subject, says) =>
    expect((await read(from, `Subject: ${subject}`, ...hello)).saysReply).toBe(says),
  );
});

describe('the date of a mail', () => {
  it.each([
    ['Mon, 2 Sep 2024 10:00:00 +0200', Date.UTC(2024, 8, 2, 8)],
    ['2 Sep 24 10:00 GMT', Date.UTC(2024, 8, 2, 10)],
    ['Mon, 2 Sep 2024 10:00:00 EST', Date.UTC(2024, 8, 2, 15)],
    // Without a zone: not that of whatever machine reads it.
    ['Mon, 2 Sep 2024 10:00:00', Date.UTC(2024, 8, 2, 10)],
    ['yesterday', undefined],
    ['Thu, 1 Jan 1970 00:00:00 +0000', undefined],
    ['', undefined],
  ])('is read from "%s"', async (date, time) => expect((await read(from, `Date: ${date}`, ...hello)).date).toBe(time));
});

describe('the list of a mail', () => {
  it.each([
    [
      'List-Post: <mailto:talk@example.org>\nList-Id: Talk <talk.example.org>',
      { address: 'talk@example.org', id: 'talk.example.org' },
    ],
    ['X-BeenThere: talk@example.org', { address: 'talk@example.org' }],
    ['X-Mailing-List: <talk@example.org> archive/1', { address: 'talk@example.org' }],
    ['Mailing-List: list talk@example.org; contact talk-owner@example.org', { address: 'talk@example.org' }],
    [
      'Mailing-List: contact talk-help@example.org; run by ezmlm\nDelivered-To: mailing list talk@example.org',
      { address: 'talk@example.org' },
    ],
    ['List-Id: <talk.example.org>', { id: 'talk.example.org' }],
    ['Precedence: bulk', undefined],
  ])('is named by %j', async (headers, list) => expect((await read(headers, from, ...hello)).list).toEqual(list));

  it('is not the author, though it puts itself there', async () =>
    expect(
      (
        await read(
          'From: Ann Lee via Talk <talk@example.org>',
          'List-Post: <mailto:talk@example.org>',
          'Reply-To: ann@example.org',
          ...hello,
        )
      ).from,
    ).toEqual({ address: 'ann@example.org', name: 'Ann Lee' }));
});

describe('a mail of a program', () => {
  it.each([
    'Auto-Submitted: auto-replied\nFrom: a@example.org',
    'From: MAILER-DAEMON@example.org',
    'Precedence: junk\nFrom: a@example.org',
    'X-Autoreply: yes\nFrom: a@example.org',
    'From: a@example.org\nContent-Type: multipart/report; boundary=x',
  ])('is known by %j', async (headers) => expect((await read(headers, ...hello)).automatic).toBe(true));

  it.each(['Precedence: bulk', 'Auto-Submitted: no'])('is not known by "%s"', async (header) =>
    expect((await read(header, from, ...hello)).automatic).toBe(false),
  );
});

describe('two copies of a mail', () => {
  const copy = (subject: string, footer: string) =>
    read(from, 'Date: Mon, 2 Sep 2024 10:00:00 +0200', `Subject: ${subject}`, '', 'Hello there.', footer);

  it('have one digest, whichever list sent them', async () =>
    expect((await copy('[talk] News', '\n_____________\ntalk@example.org')).digest).toBe(
      (await copy('News', '')).digest,
    ));

  it('are two mails where the text differs', async () =>
    expect((await copy('News', 'And goodbye.')).digest).not.toBe((await copy('News', '')).digest));
});

describe('who wrote a mail', () => {
  it('stands in its header, and the rest is not read', async () =>
    expect(await readWhoWrote(bytesOf(`Message-ID: <1@x>\n${from}\n\nFrom: b@example.com`))).toEqual({
      messageId: '<1@x>',
      author: { address: 'Ann@Example.org', name: 'Ann Lee' },
    }));

  it.each(['From: a@example.org\n\n', 'Message-ID: <1@x>\n\n', '', 'no header'])('is open in %j', async (text) =>
    expect(await readWhoWrote(bytesOf(text))).toBeUndefined(),
  );
});
