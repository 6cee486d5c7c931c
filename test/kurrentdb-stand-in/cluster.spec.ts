import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { append, collect, connect, event, events, idsOf, positionOf, until, within } from './client.js';
import { startStandInCluster, type ClusterNode, type ClusterOptions, type StandInCluster } from './cluster.js';

let cluster: StandInCluster;
const clients: EventStoreDBClient[] = [];

const start = async (options?: ClusterOptions): Promise<StandInCluster> =>
  (cluster = await startStandInCluster(3, options));

const clientOf = (url: string): EventStoreDBClient => {
  const client = connect(url);
  clients.push(client);
  return client;
};

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  await cluster.stop();
});

const leaderOf = ({ leader }: StandInCluster): ClusterNode => {
  const node = leader();
  if (!node) throw new Error('The cluster has no leader.');
  return node;
};

const followerOf = ({ followers }: StandInCluster): ClusterNode => {
  const node = followers().at(0);
  if (!node) throw new Error('The cluster has no follower.');
  return node;
};

const isAnswered = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );

describe('a cluster of stand-ins', () => {
  it('is discovered through any of its nodes, and the client goes to the leader', async () => {
    await start();
    await append(clientOf(cluster.url), 'mine-1', event());
    expect(leaderOf(cluster).appends).toHaveLength(1);
  });

  it('passes appends from a follower on to the leader, and shows one log with the same positions on all', async () => {
    await start();
    const sent = events(2);
    const { position } = await append(clientOf(followerOf(cluster).url), 'mine-1', sent, 'no_stream');
    for (const { url } of cluster.nodes) {
      const read = await collect(clientOf(url).readStream('mine-1'));
      expect(read.map((resolved) => resolved.event?.id)).toEqual(sent.map(({ id }) => id));
      expect(read.at(-1)?.event?.position).toEqual(position);
    }
  });

  it('refuses once on a follower what requires the leader, and the same client goes to the leader', async () => {
    await start();
    const client = clientOf(followerOf(cluster).url);
    const leader = leaderOf(cluster);
    await expect(append(client, 'mine-1', event(), 'any', { requiresLeader: true })).rejects.toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: leader.port },
    });
    await append(client, 'mine-1', event(), 'any', { requiresLeader: true });
    expect(leader.appends).toHaveLength(1);
    expect(await collect(client.readStream('mine-1', { requiresLeader: true }))).toHaveLength(1);
  });

  it('shows on a follower a little later what the leader has written', async () => {
    await start({ followerLagMs: 2_000 });
    const follower = clientOf(followerOf(cluster).url);
    await append(clientOf(leaderOf(cluster).url), 'mine-1', event());
    await expect(idsOf(follower, 'mine-1')).rejects.toMatchObject({ type: 'stream-not-found' });
    await until('the follower has it', () => isAnswered(idsOf(follower, 'mine-1')));
  });

  it('has no leader for a while when its leader is killed, and then another one', async () => {
    await start({ electionMs: 3_000 });
    const killed = leaderOf(cluster);
    const sent = event();
    const first = await append(clientOf(cluster.url), 'mine-1', sent, 'no_stream');
    await killed.kill();

    expect(cluster.leader()).toBeUndefined();
    const preLeader = () => cluster.nodes.find(({ role }) => role === 'pre-leader');
    await until('one is about to lead', () => preLeader() !== undefined);
    const early = clientOf(preLeader()?.url ?? '');
    expect(await collect(early.readStream('mine-1', { requiresLeader: true }))).toHaveLength(1);
    await expect(append(early, 'mine-1', event())).rejects.toMatchObject({
      message: '14 UNAVAILABLE: Server Is Not Ready',
    });
    const next = await cluster.leaderOtherThan(killed);
    expect(next.role).toBe('leader');
    // The new leader has never seen the ids, but what is written stands.
    const client = clientOf(cluster.url);
    expect(await append(client, 'mine-1', sent, 'no_stream')).toEqual(first);
    await append(client, 'mine-1', sent, 'any');
    expect(await idsOf(client, 'mine-1')).toEqual([sent.id, sent.id]);
  });

  it('does not notice for a while that its leader is dead: followers name it, and answer no append', async () => {
    await start({ electionMs: 20_000 });
    const killed = leaderOf(cluster);
    const follower = followerOf(cluster);
    await append(clientOf(follower.url), 'mine-1', event());
    await killed.kill();

    const client = clientOf(follower.url);
    expect(await idsOf(client, 'mine-1')).toHaveLength(1);
    await expect(append(client, 'mine-1', event(), 'any', { deadline: 100 })).rejects.toMatchObject({ code: 4 });
    await expect(collect(client.readStream('mine-1', { requiresLeader: true }))).rejects.toMatchObject({
      type: 'not-leader',
      leader: { port: killed.port },
    });
  });

  it('asks for a leader only to show what is there already, not to follow what comes', async () => {
    await start();
    const confirmed = (fromRevision: 'start' | 'end') =>
      new Promise((resolve) => {
        clientOf(followerOf(cluster).url)
          .subscribeToStream('mine-1', { fromRevision, requiresLeader: true })
          .on('confirmation', () => resolve('confirmed'))
          .on('error', ({ message }: Error) => resolve(message));
      });
    expect(await confirmed('start')).toBe('5 NOT_FOUND: Leader info available');
    expect(await confirmed('end')).toBe('confirmed');
  });

  it('lets a client that names all nodes go on with the next leader', async () => {
    await start({ electionMs: 100 });
    const client = clientOf(cluster.url);
    await append(client, 'mine-1', event());
    await leaderOf(cluster).kill();
    const again = () => isAnswered(append(client, 'mine-1', event(), 'any', { deadline: 200 }));
    await until('the same client appends again', again);
    expect(cluster.log.of('mine-1').length).toBeGreaterThan(1);
  });

  it('takes a killed node back as a follower, with everything that it missed', async () => {
    await start({ electionMs: 50 });
    const killed = leaderOf(cluster);
    await killed.kill();
    await cluster.leaderOtherThan(killed);
    await append(clientOf(cluster.url), 'mine-1', event());
    await killed.restart();

    expect(killed.role).toBe('follower');
    expect(await idsOf(clientOf(killed.url), 'mine-1')).toHaveLength(1);
  });

  it('answers nobody while its leader is paused, until it notices and elects another', async () => {
    await start({ pausedElectionMs: 2_000 });
    const paused = leaderOf(cluster);
    const stuck = clientOf(paused.url);
    const follower = clientOf(followerOf(cluster).url);
    await Promise.all([append(stuck, 'mine-1', event()), append(follower, 'mine-2', event())]);
    paused.pause();

    await expect(append(stuck, 'mine-1', event(), 'any', { deadline: 100 })).rejects.toMatchObject({ code: 4 });
    await expect(append(follower, 'mine-1', event(), 'any', { deadline: 100 })).rejects.toMatchObject({ code: 4 });
    expect(await idsOf(follower, 'mine-2')).toHaveLength(1);
    await cluster.leaderOtherThan(paused);
    await append(clientOf(cluster.url), 'mine-1', event());
  });

  it('wakes a paused leader that was replaced: it takes itself for the leader, answers no append, and ends', async () => {
    await start({ pausedElectionMs: 50, deposedMs: 2_000 });
    const paused = leaderOf(cluster);
    const stuck = clientOf(paused.url);
    await append(stuck, 'mine-1', event());
    paused.pause();
    const next = await cluster.leaderOtherThan(paused);
    await append(clientOf(next.url), 'mine-1', event());
    paused.resume();

    expect(paused.role).toBe('deposed');
    expect(await idsOf(stuck, 'mine-1')).toHaveLength(1);
    await expect(append(stuck, 'mine-1', event(), 'any', { deadline: 100 })).rejects.toMatchObject({ code: 4 });
    await until('it has ended', () => paused.state === 'down');
    expect(cluster.log.of('mine-1')).toHaveLength(2);
    await paused.restart();
    expect(paused.role).toBe('follower');
  });

  it('sends a subscriber of a paused leader nothing, no error either', async () => {
    await start({ pausedElectionMs: 50 });
    const paused = leaderOf(cluster);
    const told: string[] = [];
    const subscription = clientOf(paused.url).subscribeToStream('mine-1');
    subscription.on('data', () => told.push('event')).on('error', () => told.push('error'));
    await new Promise((resolve) => subscription.once('confirmation', resolve));
    paused.pause();
    const next = await cluster.leaderOtherThan(paused);
    await append(clientOf(next.url), 'mine-1', event());
    await delay(100);
    expect(told).toEqual([]);
  });

  it('answers no append without a majority, and readers all the same', async () => {
    await start();
    const leader = leaderOf(cluster);
    const client = clientOf(leader.url);
    await append(client, 'mine-1', event());
    await Promise.all(cluster.followers().map((follower) => follower.kill()));

    await expect(append(client, 'mine-1', event(), 'any', { deadline: 100 })).rejects.toMatchObject({ code: 4 });
    expect(await within(20_000, idsOf(client, 'mine-1'))).toHaveLength(1);
  });

  it('lets `created` go back when the next leader has a slower clock, and positions grow all the same', async () => {
    await start({ electionMs: 20 });
    for (const follower of cluster.followers()) follower.setClock(-28_000);
    const first = positionOf(await append(clientOf(cluster.url), 'mine-1', event()));
    const killed = leaderOf(cluster);
    await killed.kill();
    await cluster.leaderOtherThan(killed);
    const client = clientOf(cluster.url);
    const second = positionOf(await append(client, 'mine-1', event()));

    const [a, b] = (await collect(client.readStream('mine-1'))).map(({ event: recorded }) => Number(recorded?.created));
    expect(Number(a) - Number(b)).toBeGreaterThan(20_000);
    expect(second.commit).toBeGreaterThan(first.commit);
  });
});
