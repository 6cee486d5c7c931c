import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Growing, grown, itemOf, itemsOf, nothingYet } from './growing.js';

const from = (keys: readonly string[], start: Growing<number> = nothingYet): Growing<number> =>
  keys.reduce((map, key, index) => grown(map, key, index), start);

it('has what was added, oldest first', () => {
  const map = from(['a', 'b']);
  expect([...itemsOf(map)]).toEqual([0, 1]);
  expect(itemOf(map, 'b')).toBe(1);
  expect(itemOf(map, 'c')).toBeUndefined();
});

it('leaves older states as they were, whichever of them is grown and in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 30 }), (picks) => {
      const states: { map: Growing<number>; items: readonly number[] }[] = [{ map: nothingYet, items: [] }];
      for (const [item, pick] of picks.entries()) {
        const state = states[pick % states.length] ?? { map: nothingYet, items: [] };
        states.push({ map: grown(state.map, `key ${item}`, item), items: [...state.items, item] });
      }
      for (const { map, items } of states) {
        expect([...itemsOf(map)]).toEqual(items);
        for (const [item] of picks.entries())
          expect(itemOf(map, `key ${item}`)).toBe(items.includes(item) ? item : undefined);
      }
    }),
  );
});

it('grows the newest state without copying it', () => {
  const map = from(['a']);
  expect(grown(map, 'b', 1).items).toBe(map.items);
});
