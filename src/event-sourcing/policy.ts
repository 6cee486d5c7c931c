import { setTimeout as sleep } from 'node:timers/promises';
import { deterministicId } from './event-id.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/** What is to be done when something happened: a pure function from an event to commands. */
export interface Policy<Command> {
  /** A sentence: "When a crisis is declared, its plan is opened". It names the policy's place in the log: never changed. */
  readonly name: string;
  /** Types of the events it reads. */
  readonly reads: ReadonlySet<string>;
  /** Where a policy that never ran begins: with all that ever happened, or with what happens from now on. */
  readonly from: 'start' | 'now';
  readonly react: (event: RecordedEvent) => readonly Command[];
}

/** What a command of a policy is stamped with. */
export interface Cause {
  readonly policy: string;
  /** Id of the event that it answers. */
  readonly causationId: string;
  readonly correlationId: string;
  /** The same at every try, so that handling an event twice is harmless. */
  readonly commandId: string;
}

/** What went wrong, and when it is tried again. */
export interface PolicyFailure {
  readonly policy: string;
  /** The event that could not be handled; absent where the log could not be read. */
  readonly event?: RecordedEvent;
  readonly error: unknown;
  /** From 1. */
  readonly attempt: number;
  readonly retryInMs: number;
}

export interface PolicyRun<Command> {
  readonly store: EventStore;
  readonly policies: readonly Policy<Command>[];
  /** Does the command. A business no is an answer, not an error: what rejects is tried again. */
  readonly dispatch: (command: Command, cause: Cause) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onError: (failure: PolicyFailure) => void;
  /** Wait after the first failure, 100 by default; it doubles up to half a minute. */
  readonly retryMs?: number;
}

const retryMsMax = 30_000;
// A page with an event that was handled is saved at once; passing over others again costs little.
const eventsBetweenSaves = 1_000;

const placeOf = (policy: string): string => `policy: ${policy}`;

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};

/**
 * Runs the attempt until it succeeds, with back-off and never silently; false where it was aborted before that. An
 * attempt that gets somewhere says so, and the back-off starts anew.
 */
const untilDone = async <Command>(
  { signal, onError, retryMs = 100 }: PolicyRun<Command>,
  about: { readonly policy: string; readonly event?: RecordedEvent },
  attempt: (progressed: () => void) => Promise<void>,
): Promise<boolean> => {
  let failed = 0;
  while (!signal.aborted) {
    try {
      await attempt(() => (failed = 0));
      return true;
    } catch (error) {
      const retryInMs = Math.min(retryMs * 2 ** failed, retryMsMax);
      failed += 1;
      onError({ ...about, error, attempt: failed, retryInMs });
      await pause(retryInMs, signal);
    }
  }
  return false;
};

// What an import or a copy carries over happened, and was answered, elsewhere.
const concerns = <Command>({ reads }: Policy<Command>, { type, provenance }: RecordedEvent): boolean =>
  reads.has(type) && provenance.actorKind !== 'import';

/** Handles one event; false where it was aborted before the event was handled. */
const handle = <Command>(run: PolicyRun<Command>, policy: Policy<Command>, event: RecordedEvent): Promise<boolean> =>
  untilDone(run, { policy: policy.name, event }, async () => {
    const { id: causationId, provenance } = event;
    for (const [index, command] of policy.react(event).entries())
      await run.dispatch(command, {
        policy: policy.name,
        causationId,
        correlationId: provenance.correlationId,
        commandId: deterministicId(causationId, policy.name, index),
      });
  });

/** Where the policy goes on. Its first place is saved at once: "from now on" must not move with a restart. */
const placeAtStart = async <Command>(
  { store }: PolicyRun<Command>,
  { name, from }: Policy<Command>,
): Promise<number> => {
  const saved = await store.checkpoint(placeOf(name));
  if (saved !== null) return saved;
  const place = from === 'now' ? await store.head() : 0;
  await store.saveCheckpoint(placeOf(name), place);
  return place;
};

/** Follows the log for one policy until it is aborted or the log fails. */
const followFrom = async <Command>(run: PolicyRun<Command>, policy: Policy<Command>, progressed: () => void) => {
  const { store, signal } = run;
  let saved = await placeAtStart(run, policy);
  let place = saved;
  const save = async () => {
    if (place > saved) await store.saveCheckpoint(placeOf(policy.name), place);
    saved = place;
  };
  let unsaved = 0;
  for await (const page of store.follow(place, signal)) {
    for (const event of page) {
      if (concerns(policy, event)) {
        if (!(await handle(run, policy, event))) return save();
        unsaved = eventsBetweenSaves;
      }
      place = event.ordinal;
      unsaved += 1;
    }
    progressed();
    if (unsaved < eventsBetweenSaves) continue;
    await save();
    unsaved = 0;
  }
  await save();
};

/**
 * Follows the log for each policy from its own place, which is kept with the log, and dispatches what the policy
 * answers. An event that fails is tried again until it succeeds, so it holds up its policy, visibly, and no other.
 * Resolves when aborted and what was under way is done.
 */
export const followPolicies = async <Command>(run: PolicyRun<Command>): Promise<void> => {
  await Promise.all(
    run.policies.map((policy) =>
      untilDone(run, { policy: policy.name }, (progressed) => followFrom(run, policy, progressed)),
    ),
  );
};
