/** Where an id was written last, as far as the cache remembers. */
interface Written {
  readonly stream: string;
  readonly revision: bigint;
}

/**
 * The ids that the server remembers, and looks at when an append expects *any* revision. It is bounded in bytes, in the
 * order of writing, and lives in memory only: gone after a restart or under a new leader.
 */
export interface IdCache {
  find(id: string): Written | undefined;
  put(id: string, written: Written): void;
  clear(): void;
}

/** What the real server keeps: 60,000 to 100,000 ids, by the length of their streams' names. */
const realLimitInBytes = 8 * 1024 * 1024;

// A UUID, a revision's share, a pointer, and two bytes a character.
const sizeInBytes = ({ stream }: Written) => 28 + 2 * stream.length;

/** An empty cache of at most `limitInBytes`, the real server's limit if none is given. */
export const createIdCache = (limitInBytes = realLimitInBytes): IdCache => {
  const written = new Map<string, Written>();
  let order: string[] = [];
  let oldest = 0;
  let bytes = 0;

  const forgetOldest = () => {
    const id = order[oldest++] ?? '';
    const old = written.get(id);
    if (old) bytes -= sizeInBytes(old);
    written.delete(id);
    if (oldest > 10_000) {
      order = order.slice(oldest);
      oldest = 0;
    }
  };

  return {
    find: (id) => written.get(id),
    put: (id, where) => {
      while (bytes > limitInBytes && oldest < order.length) forgetOldest();
      bytes += sizeInBytes(where);
      order.push(id);
      // As in the real server: an id written twice is remembered where it was written first.
      if (!written.has(id)) written.set(id, where);
    },
    clear: () => {
      written.clear();
      order = [];
      oldest = 0;
      bytes = 0;
    },
  };
};
