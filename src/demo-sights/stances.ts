import { allOf, type Ask } from './asking.js';
import { day, lower, type Sight, signed } from './sight.js';

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

const said = ({ occurredAt, direction = '', act = '', kind = '', tone, subject }: Said): string =>
  `${day(occurredAt)}  ${(lower(direction) || '* ').padEnd(8)}  ${(lower(act) || lower(kind)).padEnd(9)} ${signed(tone?.value)}  ${subject ?? ''}`;

const criticsQuery = (after = ''): string =>
  `{ page: stakeholders(first: 100${after}, where: { stances: [DETRACTOR, CRITIC] }) {
    nodes { name interactionCount standing { stance tone since } }
    pageInfo { hasNextPage endCursor }
} }`;

/** Lowest T first: the schema has no order by tone, since a page of it could not be stable while people speak. */
export const loudestCritics = async (ask: Ask): Promise<Sight> => {
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
export const farthest = async (ask: Ask): Promise<(Conversion & Journeyed) | undefined> => {
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

export const conversionSight = ({ id, kind, since, occurredAt, stakeholder, node }: Conversion & Journeyed): Sight => ({
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

export const pastTimeline = async (ask: Ask, conversion: Conversion): Promise<Sight> => {
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
