import { noStream } from '../../src/event-sourcing/event-store.js';
import { startChild } from '../child.js';
import type { Family } from '../family.js';
import { people } from '../fixtures.js';
import { makeLog, recordedEvent } from '../log-maker.js';
import { median } from '../measuring.js';
import type { Place } from '../place.js';
import { openLogAt, settingsOf } from '../place.js';
import { startBenchService } from '../service.js';
import { compared, told } from '../table.js';
import { mailOf, numbersFrom } from '../world.js';

/** Seconds that a process of its own takes to follow the log. */
const followed = async ({ env }: Place, ...args: readonly string[]): Promise<number> => {
  const child = startChild('./follow-process.js', { env, arguments: args });
  const seconds = await child.next<number>();
  await child.ended();
  return seconds;
};

const appendsAtOnce = 1_000;

export const following: Family = {
  name: 'following',
  run: async (bench) => {
    const place = await bench.newPlace();
    const known = bench.scaled(people.all, 100);
    const { stakeholderIds } = await makeLog(place, { people: known, events: 0, shares: [] }, () => undefined);
    // Rows that stand, so that what comes later is followed and not built.
    const service = await startBenchService(place);
    await service.projected();
    await service.stop();

    const count = bench.scaled(200_000, 500);
    const random = numbersFrom(7);
    let number = 0;
    /** Records mails while nobody projects. Answers with the ordinal of the event before them. */
    const record = async (): Promise<number> => {
      const store = await openLogAt(place);
      const before = await store.head();
      const one = () => {
        const person = Math.floor(random() * known);
        const mail = mailOf((number += 1), person, Date.now() - 3_600_000, 'following');
        const { stream, event } = recordedEvent(mail, stakeholderIds[person] ?? '');
        return store.append(stream, noStream, [event]);
      };
      for (let left = count; left > 0; left -= appendsAtOnce)
        await Promise.all(Array.from({ length: Math.min(appendsAtOnce, left) }, one));
      await store.close();
      return before;
    };

    const name = 'following the log, from an event in it to the rows of all projections';
    const { eventStore, readStore } = settingsOf(place);
    const hasClient = eventStore.kind === 'kurrentdb';
    const hasDriver = hasClient && readStore.kind === 'postgres';
    const rates = { ours: [] as number[], bare: [] as number[], bareWithRows: [] as number[] };
    for (let round = 0; round < bench.rounds(3); round += 1) {
      const before = await record();
      const follow = async (what: keyof typeof rates): Promise<void> => {
        rates[what].push(count / (await followed(place, what, String(before), String(count))));
      };
      if (hasClient && round % 2 === 1) await follow('bare');
      await follow('ours');
      // It writes what ours has written.
      if (hasDriver) await follow('bareWithRows');
      if (hasClient && round % 2 === 0) await follow('bare');
    }
    const ours = median(rates.ours);
    if (!hasClient) return [told(name, ours, 'events/s')];
    const unit = 'events/s';
    const alone = compared(
      `${name}, against the client's own catch-up subscription`,
      ours,
      unit,
      median(rates.bare),
      '>= 0.5',
    );
    if (!hasDriver) return [alone];
    const writing = `${name}, against that subscription and the driver writing the same rows, already made`;
    return [alone, compared(writing, ours, unit, median(rates.bareWithRows), '>= 0.5')];
  },
};
