import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { EventStore } from '../src/event-sourcing/event-store.js';
import type { Projecting, ProjectorStatus } from '../src/event-sourcing/projecting.js';
import { Metrics } from '../src/health/metrics.js';
import { Readiness } from '../src/health/readiness.js';
import { EVENT_STORE, READ_STORE } from '../src/tokens.js';
import { until } from './client.js';
import { ProbeModule, slowlyAnswered } from './probe.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let lines: string[];
beforeAll(async () => {
  lines = [];
  const log = pino(
    { level: 'trace' },
    new Writable({
      write: (line: Buffer, _encoding, done) => {
        lines.push(line.toString());
        done();
      },
    }),
  );
  service = await startTestService({ also: [ProbeModule], log });
});
afterAll(() => service.stop());

describe('health', () => {
  it('lives', async () => expect((await fetch(`${service.url}/healthz`)).status).toBe(200));

  it('is ready once everything is projected', async () => {
    let answer = await fetch(`${service.url}/readyz`);
    for (let tries = 0; answer.status !== 200 && tries < 300; tries += 1) {
      await sleep(100);
      answer = await fetch(`${service.url}/readyz`);
    }
    expect(await answer.json()).toMatchObject({
      ready: true,
      eventStore: 'answers',
      readStore: 'answers',
      head: expect.any(Number),
    });
  });

  const readinessWith = (projections: Partial<ProjectorStatus['projections'][number]>[]): Readiness => {
    const status = () =>
      Promise.resolve({
        projecting: true,
        head: 9,
        projections: projections as ProjectorStatus['projections'],
      });
    return new Readiness(service.app.get(EVENT_STORE), service.app.get(READ_STORE), {
      status,
    } as unknown as Projecting);
  };

  it('is not ready while a projection is behind and has not moved for ten seconds', async () => {
    const clock = jest.spyOn(performance, 'now');
    try {
      const timeline = { name: 'timeline', version: 1, state: 'live', lag: 1, checkpoint: 8 } as const;
      let status: Partial<ProjectorStatus['projections'][number]> = timeline;
      const readiness = readinessWith([new Proxy({}, { get: (_, field: keyof typeof timeline) => status[field] })]);
      const readyAt = async (ms: number): Promise<boolean> => {
        clock.mockReturnValue(ms);
        return (await readiness.now()).ready;
      };
      expect(await readyAt(0)).toBe(true);
      expect(await readyAt(9_000)).toBe(true);
      expect(await readyAt(11_000)).toBe(false);
      status = { ...timeline, checkpoint: 9 };
      expect(await readyAt(12_000)).toBe(true);
    } finally {
      clock.mockRestore();
    }
  });

  it.each(['building', 'stalled'] as const)('is not ready while a projection is %s, and says which', async (state) => {
    const stalledAt = { ordinal: 5, eventId: 'e5', message: 'Jane Doe' };
    const readiness = readinessWith([
      { name: 'directory', version: 1, state: 'live', lag: 0 },
      { name: 'timeline', version: 2, state, lag: 4, ...(state === 'stalled' && { stalledAt }) },
    ]);
    const ready = await readiness.now();
    expect(ready).toMatchObject({
      ready: false,
      projections: [{ state: 'live' }, { projection: 'timeline', state, eventsBehind: 4 }],
    });
    expect(JSON.stringify(ready)).not.toContain('Jane');
    const { text } = await new Metrics().page('events', 9, readiness.lags(ready));
    expect(text).toContain(`rapport_projection_stalled{projection="timeline"} ${state === 'stalled' ? 1 : 0}`);
    expect(text).toContain('rapport_projection_events_behind{projection="timeline"} 4');
  });

  it('tells how old the oldest event is that rows do not show', async () => {
    const store = service.app.get<EventStore>(EVENT_STORE);
    const [first] = await store.readAll(0, 1);
    const readiness = readinessWith([
      { name: 'directory', version: 1, state: 'live', lag: 0, checkpoint: 9 },
      { name: 'timeline', version: 1, state: 'live', lag: 9, checkpoint: 0 },
    ]);
    const before = Date.now();
    const ready = await readiness.now();
    expect(ready.headIn).toBe('events');
    expect(ready.projections[0]).toMatchObject({ eventsBehind: 0, secondsBehind: 0 });
    const age = ready.projections[1]?.secondsBehind ?? 0;
    expect(age).toBeGreaterThanOrEqual((before - (first?.recordedAt ?? 0)) / 1000);
    expect(age).toBeLessThanOrEqual((Date.now() - (first?.recordedAt ?? 0)) / 1000);
    const { text } = await new Metrics().page('bytes', 9, readiness.lags(ready));
    expect(text).toContain(`rapport_projection_seconds_behind{projection="timeline"} ${age}`);
    expect(text).toContain('rapport_projection_bytes_behind{projection="timeline"} 9');
  });

  it('is measured', async () => {
    await service.graphql('{ whoAmI }');
    await service.graphql('{ nothing }');
    await service.graphql('{ broken(how: "bug") }');
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/rapport_graphql_operations_total\{kind="query",outcome="ok"\} \d/);
    expect(text).toMatch(/rapport_graphql_operations_total\{kind="query",outcome="refused"\} \d/);
    expect(text).toMatch(/rapport_graphql_operations_total\{kind="query",outcome="failed"\} \d/);
    expect(text).toMatch(
      /rapport_http_request_duration_seconds_count\{method="POST",route="\/graphql",status="200"\} \d/,
    );
    expect(text).toMatch(/rapport_log_events [1-9]/);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });
});

