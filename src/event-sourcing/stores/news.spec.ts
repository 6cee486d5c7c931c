import { describe, expect, it } from '@jest/globals';
import { News } from './news.js';

const never = new AbortController().signal;

describe('News', () => {
  it('wakes all who wait', async () => {
    const news = new News(() => undefined, 10_000);
    const waiting = Promise.all([news.after(news.count, never), news.after(news.count, never)]);
    news.spread();
    await waiting;
  });

  it('does not let anyone wait for news that came while he was reading', async () => {
    const news = new News(() => undefined, 10_000);
    const { count } = news;
    news.spread();
    await news.after(count, never);
  });

  it('lets go of who is aborted', async () => {
    const news = new News(() => undefined, 10_000);
    const stop = new AbortController();
    const waiting = news.after(news.count, stop.signal);
    stop.abort();
    await waiting;
    await news.after(news.count, stop.signal);
  });

  it('looks for what others wrote, only while anybody waits', async () => {
    let polls = 0;
    const news: News = new News(() => {
      polls += 1;
      if (polls === 3) news.spread();
    }, 1);
    await news.after(news.count, never);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(polls).toBe(3);
  });
});
