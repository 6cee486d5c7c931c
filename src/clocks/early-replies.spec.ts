import { describe, expect, it } from '@jest/globals';
import { corrected, day, dayMs, passed, projected, relationshipFact, retracted } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Slice } from '../event-sourcing/page.js';
import { type Past, present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { clockRows } from './clock-rows.js';
import { earlyReplyTable } from './clock-tables.js';
import { type EarlyAsked, type EarlyPlace, countEarly, earlyAmong, earlyPage } from './early-pages.js';

const { given } = specifyProjection(clockRows);

const said = (id: string, on: number, inReplyTo: string | null = null, content: Partial<Content> = {}) =>
  passed(id, 'mia', { occurredAt: day(on), inReplyTo, ...content });

/** Of each version: which reply, from and until when it was known, its day and that of what it answers. */
type Told = readonly [reply: number, knownFrom: number, knownUntil: number, on: number, answeredOn: number];
const then = (log: readonly RecordedEvent[], ...told: readonly Told[]) =>
  given(...log).thenColumns(
    earlyReplyTable,
    told.map(([reply, from, until, on, answeredOn]) => ({
      ...{ reply, known_from: from, known_until: until, at: dayMs(on), answered_at: dayMs(answeredOn) },
    })),
  );

describe('replies dated before what they answer', () => {
  it('are marked, theirs as ours, and no others', () =>
    given(
      said('a', 5),
      said('b', 4, 'a', { channel: 'forum' }),
      said('c', 3, 'a', { direction: 'outbound' }),
      said('d', 5, 'a'),
      said('e', 6, 'a'),
      said('f', 1, 'nothing on record'),
    ).thenRows(earlyReplyTable, [
      { reply: 2, known_from: 2, known_until: open, id: 'b', at: dayMs(4), answered_at: dayMs(5), channel: 'forum' },
      { reply: 3, known_from: 3, known_until: open, id: 'c', at: dayMs(3), answered_at: dayMs(5), channel: 'email' },
    ]));

  it('are told by what they answer themselves, not by what that answers', () =>
    then([said('a', 5), said('b', 3, 'a'), said('c', 4, 'b')], [2, 2, open, 3, 5]));

  it('are marked when what they answer is recorded later, all of them', () =>
    then(
      [said('b', 3, 'a'), said('c', 9, 'a'), said('d', 4, 'a'), said('a', 5)],
      [1, 4, open, 3, 5],
      [3, 4, open, 4, 5],
    ));

  it('are those by the dates that a correction tells, of the reply and of what it answers', async () => {
    await then(
      [said('a', 5), said('b', 3, 'a'), corrected('b', 'mia', {}, { occurredAt: day(4) })],
      [2, 2, 3, 3, 5],
      [2, 3, open, 4, 5],
    );
    await then([said('a', 5), said('b', 3, 'a'), corrected('b', 'mia', {}, { occurredAt: day(6) })], [2, 2, 3, 3, 5]);
    await then(
      [said('a', 2), said('b', 3, 'a'), corrected('a', 'mia', {}, { occurredAt: day(4) })],
      [2, 3, open, 3, 4],
    );
    await then([said('a', 5), said('b', 3, 'a'), corrected('a', 'mia', {}, { occurredAt: day(1) })], [2, 2, 3, 3, 5]);
  });

  it('follow a correction of what is answered, and of the channel', async () => {
    await then(
      [said('a', 5), said('x', 1), said('b', 3, 'a'), corrected('b', 'mia', { inReplyTo: 'a' }, { inReplyTo: 'x' })],
      [3, 3, 4, 3, 5],
    );
    await given(said('a', 5), said('b', 3, 'a'), corrected('b', 'mia', {}, { channel: 'blog' })).thenColumns(
      earlyReplyTable,
      [
        { known_from: 2, known_until: 3, channel: 'email' },
        { known_from: 3, known_until: open, channel: 'blog' },
      ],
    );
  });

  it('are none where the reply, or what it answers, is retracted', async () => {
    await then([said('a', 5), said('b', 3, 'a'), retracted('b', 'mia')], [2, 2, 3, 3, 5]);
    await then([said('a', 5), said('b', 3, 'a'), retracted('a', 'mia')], [2, 2, 3, 3, 5]);
  });

  it('are no steps, which answer nothing', () =>
    then([
      said('a', 5),
      relationshipFact('mia', {
        type: 'StepTaken',
        data: {
          ...{ stakeholderId: 'mia', factId: 'f', occurredAt: day(3), step: 'acknowledge', skipped: [] },
          interactionId: 'a',
        },
      }),
    ]));

  it('have no other version where nothing in them changes', () =>
    then([said('a', 5), said('b', 3, 'a'), corrected('b', 'mia', {}, { act: 'question' })], [2, 2, open, 3, 5]));
});

describe('what is told of them', () => {
  // b to e are early, in the order of their dates c, b, e, d; what d answers is dated later than all others.
  const log = numbered(
    ...[said('a', 10), said('b', 3, 'a'), said('c', 2, 'a', { channel: 'forum' }), said('z', 20)],
    ...[said('d', 6, 'z'), said('e', 4, 'a', { channel: 'forum' }), said('on time', 12, 'a')],
    corrected('b', 'mia', {}, { occurredAt: day(11) }),
  );
  const before = { known: 7, validAt: dayMs(30) };
  const now = { known: present, validAt: dayMs(30) };
  const ever: EarlyAsked = { during: { from: null, until: null } };
  const newest: Slice<EarlyPlace> = { order: 'desc', limit: 10 };
  const keys = async (past: Past, asked = ever, slice = newest): Promise<readonly number[]> => {
    const rows = await projected([clockRows], log, 3);
    try {
      const { entries } = await earlyPage(rows, asked, past, slice);
      return entries.map(({ key }) => key);
    } finally {
      await rows.close();
    }
  };
  const count = async (past: Past, asked = ever): Promise<number> => {
    const rows = await projected([clockRows], log, 3);
    return countEarly(rows, asked, past).finally(() => rows.close());
  };

  it('is told newest first, as it was known', async () => {
    expect(await keys(before)).toEqual([5, 6, 2, 3]);
    expect(await keys(now)).toEqual([5, 6, 3]);
    expect([await count(before), await count(now)]).toEqual([4, 3]);
  });

  it('is told only where what they answer had happened by then', async () => {
    expect(await keys({ ...before, validAt: dayMs(10) })).toEqual([6, 2, 3]);
    expect(await keys({ ...before, validAt: dayMs(10) - 1 })).toEqual([]);
    expect(await count({ ...before, validAt: dayMs(19) })).toBe(3);
  });

  it('is told of a period and of channels', async () => {
    expect(await keys(before, { during: { from: dayMs(3), until: dayMs(6) } })).toEqual([6, 2]);
    expect(await keys(before, { ...ever, channels: ['forum'] })).toEqual([6, 3]);
    expect(await count(before, { during: { from: dayMs(3), until: null }, channels: ['forum', 'blog'] })).toBe(1);
  });

  it('comes in pages from either end', async () => {
    const rows = await projected([clockRows], log);
    const first = await earlyPage(rows, ever, before, { ...newest, limit: 3 });
    expect(first).toMatchObject({ entries: [{ key: 5 }, { key: 6 }, { key: 2 }], more: true });
    const after = first.entries[2];
    expect(await earlyPage(rows, ever, before, { ...newest, after })).toMatchObject({
      entries: [{ key: 3 }],
      more: false,
    });
    expect(
      await earlyPage(rows, ever, before, { order: 'desc', limit: 2, before: after, fromEnd: true }),
    ).toMatchObject({ entries: [{ key: 5 }, { key: 6 }], more: false });
    expect([...(await earlyAmong(rows, ['a', 'b', 'c', 'on time'], before)).keys()].sort()).toEqual(['b', 'c']);
    expect([...(await earlyAmong(rows, ['a', 'b', 'c', 'on time'], now)).keys()]).toEqual(['c']);
    await rows.close();
  });
});
