import type { Asking } from '../asking.js';
import { asking } from '../asking.js';
import type { Family } from '../family.js';
import type { Served } from '../fixtures.js';
import { people } from '../fixtures.js';
import { inTurn, quantile } from '../measuring.js';
import type { Row } from '../table.js';
import { compared, limited, told } from '../table.js';
import { numbersFrom, personOf } from '../world.js';

const timelinePage = `query Timeline($handle: HandleInput!, $during: Period, $asOf: AsOf) {
  stakeholder(handle: $handle, asOf: $asOf) {
    id name
    timeline(first: 20, where: { during: $during }) {
      edges { cursor node { __typename ... on Interaction {
        id direction channel act occurredAt subject text tone { value byPerson } participants { role stakeholder { id name } }
      } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const stakeholdersPage = `query Stakeholders($asOf: AsOf, $after: String) {
  stakeholders(first: 20, after: $after, asOf: $asOf) {
    edges { cursor node { id kind name handles { channel address } standing { stance since } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Connected {
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly endCursor: string };
}

const handle = { channel: 'EMAIL', address: personOf(people.long).address };
const dayMs = 86_400_000;

/** Pages of a timeline, the newest and then others here and there, each of an age from the youngest to the oldest given. */
const timelineOf = ({ ask }: Asking, asOf: object | undefined, youngestDays: number, oldestDays: number) => {
  const random = numbersFrom(11);
  return async (round: number): Promise<number> => {
    const until = Date.now() - (youngestDays + random() * (oldestDays - youngestDays)) * dayMs;
    const during = round % 2 === 0 ? undefined : { until: new Date(until).toISOString() };
    const { data, ms } = await ask<{ stakeholder: { timeline: Connected } }>(timelinePage, { handle, during, asOf });
    if (data.stakeholder.timeline.edges.length < 20) throw new Error('A page of a timeline is not full.');
    return ms;
  };
};

const stakeholdersOf = ({ ask }: Asking, asOf?: object) => {
  let after: string | undefined;
  return async (): Promise<number> => {
    const { data, ms } = await ask<{ stakeholders: Connected }>(stakeholdersPage, { after, asOf });
    if (data.stakeholders.edges.length < 20) throw new Error('A page of stakeholders is not full.');
    after = data.stakeholders.pageInfo.endCursor;
    return ms;
  };
};

const warmUp = async (works: readonly ((round: number) => Promise<number>)[], rounds: number): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) for (const work of works) await work(round);
};

const half = ({ log }: Served): object => {
  if (log.halfWay === undefined) throw new Error('The log has no interaction half way back.');
  return { knownAtPosition: log.halfWay };
};

export const timelines: Family = {
  name: 'timeline',
  run: async (bench) => {
    const [large, small] = [await bench.served(bench.largeEvents), await bench.served(bench.smallEvents)];
    const [ofLarge, ofSmall] = [asking(large.service), asking(small.service)];
    const long = timelineOf(ofLarge, undefined, 0, 1_000);
    const short = timelineOf(ofSmall, undefined, 0, 1_000);
    await warmUp([long, short], bench.rounds(40));
    const each: number[] = [];
    const measured = async (round: number): Promise<number> => {
      const ms = await long(round);
      each.push(ms);
      return ms;
    };
    const times = await inTurn(bench.rounds(200), { large: measured, small: short });
    await Promise.all([ofLarge.close(), ofSmall.close()]);
    const size = (events: number): string => `${events / 100_000}x10^5`;
    const name = `timeline page of 20, stakeholder of 10^5 interactions, log of ${size(bench.largeEvents)} events against ${size(bench.smallEvents)}`;
    return [compared(name, times.large, 'ms', times.small, '<= 1.3'), told('  p99 of it', quantile(each, 0.99), 'ms')];
  },
};

export const pasts: Family = {
  name: 'asOf',
  run: async (bench) => {
    const large = await bench.served(bench.largeEvents);
    const client = asking(large.service);
    const asOf = half(large);
    const rows: Row[] = [];
    const pairs = [
      // Half way back is one and a half years ago; what lies before then is on both.
      ['the same page', timelineOf(client, asOf, 560, 1_000), timelineOf(client, undefined, 560, 1_000)],
      ['a page of stakeholders', stakeholdersOf(client, asOf), stakeholdersOf(client)],
    ] as const;
    for (const [name, past, live] of pairs) {
      await warmUp([past, live], bench.rounds(40));
      const times = await inTurn(bench.rounds(200), { past, live });
      rows.push(
        compared(`${name}, asOf half way back in the log, against the live page`, times.past, 'ms', times.live, '<= 2'),
      );
    }
    await client.close();
    return rows;
  },
};

export const resident: Family = {
  name: 'memory',
  run: async (bench) => {
    const { memory } = await bench.served(bench.millionEvents);
    const mb = (bytes: number): number => bytes / 1_000_000;
    return [
      limited('memory of the service, log of 10^6 events, after a rebuild', mb(memory.resident), 'MB', '< 400'),
      told('  its peak so far', mb(memory.peak), 'MB'),
    ];
  },
};
