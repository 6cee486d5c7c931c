import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { News } from './news.js';

const never = new AbortController().signal;

let logs = 0;
const newLog = (): string => `log ${(logs += 1)}`;

describe('News', () => {
  it('wakes all who wait', async () => {
    const news = new News(newLog(), () => undefined, 10_000);
    const waiting = Promise.all([news.after(news.count, never), news.after(news.count, never)]);
    news.spread();
    await waiting;
  });

  it('does not let anyone wait for news that came while he was reading', async () => {
    const news = new News(newLog(), () => undefined, 10_000);
    const { count } = news;
    news.spread();
    await news.after(count, never);
  });

  it('wakes who waits elsewhere for the same log', async () => {
    const log = newLog();
    const [here, there] = [new News(log, () => undefined, 10_000), new News(log, () => undefined, 10_000)];
    const waiting = here.after(here.count, never);
    there.spread();
    await waiting;
  });

  it('wakes who waits in another thread', async () => {
    const log = newLog();
    const news = new News(log, () => undefined, 10_000);
    // What the class does there, in the words that a thread takes: it cannot load what is translated here.
    const worker = new Worker(
      `const { getEnvironmentData, parentPort } = require('node:worker_threads');
       const counter = new Int32Array(getEnvironmentData('news of ${log}'));
       parentPort.once('message', () => {
         Atomics.add(counter, 0, 1);
         Atomics.notify(counter, 0);
       });`,
      { eval: true },
    );
    const waiting = news.after(news.count, never);
    worker.postMessage('spread');
    await waiting;
    await worker.terminate();
  });

  it('lets go of who is aborted', async () => {
    const news = new News(newLog(), () => undefined, 10_000);
    const stop = new AbortController();
    const waiting = news.after(news.count, stop.signal);
    stop.abort();
    await waiting;
    await news.after(news.count, stop.signal);
  });

  it('looks for what others wrote, only while anybody waits', async () => {
    let polls = 0;
    const news: News = new News(
      newLog(),
      () => {
        polls += 1;
        if (polls === 3) news.spread();
      },
      1,
    );
    await news.after(news.count, never);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(polls).toBe(3);
  });
});
