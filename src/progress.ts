import cliProgress from 'cli-progress';
import { counted, say, type Surroundings } from './command.js';

/** Tells a person how far a command is. */
export interface Progress {
  /** @param total of which, as far as it is known. */
  to(done: number, total: number): void;
  /** Leaves what was shown last. */
  stop(): void;
}

const lineIntervalMs = 10_000;
const barIntervalMs = 100;

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/**
 * A bar on a terminal; elsewhere a line every ten seconds, so that a log of it stays short.
 * @param unit of what is told: things are counted, bytes are told as megabytes.
 */
export const progressOf = (
  what: string,
  { err }: Pick<Surroundings, 'err'>,
  unit: 'things' | 'events' | 'bytes' = 'things',
): Progress => {
  const told = unit === 'bytes' ? megabytes : counted;
  return err.isTTY === true ? bar(what, err, told) : lines(what, err, told);
};

const bar = (what: string, stream: NodeJS.WritableStream, told: (value: number) => string): Progress => {
  const shown = new cliProgress.SingleBar({
    stream,
    format: `${what} [{bar}] {percentage}% | {value} of {total} | {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: false,
    etaBuffer: 200,
    formatValue: (value, _, type) => (type === 'value' || type === 'total' ? told(value) : String(value)),
  });
  let shownAt = -Infinity;
  let last: readonly [number, number] | undefined;
  const show = ([done, total]: readonly [number, number]): void => {
    if (shown.isActive) shown.setTotal(total);
    else shown.start(total, 0);
    shown.update(done);
    shownAt = performance.now();
  };
  return {
    to: (done, total) => {
      last = [done, total];
      if (performance.now() - shownAt >= barIntervalMs) show(last);
    },
    stop: () => {
      if (last) show(last);
      if (shown.isActive) shown.stop();
    },
  };
};

const lines = (what: string, stream: NodeJS.WritableStream, told: (value: number) => string): Progress => {
  let toldAt = performance.now();
  return {
    to: (done, total) => {
      if (performance.now() - toldAt < lineIntervalMs) return;
      toldAt = performance.now();
      say(stream, `${what}: ${told(done)} of ${told(total)}`);
    },
    stop: () => undefined,
  };
};
