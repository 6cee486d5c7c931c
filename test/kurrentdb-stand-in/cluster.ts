import { setTimeout as delay } from 'node:timers/promises';
import { createLog, type Log, type Outcome } from './log.js';
import { assembleMachine, type Machine, type MachineOptions, type MachineParts } from './machine.js';
import type { Member as GossipedMember, Role } from './node.js';
import type { Expected, ProposedEvent } from './stored-event.js';
import { createFlusher, writeStartOf } from './writing.js';

export interface ClusterOptions extends Omit<MachineOptions, 'port'> {
  /**
   * From the death of a leader until the next one leads; 200 if not said. In real clusters it is 1,700 to 2,500. For the
   * first half nobody notices (followers name the dead leader, and what they pass on to it is never answered), for the
   * second half the next one is about to lead.
   */
  readonly electionMs?: number;
  /** The same for a leader that is paused, which takes longer; 400 if not said. In real clusters 8,000 to 10,000. */
  readonly pausedElectionMs?: number;
  /** How long a leader that was paused and replaced takes itself for the leader once it wakes; 200 if not said. */
  readonly deposedMs?: number;
  /** How long after the leader a follower shows an event; 0 if not said. In real clusters up to 29. */
  readonly followerLagMs?: number;
  readonly idCacheInBytes?: number;
  readonly flushMs?: number;
}

export type NodeState = 'up' | 'paused' | 'down';

/** A server of the cluster. */
export interface ClusterNode extends Machine {
  readonly role: Role;
  readonly state: NodeState;
  /** Ends it as killing the process does. */
  kill(): Promise<void>;
  /** Ends it with a word to every call. */
  stop(): Promise<void>;
  /** Starts it again after it has ended; it comes back as a follower. */
  restart(): Promise<void>;
  pause(): void;
  /** Wakes it. If it was the leader and another leads by now, it takes itself for the leader for a while and then ends. */
  resume(): void;
}

/** Servers that share one log, one of which leads. */
export interface StandInCluster {
  /** A connection string that names all of them. */
  readonly url: string;
  readonly log: Log;
  readonly nodes: readonly ClusterNode[];
  /** Undefined while there is none. */
  leader(): ClusterNode | undefined;
  followers(): readonly ClusterNode[];
  /** Resolves when there is a leader other than `than`. Waits for ever if there never is one. */
  leaderOtherThan(than: ClusterNode | undefined): Promise<ClusterNode>;
  stop(): Promise<void>;
}

interface Member {
  readonly parts: MachineParts;
  state: NodeState;
  role: Role;
}

const host = '127.0.0.1';

