import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { excludeSystemEvents, isCommandError, type EventStoreDBClient, type Position } from '@eventstore/db-client';
import { append, collect, connect, event, events, idsOf, newStream, positionOf, until, within } from './client.js';
import type { Fault } from './misbehaviour.js';
import { noLeader, notLeader, notReady, timedOut, tooBusy, unavailable } from './refusals.js';
import { startStandIn, type StandIn } from './stand-in.js';

// What only a stand-in does on demand: none of this runs against a real server.

let standIn: StandIn;
let client: EventStoreDBClient;

beforeEach(async () => {
  standIn = await startStandIn();
  client = connect(standIn.url);
});

afterEach(async () => {
  await client.dispose();
  await standIn.stop();
});

/** How an append ends, its type in a word. */
const outcomeOf = (appending: Promise<unknown>): Promise<string> =>
  appending.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error && isCommandError(error) ? error.type : 'an error without a type'),
  );

describe('a misbehaving stand-in: appends', () => {
  it.each<[string, Fault, string, number]>([
    ['drops the answer after it has written', { kind: 'drop-answer' }, 'deadline-exceeded', 1],
    ['writes what came in time and does not answer', { kind: 'cut-short', afterEvents: 1 }, 'deadline-exceeded', 1],
    ['does not write and does not answer', { kind: 'ignore' }, 'deadline-exceeded', 0],
    ['breaks the connection after it has written', { kind: 'break-connection' }, 'unavailable', 1],
    ['times out after it has written', { kind: 'refuse-afterwards', refusal: timedOut('so it seems') }, 'timeout', 1],
    ['answers in time, but late', { kind: 'answer-late', byMs: 100 }, 'answered', 1],
    ['answers too late', { kind: 'answer-late', byMs: 2_500 }, 'deadline-exceeded', 1],
    ['refuses as not ready', { kind: 'refuse', refusal: notReady() }, 'unavailable', 0],
    ['refuses as too busy', { kind: 'refuse', refusal: tooBusy() }, 'unavailable', 0],
    ['refuses as unavailable', { kind: 'refuse', refusal: unavailable() }, 'unavailable', 0],
    ['refuses without a leader to name', { kind: 'refuse', refusal: noLeader() }, 'unknown', 0],
  ])('%s, once', async (_, fault, outcome, written) => {
    await append(client, 'other-1', event());
    const armed = standIn.arm({ on: 'append', fault });
    expect(await outcomeOf(append(client, 'mine-1', event(), 'any', { deadline: 1_500 }))).toBe(outcome);
    expect(standIn.log.of('mine-1')).toHaveLength(written);
    expect(armed.struck).toBe(1);
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('answered');
  });

  it('names the leader when it refuses as not leading', async () => {
    const leader = await startStandIn();
    const refusal = notLeader({ host: '127.0.0.1', port: leader.port });
    standIn.arm({ on: 'append', fault: { kind: 'refuse', refusal } });

    await expect(append(client, 'mine-1', event())).rejects.toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: leader.port },
    });
    await append(client, 'mine-1', event());
    expect(leader.log.of('mine-1')).toHaveLength(1);
    await client.dispose();
    await leader.stop();
  });

  it('strikes as often as it is told, where it is told, until it is disarmed', async () => {
    const fault: Fault = { kind: 'refuse', refusal: tooBusy() };
    standIn.arm({ on: 'append', fault, times: 2, stream: (name) => name.startsWith('mine') });
    expect(await outcomeOf(append(client, 'others-1', event()))).toBe('answered');
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('unavailable');
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('unavailable');
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('answered');

    const armed = standIn.arm({ on: 'append', fault, times: Infinity });
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('unavailable');
    armed.disarm();
    expect(await outcomeOf(append(client, 'mine-1', event()))).toBe('answered');
  });

  it('tells which appends came, also those that it did not answer', async () => {
    const [a, b] = [event(), event()];
    await append(client, 'mine-1', a, 'no_stream');
    await client.appendToStream('mine-1', b, { expectedRevision: 'no_stream' }).catch(() => undefined);
    expect(standIn.appends).toEqual([
      { stream: 'mine-1', expected: 'no_stream', ids: [a.id], path: 'single', outcome: 'written' },
      { stream: 'mine-1', expected: 'no_stream', ids: [b.id], path: 'batch', outcome: 'wrong-expected' },
    ]);
  });

  it('stamps events by a clock that may go back, and refuses batches whose deadline has passed by it', async () => {
    await append(client, 'mine-1', event());
    standIn.setClock(-60_000);
    await append(client, 'mine-1', event());
    const [first, second] = await collect(client.readStream('mine-1'));
    expect(Number(second?.event?.created)).toBeLessThan(Number(first?.event?.created) - 50_000);

    standIn.setClock(20_000);
    expect(await outcomeOf(client.appendToStream('mine-1', event()))).toBe('deadline-exceeded');
  });
});

