import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLost } from './postgres.errors.js';

/**
 * Runs an operation, and again with back-off while the connection is lost: a server that is restarted is a pause.
 * @param operation that may be done twice.
 * @param limitMs after which it gives up with what was thrown last.
 */
export const whileLost = async <T>(
  operation: () => Promise<T>,
  limitMs: number,
  isOver: () => boolean = () => false,
): Promise<T> => {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof ConnectionLost) || isOver() || performance.now() + pauseMs >= deadline) throw error;
    }
    // A random part keeps those who were cut off together from coming back together.
    await sleep(pauseMs * (0.5 + Math.random()));
  }
};
