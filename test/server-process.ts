import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rapport, rapportAt } from './client.js';
import { type RapportOptions, startRapport } from './rapport.js';

/** A server as a process of its own, which a test may kill. */
export interface ServerProcess {
  readonly rapport: Rapport;
  readonly child: ChildProcess;
  /** Ends it as a power cut would: at once, and without a word. */
  kill(): Promise<void>;
  /** Asks it to end, and waits until it has. Answers with its exit status. */
  stop(): Promise<number | null>;
}

/** It ended before it served: with what it said. */
export class NotServing extends Error {
  override readonly name = 'NotServing';
}

const startsWithinMs = 60_000;

/** Starts a server on a data folder, and waits until it says where it serves. */
export const startServer = async (data: string, options: Omit<RapportOptions, 'data'> = {}): Promise<ServerProcess> => {
  const child = await startRapport(['serve'], { data, ...options });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new NotServing(`It does not serve after ${startsWithinMs} ms. It said: ${said}`));
    }, startsWithinMs);
    const settle = (): void => clearTimeout(late);
    child.stdout?.resume();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, where] = /serves at (\S+)\n/.exec(said) ?? [];
      if (where === undefined) return;
      settle();
      resolve(where);
    });
    child.once('close', (status) => {
      settle();
      reject(new NotServing(`It ended with ${String(status)}. It said: ${said}`));
    });
  });
  const token = options.env?.['RAPPORT_ADMIN_KEY'] ?? (await readFile(join(data, 'admin.key'), 'utf8')).trim();
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return gone;
  };
  return {
    rapport: rapportAt({ url, token }),
    child,
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
};
