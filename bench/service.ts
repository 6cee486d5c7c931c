import { startChild } from './child.js';
import type { Place } from './place.js';
import type { Asked, Memory } from './service-process.js';

/** The real service in a process of its own. */
export interface BenchService {
  readonly url: string;
  readonly token: string;
  /** Resolves when readers see all that is in the log. */
  projected(): Promise<void>;
  memory(): Promise<Memory>;
  /** Seconds of processor time so far. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** @param profile leaves a CPU profile in this folder when it stops. */
export const startBenchService = async (place: Place, profile?: string): Promise<BenchService> => {
  const child = startChild('./service-process.js', { env: place.env, profile });
  const { url, token } = await child.next<{ url: string; token: string }>();
  const ask = async <T>(asked: Asked): Promise<T> => (await child.ask<{ answer: T }>(asked)).answer;
  return {
    url,
    token,
    projected: async () => {
      const waited = await ask<string>('projected');
      if (waited !== 'projected') throw new Error(`The service did not project: ${waited}.`);
    },
    memory: () => ask('memory'),
    cpu: () => ask('cpu'),
    stop: async () => {
      await ask('stop');
      await child.ended();
    },
  };
};
