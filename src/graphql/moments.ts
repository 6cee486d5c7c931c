import { Field, InputType } from '@nestjs/graphql';
import { IsOptional, ValidateBy } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import { PositionRefused, ordinalOf } from '../event-sourcing/position.js';
import type { Projecting } from '../event-sourcing/projecting.js';
import { badUserInput, refused } from './errors.js';
import { type Moment, knowsAll, present } from './moment.js';
import { DateTime, PositionScalar } from './scalars.js';

/** One of the two names which knowledge is meant. */
const NotWithKnownAt = (): PropertyDecorator =>
  ValidateBy({
    name: 'notWithKnownAt',
    validator: {
      validate: (value: unknown, args) => value == null || (args?.object as AsOf).knownAt == null,
      defaultMessage: () => 'knownAt and knownAtPosition exclude each other.',
    },
  });

@InputType({
  description:
    'A question about the past names which past it means; what is left out is now (validAt: the time of knownAt).',
})
export class AsOf {
  @Field(() => DateTime, { nullable: true, description: 'Only what had happened in the world by then.' })
  @IsOptional()
  validAt?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Only what had been recorded by then.' })
  @IsOptional()
  knownAt?: number | null;

  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Only what had been recorded up to this position. Either this or knownAt.',
  })
  @NotWithKnownAt()
  knownAtPosition?: string | null;
}

/**
 * The ordinal that a client's position names.
 * @throws BAD_USER_INPUT, naming the field, for one of another log or beyond this log's end.
 */
export const ordinalFrom = async (position: string, store: EventStore, ...path: readonly string[]): Promise<number> => {
  try {
    const ordinal = ordinalOf(position, store.logId);
    const head = await store.head();
    if (ordinal <= head) return ordinal;
    throw badUserInput([{ path, message: 'This position lies beyond the end of the log.' }]);
  } catch (error) {
    if (error instanceof PositionRefused) throw badUserInput([{ path, message: error.message }]);
    throw error;
  }
};

/**
 * Which state of knowledge `asOf` means.
 * @param now milliseconds since 1970, read at the edge.
 * @throws BAD_USER_INPUT, naming the field.
 */
export const resolveAsOf = async (asOf: AsOf | null | undefined, store: EventStore, now: number): Promise<Moment> => {
  const { validAt, knownAt, knownAtPosition } = asOf ?? {};
  if (knownAt != null && knownAtPosition != null) {
    throw badUserInput([
      { path: ['asOf', 'knownAtPosition'], message: 'knownAt and knownAtPosition exclude each other.' },
    ]);
  }
  if (knownAtPosition != null) {
    const known = await ordinalFrom(knownAtPosition, store, 'asOf', 'knownAtPosition');
    // Before the first event nothing is known, whatever had happened.
    return { known, validAt: validAt ?? (await store.recordedAtOf(known)) ?? 0, live: false };
  }
  if (knownAt != null) return { known: await store.prefixAt(knownAt), validAt: validAt ?? knownAt, live: false };
  if (validAt != null) return { ...present(now), validAt, live: false };
  return present(now);
};

/** What of the projector a question waits for. */
export type Readers = Pick<Projecting, 'waitFor'>;

/**
 * Waits until readers see everything up to the ordinal.
 * @throws NOT_YET_PROJECTED when that takes longer than the limit, or a projection stands still before it.
 */
export const waitUntil = async (ordinal: number, readers: Readers, waitMs: number): Promise<void> => {
  const waited = await readers.waitFor(ordinal, undefined, waitMs);
  if (waited === 'projected') return;
  const why = waited === 'stalled' ? 'a projection stands still before it; /readyz says which.' : 'try again soon.';
  throw refused('NOT_YET_PROJECTED', `What was asked for is recorded but not readable yet: ${why}`, {
    retryAfterMs: waited === 'stalled' ? 30_000 : 1_000,
  });
};

/** The arguments of a question that may be about the past or about what was just recorded. */
export interface PastArgs {
  readonly asOf?: AsOf | null | undefined;
  readonly atLeast?: string | null | undefined;
}

/** Resolves `asOf` and waits for `atLeast`: the first thing that a query does. */
export class Moments {
  constructor(
    private readonly store: EventStore,
    private readonly readers: Readers,
    private readonly waitMs: number,
  ) {}

  /**
   * @param now milliseconds since 1970, read at the edge.
   * @throws BAD_USER_INPUT, NOT_YET_PROJECTED
   */
  async of({ asOf, atLeast }: PastArgs, now: number): Promise<Moment> {
    if (asOf == null && atLeast == null) return present(now);
    const moment = await resolveAsOf(asOf, this.store, now);
    if (atLeast != null) await waitUntil(await ordinalFrom(atLeast, this.store, 'atLeast'), this.readers, this.waitMs);
    await this.reached(moment);
    return moment;
  }

  /** Waits until a past can be read whole: one that is recorded but not yet projected would be read as a shorter one. */
  async reached(moment: Moment): Promise<void> {
    if (knowsAll(moment)) return;
    // An id may carry a past of a log that was longer, or of another one.
    if (moment.known > (await this.store.head()))
      throw badUserInput([{ path: [], message: 'This past lies beyond the end of the log.' }]);
    await waitUntil(moment.known, this.readers, this.waitMs);
  }
}
