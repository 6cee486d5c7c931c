import { expect, it } from '@jest/globals';
import { NewestTold } from './newest-told.js';

const told = (stopped = () => Promise.resolve()) => new NewestTold<number>(stopped);

it('tells what comes to whoever waits, and the newest to whoever comes late', async () => {
  const telling = told();
  const first = telling.next();
  telling.tell(1);
  expect(await first).toEqual({ done: false, value: 1 });
  telling.tell(2);
  telling.tell(3);
  expect(await telling.next()).toEqual({ done: false, value: 3 });
});

it('ends with what is told last', async () => {
  const telling = told();
  telling.tell(1);
  telling.end(2);
  expect(await telling.next()).toEqual({ done: false, value: 2 });
  expect(await telling.next()).toEqual({ done: true, value: undefined });
});

it('ends with what went wrong, once', async () => {
  const telling = told();
  telling.fail(new Error('broken'));
  await expect(telling.next()).rejects.toThrow('broken');
  expect(await telling.next()).toEqual({ done: true, value: undefined });
});

it('ends for whoever waits when it is no more listened to, and waits for what that stops', async () => {
  const order: string[] = [];
  const telling: NewestTold<number> = told(async () => {
    await new Promise(setImmediate);
    order.push('stopped');
    telling.fail(new Error('aborted'));
  });
  const waiting = telling.next().then((next) => order.push(next.done === true ? 'ended' : 'told'));
  await telling.return();
  order.push('returned');
  await waiting;
  expect(order).toEqual(['ended', 'stopped', 'returned']);
  expect(await telling.next()).toEqual({ done: true, value: undefined });
});
