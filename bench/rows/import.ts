import type { Family } from '../family.js';
import type { Bench } from '../fixtures.js';
import { recordMany, startLoad } from '../load.js';
import { makeLog } from '../log-maker.js';
import { startBenchService } from '../service.js';
import { compared } from '../table.js';
import type { Mail } from '../world.js';
import { mailOf, numbersFrom } from '../world.js';

const dayMs = 86_400_000;

/** An import into a service of its own, taken some calls at a time. */
const startImport = async (bench: Bench, people: number, mails: readonly Mail[]) => {
  const place = await bench.newPlace();
  await makeLog(place, { people, events: 0, shares: [] }, () => undefined);
  const service = await startBenchService(place, bench.options.profile);
  await service.projected();
  const load = await startLoad(service, 2, bench.folder);
  let next = 0;
  return {
    /** Seconds that the next of the mails take until they are projected. */
    take: async (count: number): Promise<number> => {
      const calls: object[] = [];
      for (const end = Math.min(mails.length, next + count); next < end; next += 500)
        calls.push(recordMany(mails.slice(next, Math.min(end, next + 500))));
      return (await load.send(calls, true)).seconds;
    },
    stop: async () => {
      load.stop();
      await service.stop();
    },
  };
};

export const importOrder: Family = {
  name: 'import',
  run: async (bench) => {
    const people = bench.scaled(1_000, 10);
    const count = bench.scaled(100_000, 1_000);
    const random = numbersFrom(5);
    const start = Date.now() - 3 * 365 * dayMs;
    const mails = Array.from({ length: count }, (_, index) =>
      mailOf(index, Math.floor(random() * people), start + Math.floor((index / count) * 3 * 365 * dayMs), 'import'),
    );
    const oldestFirst = await startImport(bench, people, mails);
    const newestFirst = await startImport(bench, people, mails.toReversed());
    const seconds = { oldest: 0, newest: 0 };
    try {
      // Some of the one, some of the other, so that both meet the same machine.
      for (let done = 0, at = 5_000; done < count; done += at) {
        at = Math.min(5_000, count - done);
        seconds.oldest += await oldestFirst.take(at);
        seconds.newest += await newestFirst.take(at);
      }
      const name = 'an import of 10^5 interactions of 1,000 stakeholders, newest first, against oldest first';
      return [compared(name, seconds.newest, 's', seconds.oldest, '<= 2')];
    } finally {
      await oldestFirst.stop();
      await newestFirst.stop();
    }
  },
};
