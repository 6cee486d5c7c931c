import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { allOf } from '../../../test/kurrentdb/faults.js';
import { serverUnderTest, startServerUnderTest } from '../../../test/kurrentdb/server-under-test.js';
import type { StandInCluster } from '../../../test/kurrentdb-stand-in/cluster.js';
import { startStandInCluster } from '../../../test/kurrentdb-stand-in/cluster.js';
import type { EventLog } from '../event-store.js';
import { StoreUnavailable, noStream } from '../event-store.js';
import { aStream, anEvent, idsOf } from './contract-events.js';
import type { KurrentLocation } from './kurrentdb.connection-string.js';
import { kurrentLocation } from './kurrentdb.connection-string.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';

const open = (location: KurrentLocation, limits = {}): Promise<EventLog> =>
  openKurrentEventStore({ location, limits, silenceMs: 500 });

/** Writers, each of a stream of its own, and somebody who follows. */
const load = (store: EventLog, writers: number) => {
  const [stop, seen, acknowledged] = [new AbortController(), [] as string[], [] as string[]];
  const failures: unknown[] = [];
  let going = true;
  let [answeredAt, longestMs] = [performance.now(), 0];
  const following = (async () => {
    for await (const page of store.follow(0, stop.signal)) seen.push(...idsOf(page));
  })();
  following.catch((error: unknown) => failures.push(error));
  const writing = Array.from({ length: writers }, async () => {
    const stream = aStream();
    for (let n = 0; going; n += 1) {
      const event = anEvent({ n });
      const { revision } = await store.append(stream, n - 1, [event]);
      if (revision !== n) throw new Error(`Revision ${revision} came after ${n - 1}.`);
      acknowledged.push(event.id);
      longestMs = Math.max(longestMs, performance.now() - answeredAt);
      answeredAt = performance.now();
    }
  });
  for (const writer of writing) writer.catch((error: unknown) => failures.push(error));
  return {
    acknowledged,
    /** Resolves when so many more appends were answered. */
    more: async (count: number): Promise<void> => {
      const goal = acknowledged.length + count;
      while (acknowledged.length < goal && failures.length === 0) await sleep(5);
    },
    /** Ends it: what was acknowledged stands there once, and was seen once, in the log's order. Answers with the longest pause. */
    end: async (): Promise<number> => {
      going = false;
      await Promise.allSettled(writing);
      for (let waited = 0; seen.length < acknowledged.length && waited < 3_000; waited += 1) await sleep(10);
      stop.abort();
      await following.catch(() => undefined);
      expect(failures).toEqual([]);
      const stored = idsOf(await allOf(store));
      expect(stored).toHaveLength(acknowledged.length);
      expect(new Set(stored)).toEqual(new Set(acknowledged));
      expect(seen).toEqual(stored);
      return longestMs;
    },
  };
};

const onStandIn = serverUnderTest === 'a stand-in';
const controlled = onStandIn
  ? 'KurrentDB: three nodes under load (stand-ins)'
  : 'KurrentDB: three nodes under load (skipped: the leader of a server that is not ours is neither killed nor paused)';

