import { present } from '../../src/event-sourcing/past.js';
import { recorded } from '../../src/event-sourcing/specification.js';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import type { ReadStore } from '../../src/event-sourcing/read-store.js';
import { replayInto } from '../../src/event-sourcing/replay.js';
import { openSqliteReadStore } from '../../src/event-sourcing/stores/sqlite.read-store.js';
import { topicNumbers, voicesOn } from '../../src/stakeholders/influence-pages.js';
import { magicMiddleOf, rankingOf } from '../../src/stakeholders/influence-ranking.js';
import { influenceRows } from '../../src/stakeholders/influence-rows.js';
import { weightsV1 } from '../../src/stakeholders/influence.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import { compared, limited } from '../table.js';
import { numbersFrom } from '../world.js';

const dayMs = 86_400_000;
const start = Date.UTC(2024, 0, 1);
const past = { known: present, validAt: start + 900 * dayMs };
const logId = '0123456789abcdef';
const topic = 'doors';

/** Everybody says three things on the topic, before audiences of which a few are very large; every third is answered. */
function* utterances(people: number): Generator<RecordedEvent> {
  const random = numbersFrom(11);
  let ordinal = 0;
  const said = (author: string, topics: readonly string[], reach: number | null, inReplyTo: string | null) => {
    ordinal += 1;
    const interactionId = `i${ordinal}`;
    const personal = { of: [author], subject: null, text: null, url: null, ourPeople: [], handles: [] };
    const occurredAt = new Date(start + Math.floor(random() * 900) * dayMs).toISOString();
    const data = {
      ...{ interactionId, direction: 'observed', channel: 'blog', act: 'post', occurredAt, topics, reach, inReplyTo },
      ...{ language: null, source: null, sent: '', marks: [], tone: null, personal },
      participants: [{ stakeholderId: author, role: 'author' }],
    };
    return recorded({ type: 'InteractionRecorded', data }, { stream: `interaction-${interactionId}`, ordinal });
  };
  for (let person = 0; person < people; person += 1) {
    const id = `person-${person}`;
    for (let time = 0; time < 3; time += 1) {
      yield said(id, [topic], Math.ceil(10 / (1 - random()) ** 1.5), null);
      if (time === 0) yield said(`person-${(person * 7 + 1) % people}`, [], null, `i${ordinal}`);
    }
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

/** The least that a ranking has to read: the same rows, counted for each voice, and the first twenty by their sums. */
const bareQuery = (rows: ReadStore, number: number): Promise<readonly unknown[]> =>
  rows.all(
    `select e.voice, count(*) - count(e.answers) as utterances, sum(case when e.answers is null then e.reach end) as audience,
      count(case when e.answers is not null then e.reach end) as reactions, max(e.at) as newest
    from influence_evidence e where e.topic = ? and e.at <= ? and e.known_from <= ? and e.known_until > ?
    group by e.voice order by audience desc, e.voice limit 20`,
    [number, past.validAt, past.known, past.known],
  );

const timed = async (work: () => Promise<number>, expected: number): Promise<number> => {
  const began = performance.now();
  if ((await work()) !== expected) throw new Error('This is not of everybody who was heard.');
  return performance.now() - began;
};

export const influence: Family = {
  name: 'influence',
  run: async (bench) => {
    const people = bench.scaled(100_000, 100);
    const rows = openSqliteReadStore({ folder: ':memory:', projections: [influenceRows], logId });
    await replayInto(rows, [influenceRows], inPages(utterances(people)));
    const [number = -1] = await topicNumbers(rows, [topic]);
    const times = await inTurn(bench.rounds(20), {
      ranking: () =>
        timed(async () => {
          const ranking = rankingOf(await voicesOn(rows, number, past), weightsV1);
          return ranking.page({ limit: 20 }).entries.length === 20 ? ranking.size : 0;
        }, people),
      middle: () => timed(async () => magicMiddleOf(await voicesOn(rows, number, past), 60, 95).among, people),
      bare: () => timed(async () => (await bareQuery(rows, number)).length, 20),
    });
    await rows.close();
    const name = 'ranking of a topic among 10^5 stakeholders';
    return [
      compared(`${name}, against a bare query of the same rows`, times.ranking, 'ms', times.bare, null),
      limited(name, times.ranking, 'ms', '< 1000'),
      limited('  its magic middle', times.middle, 'ms', '< 1000'),
    ];
  },
};
