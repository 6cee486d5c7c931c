import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MadeLog } from './log-maker.js';
import { makeLog } from './log-maker.js';
import { secondsOf } from './measuring.js';
import type { Options } from './options.js';
import type { Place } from './place.js';
import { Places } from './place.js';
import type { BenchService } from './service.js';
import { startBenchService } from './service.js';
import type { Memory } from './service-process.js';

/** Whose histories are measured: two long ones, the second with few in the last days, and short ones. */
export const people = {
  all: 10_000,
  long: 0,
  longWithFewLately: 1,
  short: Array.from({ length: 20 }, (_, index) => index + 2),
  inShort: 10,
  inLong: 100_000,
  lately: 100,
} as const;

/** A log whose rows a running service has built, and what that took. */
export interface Served {
  readonly log: MadeLog;
  readonly service: BenchService;
  /** When it had built all rows from nothing. */
  readonly memory: Memory;
}

/** What a family of rows is run with. Logs and services are made when they are first asked for, and shared. */
export class Bench {
  readonly options: Options;
  readonly folder: string;
  readonly places: Places;
  readonly #logs = new Map<number, Promise<MadeLog>>();
  readonly #served = new Map<number, Promise<Served>>();
  #folders = 0;

  constructor(options: Options, folder: string) {
    this.options = options;
    this.folder = folder;
    this.places = new Places(options);
  }

  /** A size, as this run has it; never less than `least`. */
  scaled(size: number, least = 1): number {
    return Math.max(least, Math.round(size * this.options.scale));
  }

  /** How often a thing is measured: fewer times in a smoke test. */
  rounds(count: number): number {
    return this.options.scale < 0.1 ? Math.min(count, 2) : count;
  }

  say(text: string): void {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  }

  newFolder(): string {
    this.#folders += 1;
    return join(this.folder, String(this.#folders));
  }

  /** A log and rows of their own, with nothing in them yet. */
  newPlace(): Promise<Place> {
    return this.places.make(this.newFolder());
  }

  get smallEvents(): number {
    return this.scaled(200_000, 2_000);
  }

  get largeEvents(): number {
    return this.scaled(this.options.full ? 2_000_000 : 1_000_000, 4_000);
  }

  /** The goal of rebuild and of memory is said of a log of 10^6 events, whatever the others take. */
  get millionEvents(): number {
    return this.scaled(1_000_000, 4_000);
  }

  /** A log of three years with people of long and of short histories. */
  log(events: number): Promise<MadeLog> {
    const known = this.#logs.get(events);
    if (known !== undefined) return known;
    const made = this.#make(events);
    this.#logs.set(events, made);
    return made;
  }

  /** A service of that log, which has built the rows by itself. */
  served(events: number): Promise<Served> {
    const known = this.#served.get(events);
    if (known !== undefined) return known;
    const served = this.#serve(events);
    this.#served.set(events, served);
    return served;
  }

  async stopServices(): Promise<void> {
    for (const served of this.#served.values()) await (await served).service.stop();
    this.#served.clear();
  }

  async clear(): Promise<void> {
    const left = this.options.keep ? [this.folder, ...this.places.kept] : await this.places.clear();
    if (left.length > 0) this.say(`kept: ${left.join(', ')}`);
    if (!this.options.keep) await rm(this.folder, { recursive: true, force: true });
  }

  async #make(events: number): Promise<MadeLog> {
    const inLong = this.scaled(people.inLong, 500);
    const twice = events >= 4 * inLong;
    let log: MadeLog | undefined;
    const seconds = await secondsOf(async () => {
      const shares = [
        { person: people.long, interactions: inLong },
        ...(twice ? [{ person: people.longWithFewLately, interactions: inLong, inLastDays: people.lately }] : []),
        ...people.short.map((person) => ({ person, interactions: people.inShort })),
      ];
      const plan = { people: this.scaled(people.all, 100), events, shares };
      log = await makeLog(await this.newPlace(), plan, (done) => {
        if (done % 250_000 === 0 && done > 0) this.say(`  ${done} appended`);
      });
    });
    if (log === undefined) throw new Error('No log was made.');
    this.say(`log of ${log.events} events appended in ${seconds.toFixed(1)} s`);
    return log;
  }

  async #serve(events: number): Promise<Served> {
    const log = await this.log(events);
    const service = await startBenchService(log.place, this.options.profile);
    const seconds = await secondsOf(() => service.projected());
    this.say(`the service built the rows of ${log.events} events in ${seconds.toFixed(1)} s`);
    return { log, service, memory: await service.memory() };
  }
}
