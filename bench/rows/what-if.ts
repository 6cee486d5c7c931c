import { startChild } from '../child.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import type { Place } from '../place.js';
import { compared, told } from '../table.js';

/** Seconds, and what the process held at most. */
interface Measured {
  readonly seconds: number;
  readonly residentMb: number;
}

const measured = async ({ env }: Place, what: 'what-if' | 'rebuild', profile?: string): Promise<Measured> => {
  const child = startChild('./what-if-process.js', { env, arguments: [what], profile });
  const answer = await child.next<Measured>();
  await child.ended();
  return answer;
};

export const whatIfs: Family = {
  name: 'what-if',
  run: async (bench) => {
    // Makes the rows once, which the what-if reads.
    const { log } = await bench.served(bench.millionEvents);
    await bench.stopServices();
    let residentMb = 0;
    const times = await inTurn(bench.rounds(2), {
      ours: async () => {
        const { seconds, residentMb: held } = await measured(log.place, 'what-if', bench.options.profile);
        residentMb = Math.max(residentMb, held);
        return seconds;
      },
      rebuild: async () => (await measured(log.place, 'rebuild')).seconds,
    });
    const name = 'what-if under another stance rule, 10^6 events';
    return [
      compared(`${name}, against a rebuild of the same projection`, times.ours, 's', times.rebuild, '<= 1'),
      told(`${name}, resident memory of its process at most`, residentMb, 'MB'),
    ];
  },
};
