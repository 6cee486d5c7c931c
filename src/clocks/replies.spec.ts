import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Part } from './clocks-v1.js';
import { type Message, Replies } from './replies.js';

const message = (id: string, at: number, replyTo: string | null = null, part: Part = 'opens'): Message => ({
  ...{ id, key: at, replyTo, at, part, channel: 'email', speaker: 'mia' },
});
const repliesOf = (messages: readonly Message[]): Replies => {
  const replies = new Replies();
  for (const each of messages) replies.put(each);
  return replies;
};
const told = (replies: Replies, id: string) =>
  replies.conversationOf(id).placed.map((each) => `${each.id}${each.countsAt === each.at ? '' : `@${each.countsAt}`}`);

describe('a conversation', () => {
  it('is tied by replies, across what is not recorded', () => {
    const replies = repliesOf([message('b', 2, 'a'), message('c', 3, 'a'), message('d', 4, 'c'), message('x', 1)]);
    expect(told(replies, 'd')).toEqual(['b', 'c', 'd']);
    expect(told(replies, 'a')).toEqual(['b', 'c', 'd']);
    expect(told(replies, 'x')).toEqual(['x']);
    expect(told(replies, 'nobody')).toEqual([]);
  });
  it('counts no reply before what it answers, however it is dated', () =>
    expect(told(repliesOf([message('b', 2, 'a'), message('a', 5), message('c', 3, 'b')]), 'a')).toEqual([
      'a',
      'b@5',
      'c@5',
    ]));
  it('takes no date from what was retracted, and is held together by it', () =>
    expect(told(repliesOf([message('a', 1), message('b', 9, 'a', 'retracted'), message('c', 3, 'b')]), 'a')).toEqual([
      'a',
      'b@1',
      'c',
    ]));
  it('has an order where replies go round in a circle', () => {
    const replies = repliesOf([message('b', 2, 'a'), message('a', 5, 'c'), message('c', 3, 'b'), message('d', 1, 'b')]);
    for (const id of ['a', 'b', 'c', 'd']) expect(told(replies, id)).toEqual(['a', 'b@5', 'c@5', 'd@5']);
    expect(told(repliesOf([message('a', 1, 'a')]), 'a')).toEqual(['a']);
  });
  it('falls apart, and comes together, where a message answers something else', () => {
    const replies = repliesOf([message('a', 1), message('b', 2, 'a'), message('c', 3, 'b'), message('z', 4)]);
    replies.put(message('b', 2, 'z'));
    expect(told(replies, 'a')).toEqual(['a']);
    expect(told(replies, 'z')).toEqual(['z', 'b@4', 'c@4']);
    replies.put(message('b', 2));
    expect(told(replies, 'c')).toEqual(['b', 'c']);
  });

  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const messages = fc
    .array(
      fc.record({
        at: fc.nat(5),
        replyTo: fc.option(fc.constantFrom(...ids)),
        part: fc.constantFrom<Part>('opens', 'retracted'),
      }),
      { minLength: 1, maxLength: ids.length },
    )
    .map((all) => all.map(({ at, replyTo, part }, index) => message(ids[index] ?? '', at, replyTo, part)));

  it('is the same in whichever order it was recorded, and for whichever of its messages', () =>
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat(100)), (all, numbers) => {
        const shuffled = all.map((each) => [numbers.next().value, each] as const).sort(([a], [b]) => a - b);
        const [one, other] = [repliesOf(all), repliesOf(shuffled.map(([, each]) => each))];
        for (const { id } of all) {
          const its = one.conversationOf(id).placed;
          expect(other.conversationOf(id).placed).toEqual(its);
          expect(its.map((each) => each.id)).toContain(id);
          for (const each of its) expect(one.conversationOf(each.id).placed).toEqual(its);
        }
      }),
    ));
});
