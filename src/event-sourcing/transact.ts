import { type Decider, type Refusal, isRefusal, streamOf } from './decider.js';
import { deterministicId } from './event-id.js';
import {
  type EventStore,
  type NewEvent,
  PartialOverlap,
  type RecordedEvent,
  WrongExpectedRevision,
  noStream,
} from './event-store.js';
import type { Fact } from './fact.js';
import type { Provenance } from './provenance.js';
import { StreamCache } from './stream-cache.js';

/** Who asks, and how: what `transact` stamps on the events. */
export interface CommandContext extends Provenance {
  /** The stream's revision that the caller has seen; another one is a `RevisionConflict`. */
  readonly expectedRevision?: number;
}

/** Refused where a command id came before, in the same stream from the same credential, with another input. */
export type CommandIdReused = Refusal<'CommandIdReused'>;

export interface Accepted<State> {
  /** What happened: now, or the first time where the command is known. Empty where there was nothing new to say. */
  readonly events: readonly RecordedEvent[];
  /** True where this call wrote nothing. */
  readonly already: boolean;
  readonly state: State;
  readonly revision: number;
  /** Ordinal of the newest event that the answer rests on; 0 where the stream is empty. */
  readonly ordinal: number;
}

/** The stream is at another revision than the caller expected, or the race for it was lost too often. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  constructor(
    readonly stream: string,
    readonly currentRevision: number,
  ) {
    super(`It has changed meanwhile: its revision is ${currentRevision} now.`);
  }
}

export interface StreamState<State> {
  readonly state: State;
  readonly revision: number;
  readonly ordinal: number;
}

/** The one door to a decider's stream: read what is newer, fold, decide, append. */
export interface Transactions {
  /** @throws RevisionConflict, StoreUnavailable */
  transact<State, Request, F extends Fact<string, object>, R extends Refusal>(
    decider: Decider<State, Request, F, R>,
    id: string,
    request: Request,
    context: CommandContext,
  ): Promise<Accepted<State> | R | CommandIdReused>;

  /**
   * The state of a stream, as new as the log, and what a command did, where the stream holds it already: for commands that
   * do more than one stream's work.
   */
  look<State, Request, F extends Fact<string, object>, R extends Refusal>(
    decider: Decider<State, Request, F, R>,
    id: string,
    context: CommandContext,
  ): Promise<StreamState<State> & { readonly known: Accepted<State> | CommandIdReused | null }>;

  /** The state of a stream, as new as the log. */
  read<State, Request, F extends Fact<string, object>, R extends Refusal>(
    decider: Decider<State, Request, F, R>,
    id: string,
  ): Promise<StreamState<State>>;
}

export const isAccepted = <State>(outcome: Accepted<State> | Refusal): outcome is Accepted<State> =>
  'events' in outcome;

interface Remembered {
  readonly digest: string;
  readonly first: number;
  last: number;
}

/** A stream as far as it was folded, with the commands that it holds: so a command sent again is known by its stream alone. */
interface Folded {
  state: unknown;
  revision: number;
  ordinal: number;
  weight: number;
  readonly commands: Map<string, Remembered>;
}

/** A stream that holds nothing. */
const blank = ({ initialState }: AnyDecider): Folded => ({
  state: initialState,
  revision: noStream,
  ordinal: 0,
  weight: 1,
  commands: new Map(),
});

const pageMax = 1_000;
const triesMax = 50;

/**
 * @param weightMax how much the cache holds, in events (see `Decider.weigh`), before the streams least recently used leave it.
 */
