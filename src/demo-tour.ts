import { CommandFailed } from './command.js';

/** Asks the service, as any client does. */
export type Ask = <Data>(query: string) => Promise<Data>;

/** What to look at in the demo: each with what the service says of it, and the query to ask again. */
export interface Sight {
  readonly title: string;
  readonly lines: readonly string[];
  readonly query: string;
}

export const asking =
  (url: string, token: string): Ask =>
  async <Data>(query: string): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query }),
    });
    // The service answers as its schema says.
    const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly { message: string }[] };
    if (errors !== undefined || data == null)
      throw new CommandFailed(
        `The service answered: ${errors?.map(({ message }) => message).join('; ') ?? response.status}`,
      );
    return data;
  };

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All of a connection, page by page. */
const allOf = async <Node>(ask: Ask, query: (after: string) => string): Promise<readonly Node[]> => {
  const nodes: Node[] = [];
  for (let after = ''; ;) {
    const { page } = await ask<{ readonly page: Page<Node> }>(query(after));
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage || page.pageInfo.endCursor === null) return nodes;
    after = `, after: "${page.pageInfo.endCursor}"`;
  }
};

interface Critic {
  readonly name: string;
  readonly interactionCount: number;
  readonly standing: { readonly stance: string; readonly tone: number | null; readonly since: string | null };
}

interface Conversion {
  readonly id: string;
  readonly kind: string;
  readonly since: string | null;
  readonly occurredAt: string;
  readonly stakeholder: { readonly liveId?: string; readonly id: string; readonly name: string };
}

interface Said {
  readonly __typename?: string;
  readonly occurredAt: string;
  readonly kind?: string;
  readonly direction?: string;
  readonly act?: string;
  readonly subject?: string | null;
  readonly tone?: { readonly value: number } | null;
}

const signed = (tone: number | null | undefined): string =>
  tone == null ? '   -  ' : `${tone < 0 ? '' : '+'}${tone.toFixed(3)}`;
const lower = (word: string): string => word.toLowerCase().replaceAll('_', ' ');
const day = (time: string | null): string => time?.slice(0, 10) ?? '';
const said = ({ occurredAt, direction = '', act = '', kind = '', tone, subject }: Said): string =>
  `${day(occurredAt)}  ${(lower(direction) || '* ').padEnd(8)}  ${(lower(act) || lower(kind)).padEnd(9)} ${signed(tone?.value)}  ${subject ?? ''}`;

const criticsQuery = (after = ''): string =>
  `{ page: stakeholders(first: 100${after}, where: { stances: [DETRACTOR, CRITIC] }) {
    nodes { name interactionCount standing { stance tone since } }
    pageInfo { hasNextPage endCursor }
} }`;

/** Lowest T first: the schema has no order by tone, since a page of it could not be stable while people speak. */
const loudestCritics = async (ask: Ask): Promise<Sight> => {
  const critics = await allOf<Critic>(ask, criticsQuery);
  const loudest = critics.toSorted((a, b) => (a.standing.tone ?? 0) - (b.standing.tone ?? 0)).slice(0, 5);
  return {
    title: `The loudest critics, of ${critics.length} who stand against us (T runs from -1 to 1)`,
    lines: loudest.map(
      ({ name, interactionCount, standing: { stance, tone, since } }) =>
        `${signed(tone)}  ${lower(stance).padEnd(9)}  since ${day(since)}  ${name} (${interactionCount} ${interactionCount === 1 ? 'interaction' : 'interactions'})`,
    ),
    query: criticsQuery(),
  };
};

const conversionsQuery = (after: string): string =>
  `{ page: conversions(first: 100${after}, where: { kinds: [WON_OVER, CONVERTED, DEFUSED] }) {
    nodes { id kind since occurredAt stakeholder { id liveId name } }
    pageInfo { hasNextPage endCursor }
} }`;

const journeyQuery = (id: string): string =>
  `{ node(id: "${id}") { ... on Conversion {
    kind since occurredAt
    stakeholder { name }
    because { __typename ... on Interaction { occurredAt direction act subject tone { value } } }
    journey { occurredAt interaction { occurredAt direction act subject } }
} } }`;

