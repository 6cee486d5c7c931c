import { describe, expect, it } from '@jest/globals';
import { Batch } from './batch.js';
import { open } from './position.js';
import type { RowWriter, Table } from './read-store.js';
import { balance } from './specimens.js';

const writing = (write: (rows: RowWriter) => void) => {
  const batch = new Batch();
  write(batch);
  return batch.writes();
};
const plain: Table = { name: 'plain', columns: { id: 'integer', note: 'text' }, nullable: ['note'], key: ['id'] };

describe('A batch', () => {
  it('writes a version that it opens and closes once, and one of a single event not at all', () => {
    const write = (rows: RowWriter): void => {
      rows.insert(balance, { account: 'a', known_from: 1, known_until: open, amount: 1 });
      rows.insert(balance, { account: 'b', known_from: 2, known_until: open, amount: 2 });
      rows.close(balance, ['a'], 3);
      rows.close(balance, ['b'], 2);
      rows.insert(balance, { account: 'b', known_from: 2, known_until: open, amount: 3 });
      rows.close(balance, ['c'], 4);
      rows.close(balance, ['b'], 5);
    };
    expect(writing(write)).toEqual([
      {
        table: balance,
        writes: [
          { kind: 'insert', values: ['a', 1, 3, 1] },
          { kind: 'insert', values: ['b', 2, 5, 3] },
          { kind: 'close', values: ['c', 4] },
        ],
      },
    ]);
  });

  it('writes a row that is put again once, and none that it removes', () => {
    const write = (rows: RowWriter): void => {
      rows.put(plain, { id: 1, note: 'x' });
      rows.put(plain, { id: 1, note: 'y' });
      rows.put(plain, { id: 2, note: 'z' });
      rows.remove(plain, [2]);
      rows.insert(plain, { id: 3 });
      rows.remove(plain, [3]);
      rows.insert(plain, { id: 4 });
      rows.put(plain, { id: 4, note: 'v' });
    };
    expect(writing(write)[0]?.writes).toEqual([
      { kind: 'put', values: [1, 'y'] },
      { kind: 'remove', values: [2] },
      { kind: 'insert', values: [4, 'v'] },
    ]);
  });

  it('keeps to the order of puts where a unique index makes it matter', () => {
    const unique: Table = { ...plain, name: 'taken', indexes: [{ columns: ['note'], unique: true }] };
    const write = (rows: RowWriter): void => {
      rows.put(unique, { id: 1, note: null });
      rows.put(unique, { id: 2, note: 'a' });
      rows.put(unique, { id: 1, note: 'b' });
    };
    expect(writing(write)[0]?.writes.map(({ values }) => values)).toEqual([
      [1, null],
      [2, 'a'],
      [1, 'b'],
    ]);
  });

  it('refuses to put rows that have versions, and to close rows that have none', () => {
    expect(() => writing((rows) => rows.put(balance, {}))).toThrow(TypeError);
    expect(() => writing((rows) => rows.close(plain, [1], 1))).toThrow(TypeError);
  });
});
