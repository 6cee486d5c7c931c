import type { ReadStore } from './read-store.js';

/** Leases that are renewed until they are given up. */
export interface KeptLeases {
  release(): Promise<void>;
}

/**
 * Takes the leases, all or none, and renews them. Should renewing fail for too long, whoever takes them next fences off
 * what this process writes; nothing has to be told here.
 * @param refused makes the error of a lease that another holds.
 */
export const keepLeases = async (
  readStore: ReadStore,
  holder: string,
  leases: readonly string[],
  ttlMs: number,
  refused: (lease: string) => Error,
): Promise<KeptLeases> => {
  const held = await readStore.hold(holder, leases, ttlMs);
  const missing = leases.find((lease) => !held.has(lease));
  if (missing !== undefined) {
    await readStore.release(holder, leases);
    throw refused(missing);
  }
  const renewing = setInterval(() => void readStore.hold(holder, leases, ttlMs).catch(() => undefined), ttlMs / 4);
  return {
    release: async () => {
      clearInterval(renewing);
      await readStore.release(holder, leases);
    },
  };
};
