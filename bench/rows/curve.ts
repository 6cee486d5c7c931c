import { kaplanMeier } from '../../src/advocacy/kaplan-meier.js';
import { spellsOf } from '../../src/advocacy/spells.js';
import { standingProjection } from '../../src/advocacy/standing-projection.js';
import { present } from '../../src/event-sourcing/past.js';
import { recorded } from '../../src/event-sourcing/specification.js';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import type { ReadStore } from '../../src/event-sourcing/read-store.js';
import { replayInto } from '../../src/event-sourcing/replay.js';
import { openSqliteReadStore } from '../../src/event-sourcing/stores/sqlite.read-store.js';
import { timeline } from '../../src/interactions/timeline.js';
import { ownershipRows } from '../../src/owners/ownership-rows.js';
import { directory } from '../../src/stakeholders/directory.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import { compared, limited } from '../table.js';

const dayMs = 86_400_000;
const start = Date.UTC(2020, 0, 1);
const past = { known: present, validAt: start + 2_000 * dayMs };
const logId = '0123456789abcdef';
const owners = 20;

/** People who turn against us with a mail or in a forum, each somebody's of ours; every other one is won over some time later. */
function* spells(count: number): Generator<RecordedEvent> {
  let ordinal = 0;
  const next = (stream: string, type: string, data: object): RecordedEvent =>
    recorded({ type, data }, { stream, ordinal: (ordinal += 1) });
  const said = (id: string, day: number, tone: number, channel: string): RecordedEvent => {
    const interactionId = `${id}-${day}`;
    const personal = { of: [id], subject: null, text: null, url: null, ourPeople: [], handles: [] };
    return next(`interaction-${interactionId}`, 'InteractionRecorded', {
      ...{ interactionId, direction: 'inbound', channel, act: 'comment', topics: [], reach: null, language: null },
      ...{
        occurredAt: new Date(start + day * dayMs).toISOString(),
        inReplyTo: null,
        source: null,
        sent: '',
        marks: [],
      },
      ...{ participants: [{ stakeholderId: id, role: 'author' }], tone: { value: tone, person: 'Ada' }, personal },
    });
  };
  for (let person = 0; person < count; person += 1) {
    const id = `person-${person}`;
    const personal = { of: [id], name: id, handles: [], externalIds: [] };
    yield next(`stakeholder-${id}`, 'StakeholderIdentified', {
      stakeholderId: id,
      kind: 'person',
      tokens: [],
      personal,
    });
    yield next(`ownership-${id}`, 'OwnerAssigned', {
      ...{
        stakeholderId: id,
        factId: id,
        occurredAt: new Date(start).toISOString(),
        owner: `owner-${person % owners}`,
      },
      ...{ tier: null, place: null, rank: null, department: null, was: null },
    });
    yield said(id, person % 300, -1, person % 3 === 0 ? 'forum' : 'email');
    if (person % 2 === 0) yield said(id, (person % 300) + 30 + (person % 97), 1, 'email');
  }
}

function* inPages(events: Iterable<RecordedEvent>): Generator<readonly RecordedEvent[]> {
  let page: RecordedEvent[] = [];
  for (const event of events) {
    page.push(event);
    if (page.length < 2_000) continue;
    yield page;
    page = [];
  }
  yield page;
}

/** The least that a curve has to read: every span against us, once. */
const bareQuery = (rows: ReadStore): Promise<unknown> =>
  rows.all(
    `select stance, count(*) as count from standing_span where stance in ('detractor', 'critic')
    and from_at <= ? and known_from <= ? and known_until > ? group by stance`,
    [past.validAt, past.known, past.known],
  );

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

export const curve: Family = {
  name: 'curve',
  run: async (bench) => {
    const projections = [standingProjection(), timeline, directory, ownershipRows];
    const count = bench.scaled(100_000, 500);
    const rows = openSqliteReadStore({ folder: ':memory:', projections, logId });
    await replayInto(rows, projections, inPages(spells(count)));
    const drawn = async (cohort: Parameters<typeof spellsOf>[1], least: number): Promise<void> => {
      const { points } = kaplanMeier(await spellsOf(rows, cohort, past));
      if ((points[0]?.atRisk ?? 0) < least) throw new Error('The curve is not of all spells.');
    };
    const times = await inTurn(bench.rounds(20), {
      all: () => timed(() => drawn({}, count)),
      forum: () => timed(() => drawn({ channels: ['forum'] }, Math.floor(count / 3))),
      owner: () => timed(() => drawn({ owners: ['owner-0'] }, Math.floor(count / owners))),
      bare: () => timed(() => bareQuery(rows)),
    });
    await rows.close();
    const name = 'curve of time to conversion over 10^5 spells';
    return [
      compared(`${name}, against a bare count of their spans`, times.all, 'ms', times.bare, null),
      limited(name, times.all, 'ms', '< 1000'),
      limited(`${name}, of one channel`, times.forum, 'ms', '< 1000'),
      limited(`${name}, of one owner`, times.owner, 'ms', '< 1000'),
    ];
  },
};