describe('a misbehaving stand-in: the whole server', () => {
  it('forgets at a restart what ids it knew, and nothing else', async () => {
    const stream = newStream();
    const sent = event();
    const first = await append(client, stream, sent, 'no_stream');
    await standIn.restart();
    await until('it is back', async () => (await outcomeOf(idsOf(client, stream))) === 'answered');

    expect(await append(client, stream, sent, 'no_stream')).toEqual(first);
    await append(client, stream, sent, 'any');
    expect(await idsOf(client, stream)).toEqual([sent.id, sent.id]);
  });

  it('is not ready for a while after a restart, and the same client goes on', async () => {
    await append(client, 'mine-1', event());
    await standIn.restart({ notReadyForMs: 2_000 });
    const failures = new Set<string>();
    await until('it is ready', async () => {
      try {
        await append(client, 'mine-1', event());
        return true;
      } catch (error) {
        failures.add(String(error));
        return false;
      }
    });
    expect([...failures].some((failure) => failure.includes('Server Is Not Ready'))).toBe(true);
  });

  it('says so in its own words on the batch path', async () => {
    await client.appendToStream('mine-1', event());
    standIn.arm({ on: 'append', fault: { kind: 'refuse', refusal: notReady() } });
    await expect(client.appendToStream('mine-1', event())).rejects.toMatchObject({
      type: 'unknown',
      message: 'Could not recognize Server Is Not Ready',
    });
  });

  it('refuses connections while it is down, and comes back on the same port', async () => {
    const { port } = standIn;
    await standIn.kill();
    expect(await outcomeOf(append(client, 'mine-1', event(), 'any', { deadline: 100 }))).not.toBe('answered');
    await standIn.restart();
    expect(standIn.port).toBe(port);
    await until('it is back', async () => (await outcomeOf(append(client, 'mine-1', event()))) === 'answered');
  });

  it('answers nobody while it is paused, and then writes what its caller had given up', async () => {
    await append(client, 'mine-1', event());
    standIn.pause();
    const warm = append(client, 'mine-2', event(), 'any', { deadline: 200 });
    const fresh = connect(standIn.url);
    const cold = append(fresh, 'mine-3', event(), 'any', { deadline: 200 });
    expect(await outcomeOf(warm)).toBe('deadline-exceeded');
    expect(await outcomeOf(cold)).toBe('deadline-exceeded');
    expect(standIn.log.of('mine-2')).toHaveLength(0);
    standIn.resume();

    await until('it has written it', () => standIn.log.of('mine-2').length === 1);
    expect(await outcomeOf(append(client, 'mine-4', event()))).toBe('answered');
    await fresh.dispose();
  });

  it('comes back with a shorter log, as a restored one', async () => {
    const { position } = await append(client, 'mine-1', event());
    const lost = positionOf(await append(client, 'mine-1', events(3)));
    await standIn.restart({ cutLogAfter: position?.commit ?? 0n });
    await until('it is back', async () => (await outcomeOf(idsOf(client, 'mine-1'))) === 'answered');

    expect(await idsOf(client, 'mine-1')).toHaveLength(1);
    expect(await collect(client.readAll({ fromPosition: lost }))).toEqual([]);
    expect((await append(client, 'mine-1', event(), 0n)).nextExpectedRevision).toBe(1n);
  });

  it('says what version it is told to be', async () => {
    standIn.setVersion('5.0.11');
    const { serverVersion } = await (client as unknown as { capabilities: Promise<{ serverVersion: string }> })
      .capabilities;
    expect(serverVersion).toBe('5.0.11');
  });

  it('counts open calls and connections', async () => {
    const subscription = client.subscribeToAll();
    await new Promise((resolve) => subscription.once('confirmation', resolve));
    expect(standIn.openCalls).toEqual([expect.objectContaining({ method: 'subscribe', stream: '$all' })]);
    expect(standIn.connections).toBe(1);
    await subscription.unsubscribe();
    await until('the call is closed', () => standIn.openCalls.length === 0);
  });
});

