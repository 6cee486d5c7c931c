import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projectionsOfRules } from '../src/advocacy/rule-projections.js';
import type { EventStore, RecordedEvent } from '../src/event-sourcing/event-store.js';
import type { Projection } from '../src/event-sourcing/projection.js';
import { projections } from '../src/projections.js';
import { EVENT_STORE } from '../src/tokens.js';
import { rapportAt, ready } from './client.js';
import { type Doing, anyDoing } from './any-doing.js';
import { doing } from './doings.js';
import { fieldsOf, historicFields } from './history.js';
import { type Rows, everyEvent, liveRows, replayedRows } from './inspecting.js';
import { type TestService, startTestService } from './service.js';
import { forgetful } from './small-logs.js';

const seed = Number(process.env['REPLAY_SEED'] ?? Date.now());
const length = Number(process.env['REPLAY_LENGTH'] ?? 320);

const said = { act: 'COMMENT', direction: 'INBOUND', channel: 'FORUM' };
/** What chance may leave out, so that each table has rows. */
const certain: readonly Doing[] = [
  { does: 'rule', choice: 'another stance' },
  { does: 'record', who: [0, 1], day: 8, said, replyTo: null },
  { does: 'addHandle', who: 0, address: 1, at: null },
  { does: 'assessStance', who: 0, day: 10, stance: 'ADVOCATE' },
  { does: 'hire', name: 'Kim', inTeam: true },
  { does: 'assign', who: 0, which: 1, day: 9, tier: null },
  { does: 'step', who: 0, day: 9, step: 'LISTEN', of: null },
  { does: 'affiliate', who: 0, which: 0, day: null, days: null, post: {}, saidByUs: true },
  { does: 'tie', who: 0, other: 1, which: 0, day: null, days: null, kind: 'KNOWS' },
];

let service: TestService;
let events: readonly RecordedEvent[];
let live: Rows;
/** Those of every program, and of the rules that came into force. */
let all: readonly Projection[];

beforeAll(async () => {
  service = await startTestService();
  const rapport = rapportAt({ url: service.url, token: service.adminToken });
  await ready(rapport);
  const does = doing(rapport);
  const [first, ...doings] = fc.sample(anyDoing, { numRuns: length, seed });
  if (first) await does(first);
  for (const each of certain) await does(each);
  // Several at once, so that batches of every size are projected.
  for (let start = 0; start < doings.length; start += 4) await Promise.all(doings.slice(start, start + 4).map(does));
  await does({ does: 'rule', choice: 'another conversion' });
  const { log } = await rapport.query<{ log: { head: string } }>('{ log { head } }');
  await rapport.query('query ($at: Position) { stakeholders(atLeast: $at, first: 1) { totalCount } }', {
    at: log.head,
  });
  const store = service.app.get<EventStore>(EVENT_STORE);
  events = await everyEvent(store);
  all = [...projections, ...(await projectionsOfRules(store))];
  live = await liveRows(service.dataFolder, events, all);
}, 120_000);
afterAll(() => service.stop());

const expectRows = (replayed: Rows): void => {
  for (const [table, rows] of live) expect({ seed, table, rows: replayed.get(table) }).toEqual({ seed, table, rows });
};

it('has folded something of everything', () => {
  for (const table of [
    'stakeholder',
    'stakeholder_handle',
    'interaction',
    'timeline_entry',
    'relationship_fact',
    'standing_span',
    'standing_span_tone_v2_advocacy_v1',
    'standing_span_tone_v1_advocacy_v2',
    'colleague',
    'owner_span',
    'ownership_fact',
    'affiliation',
    'tie',
    'clock_turn',
    'taken_step',
  ])
    expect({ seed, table, some: (live.get(table)?.length ?? 0) > 0 }).toEqual({ seed, table, some: true });
});

it.each([1, 7, 500])('comes to the same rows, to the last bit, replayed in batches of %i', async (batch) =>
  expectRows(await replayedRows(events, batch, undefined, all)),
);

it.each([1, 7, 500])('comes to them also where nothing is remembered from one batch of %i to the next', async (batch) =>
  expectRows(await replayedRows(events, batch, forgetful, all)),
);

it('writes no field that test/history does not hold', () => {
  expect([...new Set(events.flatMap(fieldsOf))].filter((field) => !historicFields.has(field))).toEqual([]);
});
