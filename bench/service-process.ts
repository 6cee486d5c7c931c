import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Mutation, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../src/event-sourcing/event-store.js';
import type { Projecting } from '../src/event-sourcing/projecting.js';
import { openLog } from '../src/log.js';
import { giveMemoryBack } from '../src/memory.js';
import { startService } from '../src/service.js';
import { settingsFrom } from '../src/settings.js';
import { EVENT_STORE, PROJECTOR } from '../src/tokens.js';

/** What the bench asks of the process of a service. */
export type Asked = 'projected' | 'memory' | 'cpu' | 'stop';

export interface Memory {
  /** Bytes that are resident now, and were at most. */
  readonly resident: number;
  readonly peak: number;
}

@Resolver()
class NothingResolver {
  /** What a mutation costs that does nothing: the way there and back. */
  @Mutation(() => Boolean)
  nothing(): boolean {
    return true;
  }
}

@Module({ providers: [NothingResolver] })
class NothingModule {}

const peakOf = (status: string): number => Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;

const memory = (): Memory => {
  const resident = process.memoryUsage.rss();
  try {
    return { resident, peak: peakOf(readFileSync('/proc/self/status', 'utf8')) };
  } catch {
    // Only Linux tells the peak.
    return { resident, peak: resident };
  }
};

/** Seconds of processor time that this process took so far. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
};

/** Serves as `main.ts` does, with one mutation more, and answers to the bench over the channel to its parent. */
const main = async (): Promise<void> => {
  const settings = settingsFrom({ ...process.env, PORT: '0' });
  const { url, app, close } = await startService(settings, openLog(settings.logLevel), { also: [NothingModule] });
  giveMemoryBack();
  const token = (await readFile(join(settings.dataFolder, 'admin.key'), 'utf8')).trim();
  const store = app.get<EventStore>(EVENT_STORE);
  const projector = app.get<Projecting>(PROJECTOR);
  const answers: Readonly<Record<Asked, () => unknown>> = {
    projected: async () => projector.waitFor(await store.head(), undefined, 3_600_000),
    memory,
    cpu,
    stop: close,
  };
  process.on('message', (asked: Asked) => {
    void Promise.resolve(answers[asked]()).then((answer) => {
      process.send?.({ answer });
      if (asked === 'stop') process.disconnect();
    });
  });
  process.send?.({ url, token });
};

await main();