(onStandIn ? describe : describe.skip)(controlled, () => {
  let cluster: StandInCluster;
  let store: EventLog;
  beforeEach(async () => {
    cluster = await startStandInCluster(3, { electionMs: 400, pausedElectionMs: 1_200, followerLagMs: 20 });
    store = await open(kurrentLocation(cluster.url), { attemptMs: 400 });
  });
  afterEach(async () => {
    for (const node of cluster.nodes) node.resume();
    await store.close();
    await cluster.stop();
  });
  const leaderNow = () => cluster.leaderOtherThan(undefined);

  it('lose and double nothing, and pause for seconds, when one leader after another is killed', async () => {
    const { more, end, acknowledged } = load(store, 32);
    for (let round = 0; round < 3; round += 1) {
      await more(200);
      const killed = await leaderNow();
      await killed.kill();
      await cluster.leaderOtherThan(killed);
      await more(200);
      await killed.restart();
    }
    expect(await end()).toBeLessThan(15_000);
    expect(acknowledged.length).toBeGreaterThan(1_000);
  }, 120_000);

  it('lose and double nothing, and pause for seconds, when the leader hangs, is replaced, and wakes', async () => {
    const { more, end } = load(store, 32);
    for (let round = 0; round < 2; round += 1) {
      await more(200);
      const paused = await leaderNow();
      paused.pause();
      await cluster.leaderOtherThan(paused);
      await more(200);
      // It takes itself for the leader, then ends; whatever supervises it starts it again.
      paused.resume();
      while (paused.state !== 'down') await sleep(10);
      await paused.restart();
      await more(200);
    }
    expect(await end()).toBeLessThan(15_000);
  }, 120_000);

  it('are followed on, though the leader that hangs sends no error and nothing else is asked of it', async () => {
    const other = await open(kurrentLocation(cluster.url), { attemptMs: 400 });
    const [stop, seen] = [new AbortController(), [] as string[]];
    const following = (async () => {
      for await (const page of store.follow(0, stop.signal)) seen.push(...idsOf(page));
    })();
    following.catch(() => undefined);
    const [one, two] = [anEvent(), anEvent()];
    await other.append(aStream(), noStream, [one]);
    const paused = await leaderNow();
    while (seen.length < 1) await sleep(5);
    paused.pause();
    await cluster.leaderOtherThan(paused);
    await other.append(aStream(), noStream, [two]);
    for (let waited = 0; seen.length < 2 && waited < 1_500; waited += 1) await sleep(10);
    expect(seen).toEqual([one.id, two.id]);
    stop.abort();
    await following;
    await other.close();
  });

  it('are told as away within the limits while none of them answers, also by a client that never reached one', async () => {
    const limits = { attemptMs: 200, readMs: 400, appendMs: 400 };
    const hasty = await open(kurrentLocation(cluster.url), limits);
    for (const node of cluster.nodes) node.pause();
    // The first gives the client up, the second begins with a new one.
    for (let tries = 0; tries < 2; tries += 1) {
      const began = performance.now();
      await expect(hasty.append(aStream(), noStream, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
      expect(performance.now() - began).toBeLessThan(10_000);
    }
    for (const node of cluster.nodes) node.resume();
    await hasty.close();
  });

  it('answer again when the majority is back', async () => {
    const { more, end } = load(store, 8);
    await more(100);
    const followers = cluster.followers();
    for (const follower of followers) await follower.kill();
    await sleep(1_500);
    for (const follower of followers) await follower.restart();
    await more(100);
    expect(await end()).toBeLessThan(15_000);
  }, 120_000);

  it('are read from the leader: what was just written is there, though followers are behind', async () => {
    for (let n = 0; n < 20; n += 1) {
      const [stream, event] = [aStream(), anEvent()];
      await store.append(stream, noStream, [event]);
      expect(idsOf(await store.readStream(stream))).toEqual([event.id]);
      expect(idsOf((await allOf(store)).slice(-1))).toEqual([event.id]);
    }
  });
});

const hosts = onStandIn ? [] : kurrentLocation(process.env['KURRENTDB_URL'] ?? '').hosts;

(hosts.length > 1 ? describe : describe.skip)(
  `KurrentDB: the cluster of KURRENTDB_URL under load (${hosts.length > 1 ? `${hosts.length} hosts` : 'skipped: it does not name several hosts'})`,
  () => {
    it('loses and doubles nothing, and is read from its leader, whichever host is named first', async () => {
      const server = await startServerUnderTest();
      const location = server.newLog();
      for (const [at] of hosts.entries()) {
        const store = await open({ ...location, hosts: [...hosts.slice(at), ...hosts.slice(0, at)] });
        for (let n = 0; n < 20; n += 1) {
          const [stream, event] = [aStream(), anEvent()];
          await store.append(stream, noStream, [event]);
          expect(idsOf(await store.readStream(stream))).toEqual([event.id]);
        }
        await store.close();
      }
      const store = await open(server.newLog());
      const { more, end } = load(store, 32);
      await more(2_000);
      expect(await end()).toBeLessThan(15_000);
      await store.close();
      await server.stop();
    }, 120_000);
  },
);
