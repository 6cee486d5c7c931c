import { expect, it } from '@jest/globals';
import type { ReadStore, RowWriter } from '../read-store.js';
import { live, place, places, writing } from './read-store.specimens.js';

/** What every read store promises of a build's own rows: part of `read-store.contract.ts`. */
export const buildRowsContract = (open: () => Promise<ReadStore>): void => {
  it('answers what is asked of a build while a batch is written with the batch', async () => {
    const build = await live(await open(), places);
    const several = (rows: RowWriter): void => {
      rows.put(place, { id: 1, name: 'a', holder: 'h' });
      rows.remove(place, [1]);
      rows.insert(place, { id: 2, name: 'b', holder: 'h' });
    };
    const one = (rows: RowWriter): void => rows.insert(place, { id: 3, name: 'c', holder: null });
    const asked = [];
    for (const [index, write] of [several, one].entries()) {
      const written = build.commit(writing(write), index + 1);
      asked.push(await build.rows.all('SELECT id FROM place ORDER BY id'));
      await written;
    }
    expect(asked).toEqual([[{ id: 2 }], [{ id: 2 }, { id: 3 }]]);
    await build.close();
  });
};
