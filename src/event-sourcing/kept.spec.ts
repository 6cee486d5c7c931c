import { describe, expect, it } from '@jest/globals';
import { BoundedKept } from './kept.js';

describe('BoundedKept', () => {
  it('keeps what is asked for, and never more than its bound', () => {
    const kept = new BoundedKept(100);
    kept.set('asked', 'yes');
    for (let n = 0; n < 1_000; n += 1) {
      kept.set(`k${n}`, n);
      expect(kept.get('asked')).toBe('yes');
    }
    const left = Array.from({ length: 1_000 }, (_, n) => kept.get(`k${n}`)).filter((value) => value !== undefined);
    expect(left.length).toBeLessThanOrEqual(100);
    expect(left).toContain(999);
  });

  it('forgets what is deleted, and everything when it is cleared', () => {
    const kept = new BoundedKept(4);
    for (const key of ['a', 'b', 'c']) kept.set(key, key);
    kept.delete('a');
    expect([kept.get('a'), kept.get('b')]).toEqual([undefined, 'b']);
    kept.clear();
    expect(kept.get('b')).toBeUndefined();
  });
});