interface Journeyed {
  readonly node: { readonly because: Said; readonly journey: readonly { readonly interaction: Said | null }[] };
}

const lookedAtMax = 100;

/** The conversion that went farthest, of those the one that most led up to. */
const farthest = async (ask: Ask): Promise<(Conversion & Journeyed) | undefined> => {
  const all = await allOf<Conversion>(ask, conversionsQuery);
  const rungs = ['DEFUSED', 'WON_OVER', 'CONVERTED'];
  const by = all.toSorted((a, b) => rungs.indexOf(b.kind) - rungs.indexOf(a.kind)).slice(0, lookedAtMax);
  let best: (Conversion & Journeyed) | undefined;
  for (const each of by) {
    // Whoever has no touch on the way is a conversion too, but no journey to show.
    if (best !== undefined && best.kind !== each.kind && best.node.journey.length > 0) break;
    const journeyed = await ask<Journeyed>(journeyQuery(each.id));
    if (best === undefined || journeyed.node.journey.length > best.node.journey.length)
      best = { ...each, ...journeyed };
  }
  return best;
};

const conversionSight = ({ id, kind, since, occurredAt, stakeholder, node }: Conversion & Journeyed): Sight => ({
  title: `${stakeholder.name} was ${lower(kind)} on ${day(occurredAt)}, having turned against us on ${day(since)}`,
  lines: [
    ...(node.journey.length === 0 ? ['Nothing of ours stands in between: unattributed.'] : []),
    ...node.journey.flatMap(({ interaction }) => (interaction ? [said(interaction)] : [])),
    ...(node.because.__typename === 'Interaction' ? [`${said(node.because)}  <- what made it count`] : []),
  ],
  query: journeyQuery(id),
});

const timelineQuery = (id: string, validAt: string): string =>
  `{ stakeholder(id: "${id}", asOf: { validAt: "${validAt}" }) {
    name interactionCount
    standing { stance tone since }
    timeline(first: 8) { nodes {
      __typename
      ... on Interaction { occurredAt direction act subject tone { value } }
      ... on Conversion { occurredAt kind }
    } }
} }`;

/** The day on which they had turned against us and not yet come back. */
const dayBetween = ({ since, occurredAt }: Conversion): string => {
  const endOfDay = Date.parse(`${day(since ?? occurredAt)}T23:59:59.999Z`);
  return new Date(Math.min(endOfDay, Date.parse(occurredAt) - 1)).toISOString();
};

const pastTimeline = async (ask: Ask, conversion: Conversion): Promise<Sight> => {
  const validAt = dayBetween(conversion);
  const id = conversion.stakeholder.liveId ?? conversion.stakeholder.id;
  const query = timelineQuery(id, validAt);
  interface Then {
    readonly stakeholder: Critic & { readonly timeline: { readonly nodes: readonly Said[] } };
  }
  const { stakeholder } = await ask<Then>(query);
  const { stakeholder: now } = await ask<Then>(timelineQuery(id, new Date().toISOString()));
  const { stance, tone } = stakeholder.standing;
  return {
    title: `${stakeholder.name} as it stood at ${validAt}: ${lower(stance)} (T ${signed(tone)}), ${lower(now.standing.stance)} today (T ${signed(now.standing.tone)})`,
    lines: stakeholder.timeline.nodes.map(said),
    query,
  };
};

/** What there is to see, once the rows hold all that is recorded. */
export const sights = async (ask: Ask): Promise<readonly Sight[]> => {
  const { log } = await ask<{ readonly log: { readonly head: string } }>('{ log { head } }');
  // Waits until what was just imported can be seen.
  await ask(`{ advocacySummary(atLeast: "${log.head}") { rule } }`);
  const conversion = await farthest(ask);
  return [
    await loudestCritics(ask),
    ...(conversion === undefined ? [] : [conversionSight(conversion), await pastTimeline(ask, conversion)]),
  ];
};
