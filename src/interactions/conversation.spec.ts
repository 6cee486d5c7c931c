import { describe, expect, it } from '@jest/globals';
import { corrected, day, dayMs, identified, passed, plansOf, projected, retracted } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { numbered } from '../event-sourcing/specification.js';
import type { Past } from '../event-sourcing/past.js';
import { conversation } from './conversation.js';
import { timeline } from './timeline.js';

const now: Past = { known: present, validAt: dayMs(20) };

/** Replies as `reply>parent`, one a day from the 1st on, recorded in this order. */
const threads = (...replies: readonly string[]): readonly RecordedEvent[] =>
  replies.map((reply, index) => {
    const [id = '', inReplyTo = null] = reply.split('>');
    return passed(id, 'ada', { occurredAt: day(index + 1), inReplyTo });
  });

const asking = async (
  events: readonly RecordedEvent[],
  ids: readonly string[],
  past: Past = now,
  membersMax?: number,
) => {
  const rows = await projected([timeline], numbered(identified('ada'), ...events));
  const answers = [];
  for (const id of ids) answers.push(await conversation(rows, id, past, membersMax));
  await rows.close();
  return answers;
};

describe('a conversation', () => {
  it('is the same whichever member it is asked for by', async () => {
    const whole = { id: 'a', keys: [2, 3, 4, 5], cut: false };
    expect(await asking(threads('a', 'b>a', 'c>b', 'd>a', 'other'), ['a', 'b', 'c', 'd'])).toEqual([
      whole,
      whole,
      whole,
      whole,
    ]);
  });

  it('holds before the message that is answered has arrived, and after', async () => {
    const early = threads('b>a', 'c>a');
    const all = threads('b>a', 'c>a', 'a');
    expect(await asking(early, ['a', 'b'])).toEqual(Array(2).fill({ id: 'a', keys: [2, 3], cut: false }));
    expect(await asking(all, ['c'])).toEqual([{ id: 'a', keys: [2, 3, 4], cut: false }]);
  });

  it('of one is a conversation, of none is not', async () => {
    expect(await asking(threads('a'), ['a', 'x'])).toEqual([{ id: 'a', keys: [2], cut: false }, null]);
  });

  it('comes to an end where replies go round in a circle', async () => {
    const whole = { id: 'b', keys: [2, 3, 4], cut: false };
    expect(await asking(threads('b>c', 'c>b', 'a>c'), ['a', 'b', 'c'])).toEqual([whole, whole, whole]);
    expect(await asking(threads('a>a'), ['a'])).toEqual([{ id: 'a', keys: [2], cut: false }]);
  });

  it('is still tied by what was retracted', async () => {
    const events = [...threads('a', 'b>a', 'c>b'), retracted('b', 'ada', { occurredAt: day(2), inReplyTo: 'a' })];
    expect(await asking(events, ['c'])).toEqual([{ id: 'a', keys: [2, 3, 4], cut: false }]);
  });

  it('has those members that were known and had happened then', async () => {
    const events = [
      ...threads('a', 'b>a', 'c>b'),
      corrected('c', 'ada', { occurredAt: day(3), inReplyTo: 'b' }, { inReplyTo: null }),
    ];
    expect(await asking(events, ['b'], { ...now, known: 3 })).toEqual([{ id: 'a', keys: [2, 3], cut: false }]);
    expect(await asking(events, ['c'], { ...now, known: 4 })).toEqual([{ id: 'a', keys: [2, 3, 4], cut: false }]);
    expect(await asking(events, ['c', 'a'])).toEqual([
      { id: 'c', keys: [4], cut: false },
      { id: 'a', keys: [2, 3], cut: false },
    ]);
    expect(await asking(events, ['a'], { ...now, validAt: dayMs(1) })).toEqual([{ id: 'a', keys: [2], cut: false }]);
  });

  it('says when it is too long to be told whole', async () => {
    expect(await asking(threads('a', 'b>a', 'c>a', 'd>c'), ['a'], now, 3)).toMatchObject([{ id: 'a', cut: true }]);
    expect(await asking(threads('a', 'b>a', 'c>a'), ['a'], now, 3)).toMatchObject([{ id: 'a', cut: false }]);
  });

  it('is read by ids and replies alone', async () => {
    const rows = await projected([timeline], numbered(identified('ada'), ...threads('a', 'b>a')));
    const plans = (await plansOf(rows, (reader) => conversation(reader, 'b', now))).filter((plan) =>
      plan.includes(' i '),
    );
    await rows.close();
    expect(plans.length).toBe(4);
    for (const plan of plans) expect(plan).toMatch(/^SEARCH i USING INDEX interaction_by_(id|reply_to) /);
  });
});
