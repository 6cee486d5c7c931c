import { describe, expect, it } from '@jest/globals';
import { noStream } from '../event-store.js';
import { KnownIds } from './kurrentdb.known-ids.js';

const run = (name: string, from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `${name} ${from + at}`, revision: from + at }));

describe('the ids that are known to stand in streams', () => {
  it('are those that were read, up to the newest of them', () => {
    const known = new KnownIds();
    known.note('a', noStream, run('a', 0, 2));
    known.note('a', 1, run('a', 2, 1));
    expect(known.of('a')).toEqual({
      revision: 2,
      revisions: new Map([
        ['a 0', 0],
        ['a 1', 1],
        ['a 2', 2],
      ]),
    });
    expect(known.of('b').revision).toBe(noStream);
  });

  it('take nothing in where more than that is missing before it', () => {
    const known = new KnownIds();
    known.note('a', 4, run('a', 5, 1));
    expect(known.of('a').revision).toBe(noStream);
  });

  it('are forgotten of the streams that were used longest ago, and kept of those that are used', () => {
    const known = new KnownIds(100);
    known.note('used', noStream, run('used', 0, 1));
    for (let n = 0; n < 1_000; n += 1) {
      known.note(`once ${n}`, noStream, run(`once ${n}`, 0, 1));
      known.of('used');
    }
    expect(known.of('used').revision).toBe(0);
    const kept = Array.from({ length: 1_000 }, (_, n) => known.of(`once ${n}`)).filter(
      ({ revision }) => revision === 0,
    );
    expect(kept.length).toBeGreaterThan(0);
    // Two generations of a hundred.
    expect(kept.length).toBeLessThanOrEqual(200);
  });

  it('are forgotten together, of a stream that is read anew', () => {
    const known = new KnownIds();
    known.note('a', noStream, run('a', 0, 1));
    known.forget('a');
    expect(known.of('a').revision).toBe(noStream);
  });
});
