import type { Fact } from './fact.js';

/** A typed business no, with the data to act on it. */
export interface Refusal<Reason extends string = string> {
  readonly refused: Reason;
}

/**
 * Decides one stream: plain values, no I/O, no clock, no randomness. `decide` answers with facts or a refusal and does
 * not throw; asked twice, it answers with no facts.
 */
export interface Decider<State, Request, F extends Fact<string, object>, R extends Refusal> {
  /** First part of the stream's name, without a dash. */
  readonly category: string;
  readonly initialState: State;
  readonly evolve: (state: State, fact: F) => State;
  readonly decide: (request: Request, state: State) => readonly F[] | R;
  /** Type of the request that nearly always begins its stream: it is tried without reading first whether that exists. */
  readonly begins?: string;
  /** How much of the cache a fact takes, where it is more than most: 1 is about 300 bytes. */
  readonly weigh?: (fact: F) => number;
}

export const isRefusal = <R extends Refusal>(decision: readonly unknown[] | R): decision is R =>
  !Array.isArray(decision);

/** Name of the stream of one subject. */
export const streamOf = (decider: { readonly category: string }, id: string): string => `${decider.category}-${id}`;
