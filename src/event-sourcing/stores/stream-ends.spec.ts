import { describe, expect, it } from '@jest/globals';
import { StreamEnds } from './stream-ends.js';

describe('StreamEnds', () => {
  it('keeps what is used, and a bounded number of the others', () => {
    const ends = new StreamEnds();
    const used = { key: 1, revision: 0 };
    ends.set('used', used);
    for (let key = 2; key < 120_000; key += 1) {
      ends.set(`stream-${key}`, { key, revision: 0 });
      if (key % 10_000 === 0) expect(ends.get('used')).toBe(used);
    }
    expect(ends.get('stream-2')).toBeUndefined();
    expect(ends.get('stream-95001')).toBeDefined();
  });

  it('forgets all at once', () => {
    const ends = new StreamEnds();
    ends.set('call-1', { key: 1, revision: 0 });
    ends.clear();
    expect(ends.get('call-1')).toBeUndefined();
  });
});
