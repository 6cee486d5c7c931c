import type { Family } from '../family.js';
import type { Bench } from '../fixtures.js';
import { people } from '../fixtures.js';
import { doNothing, recordMany, recordOne, startLoad } from '../load.js';
import type { Served } from '../load-process.js';
import { makeLog } from '../log-maker.js';
import { inTurn, median } from '../measuring.js';
import type { Place } from '../place.js';
import { RawCopy } from '../raw.js';
import type { BenchService } from '../service.js';
import { startBenchService } from '../service.js';
import { compared, told, toldOnly } from '../table.js';
import type { Mail } from '../world.js';
import { mailOf, numbersFrom } from '../world.js';

/** A service that knows ten thousand people, with nothing passed between us yet. */
const startWithPeople = async (bench: Bench): Promise<{ place: Place; service: BenchService; known: number }> => {
  const place = await bench.newPlace();
  const known = bench.scaled(people.all, 100);
  await makeLog(place, { people: known, events: 0, shares: [] }, () => undefined);
  const service = await startBenchService(place, bench.options.profile);
  await service.projected();
  return { place, service, known };
};

/** New mails, now and then each of another of the people we know. */
const mailsOf = (known: number, series: string): ((count: number) => readonly Mail[]) => {
  const random = numbersFrom(3);
  let number = 0;
  return (count) =>
    Array.from({ length: count }, () =>
      mailOf((number += 1), Math.floor(random() * known), Date.now() - 3_600_000, series),
    );
};

export const recordOneByOne: Family = {
  name: 'recordInteraction',
  run: async (bench) => {
    const { place, service, known } = await startWithPeople(bench);
    const load = await startLoad(service, 64, bench.folder);
    const mails = mailsOf(known, 'one');
    const count = bench.scaled(12_000, 64);
    // What is compiled when it has run often, is compiled before anything counts.
    await load.send(mails(count).map(recordOne), true);
    await load.send(
      Array.from({ length: count }, () => doNothing),
      false,
    );
    const raw = place.isFiles ? await RawCopy.of(place.folder, bench.newFolder()) : undefined;
    const served: Served[] = [];
    const rawRates: number[] = [];
    const cpu: number[] = [];
    try {
      const rates = await inTurn(bench.rounds(6), {
        record: async () => {
          const before = await service.cpu();
          const each = await load.send(mails(count).map(recordOne), true);
          cpu.push((((await service.cpu()) - before) / each.requests) * 1_000_000);
          served.push(each);
          // The baseline follows at once, while it is the same machine.
          if (raw) rawRates.push(rateOf(raw.catchUp(64)));
          return each.requests / each.seconds;
        },
        nothing: async () => {
          const { requests, seconds } = await load.send(
            Array.from({ length: count * 2 }, () => doNothing),
            false,
          );
          return requests / seconds;
        },
      });
      const [a, b] = [rates.nothing, median(rawRates)];
      const name = 'recordInteraction over HTTP, 64 connections, durable and projected';
      return [
        raw
          ? compared(name, rates.record, 'a second', 1 / (1 / a + 1 / b), '>= 0.7')
          : toldOnly(name, rates.record, 'a second'),
        told('  p50 of its answers (they are durable)', median(served.map(({ p50 }) => p50)), 'ms'),
        told('  p99 of its answers', median(served.map(({ p99 }) => p99)), 'ms'),
        told("  the service's processor time for each", median(cpu), '\u00b5s'),
        told("  a: the same server's mutation that does nothing", a, 'a second'),
        ...(raw ? [told('  b: raw inserts of the same events and rows, 64 a commit', b, 'a second')] : []),
      ];
    } finally {
      raw?.close();
      load.stop();
      await service.stop();
    }
  },
};

const rateOf = ({ events, seconds }: { readonly events: number; readonly seconds: number }): number => events / seconds;

const inACall = 500;

export const recordMany500: Family = {
  name: 'recordInteractions',
  run: async (bench) => {
    const { place, service, known } = await startWithPeople(bench);
    const load = await startLoad(service, 2, bench.folder);
    const mails = mailsOf(known, 'many');
    const calls = bench.scaled(30, 1);
    const call = (): object => recordMany(mails(bench.scaled(inACall, 10)));
    await load.send(Array.from({ length: calls }, call), true);
    const raw = place.isFiles ? await RawCopy.of(place.folder, bench.newFolder()) : undefined;
    const rates: number[] = [];
    const inserted: number[] = [];
    try {
      for (let round = 0; round < bench.rounds(5); round += 1) {
        const { seconds } = await load.send(Array.from({ length: calls }, call), true);
        // An interaction of somebody we know is one event.
        rates.push((calls * bench.scaled(inACall, 10)) / seconds);
        if (raw) inserted.push(rateOf(raw.catchUp(inACall)));
      }
      const name = 'recordInteractions, 500 a call, durable and projected';
      if (raw === undefined) return [toldOnly(name, median(rates), 'a second')];
      return [compared(name, median(rates), 'a second', median(inserted), '>= 0.5')];
    } finally {
      raw?.close();
      load.stop();
      await service.stop();
    }
  },
};
