import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the bench, asked one thing at a time. */
export interface Child {
  /** The next thing that it tells. @throws where it ends instead. */
  next<T>(): Promise<T>;
  ask<T>(question: unknown): Promise<T>;
  /** Resolves when it has ended, after its last word. */
  ended(): Promise<void>;
  kill(): void;
}

interface ChildOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly arguments?: readonly string[];
  /** Leaves a CPU profile in this folder. */
  readonly profile?: string | undefined;
}

/** Children that run: none outlives the bench. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a module of the bench in a process of its own. What it writes to standard output goes nowhere, as a log would. */
export const startChild = (module: string, { env = {}, profile, ...options }: ChildOptions = {}): Child => {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), options.arguments ?? [], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    // The flag of `npm start`.
    execArgv: ['--max-semi-space-size=16', ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile])],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  running.add(child);
  const told: unknown[] = [];
  let waiting: { resolve: (message: never) => void; reject: (error: Error) => void } | undefined;
  let over = false;
  const end = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message) => {
    if (waiting === undefined) told.push(message);
    else waiting.resolve(message as never);
    waiting = undefined;
  });
  child.once('exit', () => {
    over = true;
    running.delete(child);
    waiting?.reject(new Error(`${module} ended before it answered.`));
  });
  const next = <T>(): Promise<T> => {
    if (told.length > 0) return Promise.resolve(told.shift() as T);
    if (over) return Promise.reject(new Error(`${module} has ended.`));
    return new Promise<T>((resolve, reject) => (waiting = { resolve, reject }));
  };
  return {
    next,
    ask: (question) => {
      child.send(question as never);
      return next();
    },
    ended: () => end,
    kill: () => void child.kill('SIGKILL'),
  };
};
