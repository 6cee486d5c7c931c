import { expect, it } from '@jest/globals';
import { StreamCache } from './stream-cache.js';

const cacheOf = (weightMax: number): StreamCache<number> => new StreamCache<number>(weightMax, () => 1);

it('keeps what is asked for again and lets go of what is not', () => {
  const cache = cacheOf(20);
  cache.set('asked for', 1);
  for (let index = 0; index < 100; index += 1) {
    cache.set(`other ${index}`, index);
    expect(cache.get('asked for')).toBe(1);
  }
  expect(cache.get('other 0')).toBeUndefined();
});

it('holds no more than its bound', () => {
  const cache = cacheOf(20);
  for (let index = 0; index < 100; index += 1) cache.set(`stream ${index}`, index);
  const held = Array.from({ length: 100 }, (_, index) => cache.get(`stream ${index}`)).filter(
    (value) => value !== undefined,
  );
  expect(held.length).toBeLessThanOrEqual(20);
});

it('counts what it dropped no longer', () => {
  const cache = cacheOf(20);
  cache.set('kept', 1);
  for (let index = 0; index < 100; index += 1) {
    cache.set('again and again', index);
    cache.delete('again and again');
  }
  expect(cache.get('kept')).toBe(1);
});

it('forgets all at once', () => {
  const cache = cacheOf(20);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.clear();
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});

it('forgets', () => {
  const cache = cacheOf(20);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.delete('a');
  cache.delete('b');
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});
