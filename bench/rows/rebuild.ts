import { rm } from 'node:fs/promises';
import { startChild } from '../child.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import type { Place } from '../place.js';
import { compared, toldOnly } from '../table.js';

/** Seconds of a rebuild in a process of its own. */
const timed = async ({ env }: Place, args: readonly string[], profile?: string): Promise<number> => {
  const child = startChild('./rebuild-process.js', { env, arguments: args, profile });
  const seconds = await child.next<number>();
  await child.ended();
  return seconds;
};

export const rebuilds: Family = {
  name: 'rebuild',
  run: async (bench) => {
    // Makes the rows once, which the baseline inserts.
    const { log } = await bench.served(bench.millionEvents);
    await bench.stopServices();
    const name = 'rebuild of all projections, 10^6 events';
    const ours = async () => log.events / (await timed(log.place, ['ours'], bench.options.profile));
    if (!log.place.isFiles) return [toldOnly(name, (await inTurn(bench.rounds(2), { ours })).ours, 'events/s')];
    const rates = await inTurn(bench.rounds(2), {
      ours,
      raw: async () => {
        const copyFolder = bench.newFolder();
        const seconds = await timed(log.place, ['raw', log.place.folder, copyFolder]);
        await rm(copyFolder, { recursive: true, force: true });
        return log.events / seconds;
      },
    });
    return [compared(name, rates.ours, 'events/s', rates.raw, '>= 0.6')];
  },
};
