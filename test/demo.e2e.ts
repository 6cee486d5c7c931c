import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rapport } from './rapport.js';
import { rowsBuiltAnew, rowsIn } from './rows.js';

describe('rapport demo', () => {
  let data: string;
  let shown: string;
  beforeAll(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'rapport-demo-')), 'demo');
  });
  afterAll(() => rm(join(data, '..'), { recursive: true, force: true }));

  it('imports the mails once, and shows critics, a conversion with its journey, and a timeline of a past day', async () => {
    const first = await rapport(['demo', '--once'], { data });
    expect(first.err).toContain('380 recorded, 0 known already, 3,748 not about us.');
    expect(first.out).toMatch(/The loudest critics, of 4 who .*:\n {2}-0\.368 {2}critic .* Dale Kosan/);
    expect(first.out).toMatch(
      /Mark Derricutt was won over on 2002-10-01, .* on 2002-02-01:\n {2}2002-02-02 {2}outbound /,
    );
    expect(first.out).toMatch(/as it stood at 2002-02-01T23:59:59.999Z: critic .*, supporter today/);
    expect(first.status).toBe(0);
    shown = first.out;

    const again = await rapport(['demo', '--once'], { data });
    expect(again.err).toBe('');
    const withoutPort = (out: string): string => out.replace(/127\.0\.0\.1:\d+/, '');
    expect(withoutPort(again.out)).toBe(withoutPort(first.out));
  }, 120_000);

  /** What stands under a title, up to the query. */
  const sight = (title: string): string => {
    const from = shown.indexOf(`\n${title}`);
    if (from === -1) throw new Error(`There is no "${title}" in:\n${shown}`);
    return shown.slice(from + 1, shown.indexOf('\n\nAsk for it:', from));
  };

  it('shows who may be one, each with what speaks for it, and what a merge would come to', () => {
    const pairs = sight('Who may be one');
    expect(pairs).toMatch(/^Who may be one, of whom 4 pairs are suggested, .*:\n(?: {2}.*\n){3} {2}.*$/);
    for (const [one, other, evidence] of [
      ['bronger@users.sourceforge.net', 'bronger@physik.rwth-aachen.de', 'mailbox, name'],
      ['harri.haataja@cs.helsinki.fi', 'harri.haataja@smilehouse.com', 'mailbox, name'],
      ['gbpeck@sbcglobal.net', 'garyp@uclink.berkeley.edu', 'name'],
      ['peter.peltonen@iki.fi', 'pisara@iki.fi', 'name'],
    ] as const) {
      const line = pairs.split('\n').find((each) => each.includes(one));
      expect(line).toContain(other);
      expect(line).toContain(`(the same ${evidence})`);
    }
    const [, one, other, both] = sight('If the first two')
      .split('\n')
      .map((line) => Number(/(\d+) in the timeline/.exec(line)?.[1]));
    expect(both).toBe((one ?? NaN) + (other ?? NaN));
  });

  it('shows when most was heard on the list, and who is heard on it', () => {
    expect(sight('The conversation on rpm-zzzlist@freshrpms.net')).toContain(
      '  2002-09-28  email  94 heard of 30 people, 33 ours',
    );
    const heard = sight('Who is heard on rpm-zzzlist@freshrpms.net on 2002-10-28: 66 people, 30 of them with the 3');
    expect(heard).toContain(
      '  1. Brian Fahrlander: relevance 21.66, reach not enough evidence, resonance not enough evidence\n',
    );
    expect(heard).toMatch(
      / {2}5\. Mark Derricutt: .*\n {2}Nobody's yet: 66, first of all\n {4}Brian Fahrlander, for "/,
    );
  });

  it('shows how soon the maintainer answers, and who waits', () => {
    expect(sight('How soon we answer').split('\n')).toEqual([
      'How soon we answer:',
      expect.stringMatching(/^ {2}acknowledge .* 142 clocks, 87 still open; .* 94 min, .* 1284 min; 0 dated before/),
      expect.stringMatching(/^ {2}first response .*142 clocks, 87 still open; .* 94 min, .* 1284 min; 0 dated before/),
      expect.stringMatching(/^ {2}next response .* 44 clocks, 26 still open; .* 21 min, .* 714 min; 1 dated before/),
      expect.stringMatching(/^ {2}resolution .* 142 clocks, 113 still open; .* 178 min, .* 1561 min; 0 dated before/),
      '  Unanswered for longest: Mark Derricutt on 2002-02-02, "creating rpms with subdirs (install command)"',
      '  Replies dated before what they answer: 5, 2 of them ours',
      '  The most, by 6.3 hours: Mark Derricutt on 2002-07-21, "Re: Ximian apt repos?"',
    ]);
  });

  it('shows how long critics take to come round, by what of ours, and what is talked about', () => {
    expect(sight('How long it takes').split('\n')).toEqual([
      'How long it takes until a critic comes round (the median is not reached):',
      '  7 times somebody turned against us: 2 were won over or converted, 5 were not yet',
      '  after   8 days 85.7 % are critics still (95 %: 59.8 % to 100.0 %)',
      '  after 241 days 71.4 % are critics still (95 %: 38.0 % to 100.0 %)',
    ]);
    expect(sight('What of ours stands before 5 passages out of criticism (2 touches').split('\n').slice(1)).toEqual([
      '  first       reply 2.00  unattributed 3.00',
      '  time decay  reply 2.00  unattributed 3.00',
    ]);
    expect(sight('What is talked about').split('\n')).toEqual([
      'What is talked about: 302 heard, 0 of that on no list:',
      '  100.0 %  rpm-zzzlist@freshrpms.net (302)',
      "  Boyd's index 0.077: 24 posts, 313 answers to posts",
    ]);
  });

  it('asks over WebSocket what another half-life would count, and says what no mail tells', () => {
    expect(sight('What if a word lost half its weight in 30 days').split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^ {2}255 facts read under tone-v1\+[0-9a-f]{8}: 4 passages counted by both rules, 3 gained, 1 missing$/,
      ),
      '  gained   2002-09-30  won over  Mark Derricutt',
      '  gained   2002-07-19  defused  Mark Derricutt',
      '  gained   2002-07-19  resurfaced  Mark Derricutt',
      '  missing  2002-10-01  won over  Mark Derricutt',
    ]);
    expect(sight('What no mail tells').split('\n').slice(1)).toEqual([
      '  Who answers for whom: 4 of 4 critics have no owner',
      '  What was promised: 0 commitments',
      '  What is planned: 0 outreaches',
      '  Which steps were taken: those with 0 people',
    ]);
  });

  it('has the rows, projected while the mails came in by date out of order, that the log gives when it is read anew', async () => {
    const anew = await mkdtemp(join(data, '..', 'anew-'));
    expect(await rowsIn(data)).toEqual(await rowsBuiltAnew(data, anew));
  });

  it('says that a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await rapport(['demo', '--once'], { data, env: { PORT: String(port) } })).toMatchObject({
      status: 1,
      out: '',
      err: `Port ${port} is taken. Name another: PORT=${port + 1} npm run demo\n`,
    });
    server.close();
  });

  it('leaves a folder alone that holds another log, or the other demo', async () => {
    const other = join(data, '..', 'other');
    await rapport(['keys', 'make', 'desk', '--role', 'reader'], { data: other });
    expect(await rapport(['demo', '--once'], { data: other })).toMatchObject({ status: 2, out: '' });
    expect(await rapport(['demo', '--once', '--about-all'], { data })).toMatchObject({
      status: 2,
      err: `${data} holds the demo without --about-all. Name another folder with --data.\n`,
    });
  });
});
