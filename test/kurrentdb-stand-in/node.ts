import type { Metadata } from '@grpc/grpc-js';
import { callerOf, mayDo, type Action, type Users } from './access.js';
import type { OpenCalls, SeenAppend, SeenRead } from './calls.js';
import type { Outcome } from './log.js';
import type { Misbehaviour } from './misbehaviour.js';
import type { View } from './reading.js';
import {
  accessDenied,
  noLeader,
  notLeader,
  notReady,
  unauthenticated,
  type Address,
  type Refusal,
} from './refusals.js';
import type { Expected, ProposedEvent } from './stored-event.js';

/**
 * What a node is to its clients. While it starts it refuses everything. While it looks for a leader it serves readers that
 * do not ask for one; about to lead, it serves all readers and refuses appends as not ready. Deposed, it does not know yet
 * that others have elected another leader: it serves readers with what it had and never answers an append.
 */
export type Role = 'starting' | 'electing' | 'pre-leader' | 'leader' | 'follower' | 'deposed';

/** A node as the gossip tells of it. */
export interface Member {
  readonly id: string;
  readonly address: Address;
  readonly role: Role;
  readonly isAlive: boolean;
}

/** One server, as its services see it. */
export interface Node {
  readonly view: View;
  readonly misbehaviour: Misbehaviour;
  readonly calls: OpenCalls;
  /** Every append that came, in order. */
  readonly appends: SeenAppend[];
  /** Every read and subscription that came, in order. */
  readonly reads: SeenRead[];
  readonly version: string;
  /** Undefined on a server without users, which ignores what credentials it is sent. */
  readonly users: Users | undefined;
  readonly maxAppendSizeInBytes: number;
  /** After how long the server gives up an append that it could not finish. */
  readonly writeTimeoutMs: number;
  role(): Role;
  leader(): Address | undefined;
  members(): readonly Member[];
  /** Calls back whenever there is more to be seen. */
  onMore(listener: () => void): () => void;
  /** Appends, or passes on to the leader; undefined where nobody is there to do it and no answer will come. */
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Outcome | undefined;
  delete(stream: string, expected: Expected, how: 'soft' | 'tombstone'): Outcome | undefined;
  /** Resolves when what was appended before is on disk and to be seen. */
  flushed(): Promise<void>;
  breakConnections(): void;
}

const refusalByUser = ({ users, view }: Node, metadata: Metadata, action: Action, stream: string) => {
  if (!users) return undefined;
  const caller = callerOf(users, metadata);
  if (caller === 'wrong-password') return unauthenticated();
  return caller !== 'anonymous' && mayDo(view.log, caller, action, stream) ? undefined : accessDenied();
};

/** Why this node cannot do it now; undefined where it can. */
export const refusalByRole = (node: Node, metadata: Metadata, action: Action): Refusal | undefined => {
  const role = node.role();
  if (role === 'starting') return notReady();
  const requiresLeader = metadata.get('requires-leader').at(0) === 'true';
  if (role === 'electing' && requiresLeader) return notReady();
  if ((role === 'electing' || role === 'pre-leader') && action !== 'read') return notReady();
  if (role !== 'follower' || !requiresLeader) return undefined;
  const leader = node.leader();
  return leader ? notLeader(leader) : noLeader();
};

/** Why a call is refused, by its user or by the node's state; undefined where it is served. */
export const refusalOf = (node: Node, metadata: Metadata, action: Action, stream: string): Refusal | undefined =>
  refusalByUser(node, metadata, action, stream) ?? refusalByRole(node, metadata, action);

/**
 * Why a subscription to what is yet to come is refused. The real server asks for a leader only where it reads what is
 * there already.
 */
export const refusalOfLive = (node: Node, metadata: Metadata, stream: string): Refusal | undefined =>
  refusalByUser(node, metadata, 'read', stream) ?? (node.role() === 'starting' ? notReady() : undefined);

/** Whether the user may append: on the batch path that is said inside the answer. */
export const mayAppend = (node: Node, metadata: Metadata, stream: string): boolean =>
  refusalByUser(node, metadata, 'write', stream) === undefined;
