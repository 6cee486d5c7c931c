import { createHash, type Hash } from 'node:crypto';
import type { RecordedEvent } from './event-store.js';
import { canonicalJson } from './keyed-hash.js';

const bucketCount = 65_536;
const lanes = 4;

/**
 * The digest of a log: how many events, in which order, and what each stream holds. A stream's digest is the sum of its
 * events' digests (SHA-256 of the event with its stream and revision, cut to 128 bits, lane by lane modulo 2^32), so it
 * needs no memory of the stream's last event; streams are summed up in 65,536 buckets, so a log of any number of streams
 * takes one megabyte. Positions are left out: a copy has others.
 *
 * It finds what went wrong by accident. Who wants to deceive can make two logs of one sum.
 */
export class LogDigest {
  events = 0;
  streams = 0;
  readonly #order: Hash = createHash('sha256');
  readonly #sums = new Uint32Array(bucketCount * lanes);

  add(event: RecordedEvent): void {
    this.events += 1;
    // Revisions count from 0 without gaps, so each stream has one such event.
    if (event.revision === 0) this.streams += 1;
    const digest = digestOf(event);
    this.#order.update(digest);
    addTo(this.#sums, bucketOf(event.stream), digest);
  }

  /** Of all that was added, in the order in which it was: sixty-four hexadecimal digits. */
  get hex(): string {
    return this.#order.copy().digest('hex');
  }

  /** Buckets in which a stream differs. None where every stream is the same. */
  differsFrom(other: LogDigest): ReadonlySet<number> {
    const differing = new Set<number>();
    for (const [index, sum] of this.#sums.entries())
      if (sum !== other.#sums[index]) differing.add(Math.floor(index / lanes));
    return differing;
  }
}

/** The digests of the streams of some buckets, each by its stream's name. */
export class StreamDigests {
  readonly #sums = new Map<string, Uint32Array>();

  constructor(private readonly buckets: ReadonlySet<number>) {}

  add(event: RecordedEvent): void {
    if (!this.buckets.has(bucketOf(event.stream))) return;
    const sum = this.#sums.get(event.stream) ?? new Uint32Array(lanes);
    this.#sums.set(event.stream, sum);
    addTo(sum, 0, digestOf(event));
  }

  /** Names of the streams that only one of them has, or that hold something else. */
  differsFrom(other: StreamDigests): readonly string[] {
    const names = new Set([...this.#sums.keys(), ...other.#sums.keys()]);
    return [...names].filter((name) => this.#hexOf(name) !== other.#hexOf(name)).sort();
  }

  #hexOf(name: string): string | undefined {
    return this.#sums.get(name)?.join();
  }
}

const addTo = (sums: Uint32Array, bucket: number, digest: Buffer): void => {
  for (let lane = 0; lane < lanes; lane += 1) {
    const at = bucket * lanes + lane;
    sums[at] = (sums[at] ?? 0) + digest.readUInt32LE(lane * 4);
  }
};

/** Data is kept as the text that it was; a store may keep provenance as it likes, and give it in an order of its own. */
const digestOf = ({ id, type, version, data, provenance, recordedAt, stream, revision }: RecordedEvent): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([stream, revision, id, type, version, recordedAt, data]))
    .update(canonicalJson({ ...provenance }))
    .digest();

/** FNV-1a over the name's code units, folded to sixteen bits. */
const bucketOf = (stream: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < stream.length; at += 1) hash = Math.imul(hash ^ stream.charCodeAt(at), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
};
