import { rm } from 'node:fs/promises';
import { startChild } from '../child.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import { compared } from '../table.js';

/** Seconds of a rebuild in a process of its own. */
const timed = async (args: readonly string[], profile?: string): Promise<number> => {
  const child = startChild('./rebuild-process.js', { arguments: args, profile });
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
    const rates = await inTurn(bench.rounds(2), {
      ours: async () => log.events / (await timed(['ours', log.folder], bench.options.profile)),
      raw: async () => {
        const copyFolder = bench.newFolder();
        const seconds = await timed(['raw', log.folder, copyFolder]);
        await rm(copyFolder, { recursive: true, force: true });
        return log.events / seconds;
      },
    });
    const name = 'rebuild of all projections, 10^6 events';
    return [compared(name, rates.ours, 'events/s', rates.raw, '>= 0.6')];
  },
};
