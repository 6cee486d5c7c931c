import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Table, Write } from '../read-store.js';
import { place, span } from './read-store.specimens.js';
import { writeSteps } from './write-steps.js';

const shape = (table: Table, writes: readonly Write[]): readonly string[] =>
  writeSteps([{ table, writes }]).map((sets) => sets.map(({ kind, rows }) => `${kind} ${rows.length}`).join(', '));

const insert = (who: string, from: number): Write => ({ kind: 'insert', values: [who, 't', from, from + 1, null] });
const close = (who: string, at: number): Write => ({ kind: 'close', values: [who, 't', at] });
const remove = (who: string, from: number): Write => ({ kind: 'remove', values: [who, 't', from] });
const put = (id: number, holder: string | null): Write => ({ kind: 'put', values: [id, 'n', holder] });

describe('the writes of a batch', () => {
  it('are one step where versions end and begin, in whatever order', () => {
    const writes = [close('a', 5), insert('a', 5), insert('a', 6), close('b', 6), insert('b', 6), insert('c', 7)];
    expect(shape(span, writes)).toEqual(['close 2, insert 4']);
  });

  it('are one step where rows are only added', () => {
    expect(shape(span, [insert('a', 5), insert('a', 6), insert('b', 5)])).toEqual(['insert 3']);
  });

  it('are another step where a row is touched that was touched before', () => {
    expect(shape(span, [insert('a', 5), remove('a', 5), insert('a', 5)])).toEqual(['insert 1', 'remove 1', 'insert 1']);
    expect(shape(span, [insert('a', 5), close('a', 6)])).toEqual(['insert 1', 'close 1']);
  });

  it('keep their order where a value may be there once only', () => {
    const writes: readonly Write[] = [
      put(1, null),
      put(2, 'h'),
      { kind: 'remove', values: [3] },
      put(4, 'i'),
      put(4, 'j'),
    ];
    expect(shape(place, writes)).toEqual(['put 2', 'remove 1', 'put 1', 'put 1']);
  });

  it('put tables beside each other', () => {
    const steps = writeSteps([
      { table: span, writes: [insert('a', 1), close('a', 2)] },
      { table: place, writes: [put(1, null)] },
    ]);
    expect(steps.map((sets) => sets.map(({ table, kind }) => `${kind} ${table.name}`))).toEqual([
      ['insert span', 'put place'],
      ['close span'],
    ]);
  });

  it('are all written once, those of one row in their order', () => {
    const write = fc.oneof(
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(9)).map(([who, from]) => insert(who, from)),
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(9)).map(([who, at]) => close(who, at)),
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(9)).map(([who, from]) => remove(who, from)),
    );
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        const steps = writeSteps([{ table: span, writes }]);
        const written = steps.flatMap((sets) =>
          sets.flatMap(({ kind, rows }) => rows.map((values) => ({ kind, values }))),
        );
        for (const who of ['a', 'b']) {
          const of = (all: readonly Write[]) => all.filter(({ values }) => values[0] === who);
          expect(of(written)).toEqual(of(writes));
        }
      }),
    );
  });
});
