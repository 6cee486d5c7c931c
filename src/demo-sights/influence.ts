import type { Ask } from './asking.js';
import { day, lower, type Sight } from './sight.js';

/** The maintainer's list. */
export const ourList = 'rpm-zzzlist@freshrpms.net';

/** The mails are of 2002: asked as of today, what was said so long ago would say nothing any more. */
const year = '{ from: "2002-01-01T00:00:00Z", until: "2003-01-01T00:00:00Z" }';

interface Prism {
  readonly conversationPrism: {
    readonly stretches: readonly {
      readonly from: string;
      readonly until: string;
      readonly channels: readonly {
        readonly channel: string;
        readonly heard: number;
        readonly ours: number;
        readonly people: number;
      }[];
    }[];
  };
}

const prismQuery = `{ conversationPrism(during: ${year}, everyDays: 30, where: { topics: ["${ourList}"] }) {
    definition
    stretches { from until channels { channel heard ours people tone } }
} }`;

type Measure =
  | { readonly __typename: 'InfluenceMeasured'; readonly value: number }
  | { readonly __typename: 'NotEnoughEvidence'; readonly minimum: number };

interface Voice {
  readonly place: number;
  readonly stakeholder: { readonly name: string };
  readonly influence: { readonly reach: Measure; readonly resonance: Measure; readonly relevance: Measure };
}
interface Influence {
  readonly topicInfluence: {
    readonly minimum: number;
    readonly people: number;
    readonly ranking: { readonly voices: { readonly totalCount: number; readonly nodes: readonly Voice[] } };
    readonly discoveries: {
      readonly totalCount: number;
      readonly nodes: readonly {
        readonly stakeholder: { readonly name: string };
        readonly because: readonly { readonly interaction: { readonly subject: string | null } }[];
      }[];
    };
  };
}

const influenceQuery = (validAt: string): string =>
  `{ topicInfluence(topic: "${ourList}", asOf: { validAt: "${validAt}" }) {
    definition minimum people
    ranking { voices(first: 5) { totalCount nodes { place stakeholder { name } influence {
      reach { ...measure } resonance { ...measure } relevance { ...measure }
    } } } }
    discoveries(first: 3) { totalCount nodes { stakeholder { name } because { reasons interaction { subject } } } }
} }
fragment measure on InfluenceMeasure {
  __typename
  ... on InfluenceMeasured { value meaning }
  ... on NotEnoughEvidence { reason minimum missing }
}`;

const measured = (name: string, measure: Measure): string =>
  `${name} ${measure.__typename === 'InfluenceMeasured' ? measure.value.toFixed(2) : 'not enough evidence'}`;

/** When most was heard on the list, and who is heard on it at the end of that time. */
export const influenceSights = async (ask: Ask): Promise<readonly Sight[]> => {
  const { stretches } = (await ask<Prism>(prismQuery)).conversationPrism;
  const heardIn = ({ channels }: (typeof stretches)[number]): number =>
    channels.reduce((sum, { heard }) => sum + heard, 0);
  const [busiest] = stretches.toSorted((a, b) => heardIn(b) - heardIn(a));
  if (busiest === undefined) return [];
  const query = influenceQuery(busiest.until);
  const { minimum, people, ranking, discoveries } = (await ask<Influence>(query)).topicInfluence;
  const { voices } = ranking;
  return [
    {
      title: `The conversation on ${ourList} through the prism, by 30 days`,
      lines: stretches.flatMap(({ from, channels }) =>
        channels.map(
          ({ channel, heard, ours, people: speakers }) =>
            `${day(from)}  ${lower(channel)}  ${heard} heard of ${speakers} ${speakers === 1 ? 'person' : 'people'}, ${ours} ours`,
        ),
      ),
      query: prismQuery,
    },
    {
      title: `Who is heard on ${ourList} on ${day(busiest.until)}: ${people} people, ${voices.totalCount} of them with the ${minimum} pieces of evidence that a number takes`,
      lines: [
        ...voices.nodes.map(({ place, stakeholder, influence: { reach, resonance, relevance } }) =>
          [
            `${place}. ${stakeholder.name}: ${measured('relevance', relevance)}`,
            measured('reach', reach),
            measured('resonance', resonance),
          ].join(', '),
        ),
        `Nobody's yet: ${discoveries.totalCount}, first of all`,
        ...discoveries.nodes.map(
          ({ stakeholder, because }) =>
            `  ${stakeholder.name}, for ${because.map(({ interaction }) => `"${interaction.subject ?? ''}"`).join(' and ')}`,
        ),
      ],
      query,
    },
  ];
};