describe('the log', () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${service.url}/graphql?query={whoAmI}`, {
      headers: { authorization: `Bearer ${service.adminToken}`, ...headers },
    });

  it.each([
    ["the client's own", { 'x-correlation-id': 'import-7:1' }, 'import-7:1'],
    [
      'that of its trace',
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      '0af7651916cd43dd8448eb211c80319c',
    ],
  ])('has every request under %s correlation id, which is echoed', async (_what, headers, id) => {
    expect((await ask(headers)).headers.get('x-correlation-id')).toBe(id);
    await until('the log has it', () =>
      lines.some((line) => line.includes(`"correlationId":"${id}"`) && line.includes('"status":200')),
    );
  });

  it('makes an id where the client sends none that is fit', async () => {
    expect((await ask({ 'x-correlation-id': 'jane@example.org said' })).headers.get('x-correlation-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('has what broke under the id that the client was told, and neither secrets nor what was asked', async () => {
    const { errors } = await service.graphql('{ broken(how: "bug") }');
    await service.graphql('query ($how: String!) { broken(how: $how) }', { how: 'Joe Bloggs' });
    await fetch(`${service.url}/graphql?query=${encodeURIComponent('{ broken(how: "Ann Other") }')}`, {
      headers: { authorization: 'Bearer wrong-secret' },
    });
    const correlationId = String(errors?.[0]?.extensions?.['correlationId']);
    await until('the log has it', () =>
      lines.some((line) => line.includes(correlationId) && line.includes('"level":50')),
    );
    // And what was asked last.
    await until('the log has all', () => lines.some((line) => line.includes('"status":401')));
    const all = lines.join('');
    for (const said of ['Jane', 'Joe Bloggs', 'Ann', 'wrong-secret', service.adminToken])
      expect(all).not.toContain(said);
  });
});

describe('a shutdown', () => {
  it('finishes what runs, takes no more, and ends', async () => {
    const going = await startTestService({ also: [ProbeModule] });
    const { began } = slowlyAnswered;
    const slow = going.graphql('{ broken(how: "slow") }');
    await until('it runs', () => slowlyAnswered.began > began);
    const stopped = going.stop();
    expect((await slow).data).toEqual({ broken: 'slow' });
    await stopped;
    await expect(fetch(`${going.url}/healthz`)).rejects.toThrow();
  });

  it('cuts off what runs longer than the limit', async () => {
    const going = await startTestService({ also: [ProbeModule], env: { RAPPORT_SHUTDOWN_MS: '100' } });
    const { began } = slowlyAnswered;
    const slow = going.graphql('{ broken(how: "slow") }').then(
      () => 'answered',
      () => 'cut off',
    );
    await until('it runs', () => slowlyAnswered.began > began);
    await going.stop();
    expect(await slow).toBe('cut off');
  });
});
