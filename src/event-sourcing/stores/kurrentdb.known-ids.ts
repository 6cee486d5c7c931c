import type { RecordedEvent } from '../event-store.js';
import { noStream } from '../event-store.js';

/** The ids that a stream holds up to a revision, each with its own. */
export interface StreamIds {
  readonly revision: number;
  readonly revisions: ReadonlyMap<string, number>;
}

const nothing: StreamIds = { revision: noStream, revisions: new Map() };

interface Noted {
  revision: number;
  readonly revisions: Map<string, number>;
}

/**
 * Which ids stand in the streams used last: the server does not look at the id of an event that comes at the current
 * revision, so whoever appends must know. Two generations, as in `stream-cache.ts`, each of at most so many ids.
 */
export class KnownIds {
  readonly #idsMax: number;
  #young = new Map<string, Noted>();
  #old = new Map<string, Noted>();
  #ids = 0;

  constructor(idsMax = 100_000) {
    this.#idsMax = idsMax;
  }

  of(stream: string): StreamIds {
    return this.#noted(stream) ?? nothing;
  }

  /**
   * Takes in what was read of a stream after a revision. A gap within is none of ours: somebody has truncated the stream.
   * @param after the revision that was asked for; where more than that is missing here, nothing is taken in.
   */
  note(stream: string, after: number, events: readonly Pick<RecordedEvent, 'id' | 'revision'>[]): void {
    const noted = this.#noted(stream) ?? { revision: noStream, revisions: new Map<string, number>() };
    if (after > noted.revision || events.length === 0) return;
    for (const { id, revision } of events) {
      if (revision <= noted.revision) continue;
      noted.revision = revision;
      noted.revisions.set(id, revision);
      this.#ids += 1;
    }
    this.#young.set(stream, noted);
    if (this.#ids < this.#idsMax) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#ids = 0;
  }

  forget(stream: string): void {
    this.#young.delete(stream);
    this.#old.delete(stream);
  }

  #noted(stream: string): Noted | undefined {
    const young = this.#young.get(stream);
    if (young !== undefined) return young;
    const old = this.#old.get(stream);
    if (old === undefined) return undefined;
    this.#old.delete(stream);
    this.#young.set(stream, old);
    this.#ids += old.revisions.size;
    return old;
  }
}