export const transactions = (store: EventStore, weightMax = 200_000): Transactions => {
  const cache = new StreamCache<Folded>(weightMax, ({ weight }) => weight);
  const turns = new Map<string, Promise<unknown>>();

  const foldInto = (folded: Folded, decider: AnyDecider, events: readonly RecordedEvent[]): void => {
    for (const event of events) {
      folded.state = decider.evolve(folded.state, { type: event.type, data: event.data });
      folded.revision = event.revision;
      folded.ordinal = event.ordinal;
      folded.weight += decider.weigh?.({ type: event.type, data: event.data }) ?? 1;
      const key = commandKey(event.provenance);
      const known = folded.commands.get(key);
      if (known) known.last = event.revision;
      else
        folded.commands.set(key, { digest: event.provenance.inputDigest, first: event.revision, last: event.revision });
    }
  };

  /** What is cached of a stream, where nobody works on it and the log says that nothing is newer. */
  const current = (stream: string): Folded | undefined => {
    const folded = turns.has(stream) ? undefined : cache.get(stream);
    return folded !== undefined && store.revisionNow?.(stream) === folded.revision ? folded : undefined;
  };

  /** Folds what the log holds beyond `folded`. The entry leaves the cache while it changes. */
  const refresh = async (stream: string, decider: AnyDecider, from?: Folded): Promise<Folded> => {
    if (from !== undefined && store.revisionNow?.(stream) === from.revision) return from;
    const folded = from ?? blank(decider);
    cache.delete(stream);
    for (;;) {
      const events = await store.readStream(stream, folded.revision, pageMax);
      foldInto(folded, decider, events);
      if (events.length < pageMax) break;
    }
    cache.set(stream, folded);
    return folded;
  };

  /** What a command did when it was accepted, where this stream holds it. */
  const recalled = async (
    stream: string,
    folded: Folded,
    context: CommandContext,
  ): Promise<Accepted<unknown> | CommandIdReused | null> => {
    const known = folded.commands.get(commandKey(context));
    if (known === undefined) return null;
    if (known.digest !== context.inputDigest) return { refused: 'CommandIdReused' };
    const events = await store.readStream(stream, known.first - 1, known.last - known.first + 1);
    return {
      events,
      already: true,
      state: folded.state,
      revision: folded.revision,
      ordinal: events.at(-1)?.ordinal ?? folded.ordinal,
    };
  };

  const mayBegin = ({ begins }: AnyDecider, { type }: Typed, { expectedRevision }: CommandContext): boolean =>
    begins !== undefined && begins === type && expectedRevision === undefined && store.tellsRepeats;

  const attempt = async (
    decider: AnyDecider,
    stream: string,
    request: Typed,
    context: CommandContext,
  ): Promise<Accepted<unknown> | Refusal> => {
    const cached = cache.get(stream) ?? (mayBegin(decider, request, context) ? blank(decider) : undefined);
    let folded = cached ?? (await refresh(stream, decider));
    // What is cached or supposed may lead to facts, which the append verifies; it is never an answer by itself.
    let fresh = cached === undefined;
    for (let tries = 0; tries < triesMax; tries += 1) {
      const known = await recalled(stream, folded, context);
      if (known) return known;

      const unexpected = context.expectedRevision !== undefined && context.expectedRevision !== folded.revision;
      const decision = unexpected ? [] : decider.decide(request, folded.state);
      if (isRefusal(decision) || decision.length === 0) {
        if (!fresh) {
          folded = await refresh(stream, decider, folded);
          fresh = true;
          continue;
        }
        if (unexpected) throw new RevisionConflict(stream, folded.revision);
        if (isRefusal(decision)) return decision;
        return { events: [], already: true, state: folded.state, revision: folded.revision, ordinal: folded.ordinal };
      }

      try {
        const events = stamped(stream, decision, context);
        const { recorded, repeated } = await store.append(stream, folded.revision, events);
        // Ids that stood there already are answered with what stood there: another input may have written it.
        if (recorded.some(({ provenance }) => provenance.inputDigest !== context.inputDigest))
          return { refused: 'CommandIdReused' };
        if (repeated === true || recorded[0]?.revision !== folded.revision + 1) {
          folded = await refresh(stream, decider, folded);
          continue;
        }
        const begun = folded.revision === noStream;
        cache.delete(stream);
        foldInto(folded, decider, recorded);
        // A stream that was just begun is seldom asked for again: it does not push out those that are.
        if (!begun) cache.set(stream, folded);
        return {
          events: recorded,
          already: false,
          state: folded.state,
          revision: folded.revision,
          ordinal: folded.ordinal,
        };
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision || error instanceof PartialOverlap)) throw error;
        const before = folded.revision;
        folded = await refresh(stream, decider, folded);
        fresh = true;
        // An overlap that reading again does not explain is not a race.
        if (error instanceof PartialOverlap && folded.revision === before) throw error;
      }
    }
    throw new RevisionConflict(stream, folded.revision);
  };

  /** One after another on one stream: two tries of one command never run at once. */
  const inTurn = async <T>(stream: string, work: () => Promise<T>): Promise<T> => {
    const before = turns.get(stream);
    const mine = before === undefined ? work() : before.then(work, work);
    turns.set(stream, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(stream) === mine) turns.delete(stream);
    }
  };

  return {
    transact: (decider, id, request, context) => {
      const stream = streamOf(decider, id);
      return inTurn(stream, () => attempt(erased(decider), stream, request as Typed, context)) as Promise<never>;
    },
    look: (decider, id, context) => {
      const stream = streamOf(decider, id);
      return inTurn(stream, async () => {
        const folded = await refresh(stream, erased(decider), cache.get(stream));
        const { state, revision, ordinal } = folded;
        return { state, revision, ordinal, known: await recalled(stream, folded, context) };
      }) as Promise<never>;
    },
    read: (decider, id) => {
      const stream = streamOf(decider, id);
      // Most reads find what they ask for here: they take no turn.
      const now = current(stream);
      if (now) return Promise.resolve({ state: now.state, revision: now.revision, ordinal: now.ordinal } as never);
      return inTurn(stream, async () => {
        const { state, revision, ordinal } = await refresh(stream, erased(decider), cache.get(stream));
        return { state, revision, ordinal };
      }) as Promise<never>;
    },
  };
};

/** A request of any decider; most say what they are. */
interface Typed {
  readonly type?: string;
}

interface AnyDecider {
  readonly begins?: string;
  readonly initialState: unknown;
  readonly evolve: (state: unknown, fact: Fact) => unknown;
  readonly decide: (request: unknown, state: unknown) => readonly Fact[] | Refusal;
  readonly weigh?: (fact: Fact) => number;
}

/** The cache holds streams of every kind: the types of one meet again at `transact`, where its own decider is named. */
const erased = (decider: unknown): AnyDecider => decider as AnyDecider;

const commandKey = ({ credential, commandId }: Pick<Provenance, 'credential' | 'commandId'>): string =>
  `${credential}\n${commandId}`;

const stamped = (stream: string, facts: readonly Fact[], context: CommandContext): readonly NewEvent[] => {
  const { expectedRevision: _, ...provenance } = context;
  return facts.map(({ type, data }, index) => ({
    id: deterministicId(stream, provenance.credential, provenance.commandId, index),
    type,
    version: 1,
    data: data,
    provenance,
  }));
};