describe('a misbehaving stand-in: readers and subscribers', () => {
  const follow = () => {
    const told: string[] = [];
    const checkpoints: Position[] = [];
    const subscription = client
      .subscribeToAll({
        filter: excludeSystemEvents({ checkpointReached: (_, position) => void checkpoints.push(position) }),
      })
      .on('data', ({ event: recorded }) => told.push(`event ${String(recorded?.revision)}`))
      .on('caughtUp', () => told.push('caught up'))
      .on('error', (error: Error & { type?: string; code?: number }) =>
        told.push(`${error.type ?? ''} ${error.code ?? ''}`),
      )
      .on('end', () => told.push('end'));
    return { told, checkpoints, stop: () => subscription.unsubscribe() };
  };

  it.each([
    ['error', ['unavailable 14']],
    ['end', ['end']],
    ['silence', []],
  ] as const)('cuts a subscription that lives: %s', async (as, last) => {
    const { told, stop } = follow();
    await until('it has caught up', () => told.includes('caught up'));
    standIn.cut(as, { which: ({ method }) => method === 'subscribe' });
    const other = connect(standIn.url);
    await append(other, 'mine-1', event());
    await until('it is told of the cut', () => told.length >= 1 + last.length);
    await delay(50);
    await other.dispose();
    expect(told).toEqual(['caught up', ...last]);
    await stop();
  });

  it('cuts a subscription after so many events', async () => {
    await append(client, 'mine-1', events(5));
    standIn.arm({ on: 'subscribe', fault: { kind: 'cut', afterEvents: 2, as: 'error' } });
    const { told } = follow();
    await until('it broke', () => told.length === 3);
    expect(told).toEqual(['event 0', 'event 1', 'unavailable 14']);
  });

  it('cuts a read in the middle as if the stream were over', async () => {
    await append(client, 'mine-1', events(5));
    standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 2, as: 'end' } });
    expect(await idsOf(client, 'mine-1')).toHaveLength(2);
    expect(await idsOf(client, 'mine-1')).toHaveLength(5);
  });

  it('claims to be at the end before it has sent an event', async () => {
    const last = positionOf(await append(client, 'mine-1', events(3)));
    standIn.arm({ on: 'subscribe', fault: { kind: 'checkpoint-ahead' } });
    const { told, checkpoints, stop } = follow();
    await until('it claimed it', () => checkpoints.length > 0);
    expect(checkpoints).toEqual([last]);
    await until('it has caught up', () => told.includes('caught up'));
    expect(told).toEqual(['event 0', 'event 1', 'event 2', 'caught up']);
    await stop();
  });

  it('does not answer a read', async () => {
    await append(client, 'mine-1', event());
    standIn.arm({ on: 'read', fault: { kind: 'ignore' } });
    const reading = client.readStream('mine-1');
    expect(await within(150, collect(reading))).toBe('nothing yet');
    await reading.cancel();
  });

  it.each([
    [false, 'unavailable 14'],
    [true, 'unknown 13'],
  ])('ends subscriptions once when it stops (in an orderly way: %s)', async (orderly, error) => {
    const { told } = follow();
    await until('it has caught up', () => told.includes('caught up'));
    await standIn.stop({ orderly });
    await until('it ended', () => told.length > 1);
    await delay(50);
    expect(told).toEqual(['caught up', error]);
  });
});