/** Starts a cluster of `size` stand-ins with a leader. Whoever starts it stops it. */
export const startStandInCluster = async (size = 3, options: ClusterOptions = {}): Promise<StandInCluster> => {
  const { electionMs = 200, pausedElectionMs = 400, deposedMs = 200, followerLagMs = 0 } = options;
  const { idCacheInBytes, flushMs = 1 } = options;
  const log = createLog(idCacheInBytes === undefined ? {} : { idCacheInBytes });
  const flusher = createFlusher(log, flushMs);
  const members: Member[] = [];
  let leading: Member | undefined;
  // Each death or pause begins an election; a later one replaces it.
  let election = 0;

  const isMajority = () => members.filter(({ state }) => state === 'up').length * 2 > size;

  /** Whom the others agree on; nobody without a majority. */
  const candidate = () =>
    isMajority() ? members.find(({ state, role }) => state === 'up' && role !== 'deposed') : undefined;

  const agreeOn = (next: Member) => {
    leading = next;
    for (const member of members) {
      // Who is paused, or down, does not hear of it.
      if (member === next) member.role = 'pre-leader';
      else if (member.state === 'up') member.role = 'follower';
    }
  };

  const lead = (next: Member) => {
    next.role = 'leader';
    log.forgetIds();
    writeStartOf(log, next.parts.now(), options.users);
  };

  const electWithin = (ms: number) => {
    const mine = ++election;
    const later = () => delay(ms / 2, undefined, { ref: false });
    void later().then(async () => {
      const next = mine === election ? candidate() : undefined;
      if (!next) return;
      agreeOn(next);
      await later();
      if (mine === election) lead(next);
    });
  };

  /** Does it where the leader can be reached and has a majority behind it; else there is nobody to answer. */
  const onLeader = (by: Member, write: (now: number) => Outcome): Outcome | undefined => {
    if (by.role === 'deposed' || leading?.state !== 'up' || leading.role !== 'leader' || !isMajority())
      return undefined;
    return write(leading.parts.now());
  };

  /** How `by` tells of a member: what it knows of itself, and what the others have noticed. */
  const asSeen = ({ parts: { machine }, role, state }: Member, by: Member): GossipedMember => {
    const isItself = by.parts.machine === machine;
    const isNoticed =
      state === 'down' || role === 'deposed' || (state === 'paused' && leading?.parts.machine !== machine);
    return {
      id: machine.id,
      address: { host, port: machine.port },
      role: isItself || by.role !== 'deposed' || role !== 'leader' ? role : 'follower',
      isAlive: isItself || !isNoticed,
    };
  };

  const addMember = async () => {
    const parts = await assembleMachine(
      {
        log,
        role: () => member.role,
        leader: () => leading && { host, port: leading.parts.machine.port },
        members: () => members.map((other) => asSeen(other, member)),
        lagMs: () => (member.role === 'leader' ? 0 : followerLagMs),
        append: (stream: string, expected: Expected, events: readonly ProposedEvent[]) =>
          onLeader(member, (now) => log.append(stream, expected, events, now)),
        delete: (stream, expected, how) =>
          onLeader(member, (now) =>
            how === 'soft' ? log.delete(stream, expected, now) : log.tombstone(stream, expected, now),
          ),
        flushed: flusher.flushed,
      },
      options,
    );
    const member: Member = { parts, state: 'up', role: 'follower' };
    members.push(member);
    return member;
  };

  const end = async (member: Member, how: 'killed' | 'orderly') => {
    member.state = 'down';
    const led = member === leading;
    member.role = 'starting';
    if (led) electWithin(electionMs);
    await member.parts.close(how);
  };

  const resume = (member: Member) => {
    if (member.state !== 'paused') return;
    member.state = 'up';
    const wasReplaced = member.role === 'leader' && leading !== member;
    if (wasReplaced) {
      member.role = 'deposed';
      void delay(deposedMs, undefined, { ref: false }).then(async () => {
        if (member.role === 'deposed') await end(member, 'killed');
      });
    } else {
      if (member === leading) election++;
      else if (leading?.state !== 'up') electWithin(electionMs);
      member.parts.thaw();
    }
    member.parts.resume();
  };

  const restart = async (member: Member) => {
    if (member.state !== 'down') return;
    member.state = 'up';
    const hasLeader = leading?.state === 'up' && leading !== member;
    member.role = hasLeader ? 'follower' : 'electing';
    if (!hasLeader) electWithin(electionMs);
    member.parts.thaw();
    await member.parts.open();
  };

  const pause = (member: Member) => {
    if (member.state !== 'up') return;
    member.state = 'paused';
    member.parts.freeze();
    member.parts.pause();
    if (member === leading) electWithin(pausedElectionMs);
  };

  const asNode = (member: Member): ClusterNode =>
    Object.defineProperties(
      Object.assign(member.parts.machine, {
        kill: () => end(member, 'killed'),
        stop: () => end(member, 'orderly'),
        restart: () => restart(member),
        pause: () => pause(member),
        resume: () => resume(member),
      }),
      { role: { get: () => member.role }, state: { get: () => member.state } },
    ) as ClusterNode;

  for (let at = 0; at < size; at++) await addMember();
  const first = candidate();
  if (first) {
    agreeOn(first);
    lead(first);
  }
  await Promise.all(members.map(({ parts }) => parts.open()));
  const nodes = members.map(asNode);
  const nodeOf = (member: Member | undefined) => (member ? nodes[members.indexOf(member)] : undefined);
  const inOffice = () => (leading?.state === 'up' && leading.role === 'leader' ? leading : undefined);

  return {
    get url() {
      return `esdb://${nodes.map(({ port }) => `${host}:${port}`).join(',')}?tls=${options.tls ? 'true' : 'false'}`;
    },
    log,
    nodes,
    leader: () => nodeOf(inOffice()),
    followers: () => nodes.filter(({ role }) => role === 'follower'),
    leaderOtherThan: async (than) => {
      for (;;) {
        const leader = nodeOf(inOffice());
        if (leader && leader !== than) return leader;
        await delay(5);
      }
    },
    stop: async () => {
      election++;
      await Promise.all(members.map(({ parts }) => parts.close('killed')));
      for (const { parts } of members) parts.dispose();
    },
  };
};
