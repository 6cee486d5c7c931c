import type { Ask } from './asking.js';
import { day, lower, type Sight, signed } from './sight.js';

interface Who {
  readonly id: string;
  readonly name: string;
  readonly handles: readonly { readonly address: string }[];
}
interface Suggestions {
  readonly mergeSuggestions: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly one: Who;
      readonly other: Who;
      readonly evidence: readonly { readonly kind: string }[];
    }[];
  };
}

const suggestionsQuery = `{ mergeSuggestions(first: 5) {
    totalCount
    nodes {
      one { id name handles { address } }
      other { id name handles { address } }
      evidence { kind value }
    }
} }`;

const addresses = ({ handles }: Who): string => handles.map(({ address }) => address).join(', ');

const suggested = ({ mergeSuggestions: { totalCount, nodes } }: Suggestions): Sight => ({
  title: `Who may be one, of whom ${totalCount} pairs are suggested, and none is merged by itself`,
  lines: nodes.map(
    ({ one, other, evidence }) =>
      `${one.name}: ${addresses(one)} and ${addresses(other)} (the same ${evidence.map(({ kind }) => lower(kind)).join(', ')})`,
  ),
  query: suggestionsQuery,
});

interface Standing {
  readonly stance: string;
  readonly tone: number | null;
}
interface Relationship {
  readonly name: string;
  readonly interactionCount: number;
  readonly standing: Standing;
}
interface Previewed {
  readonly mergePreview: Omit<Relationship, 'name'> & {
    readonly survivor: Relationship;
    readonly merged: Relationship;
    readonly refusal: { readonly message: string } | null;
    readonly conversions: readonly { readonly kind: string; readonly occurredAt: string }[];
  };
}

const previewQuery = (survivorId: string, mergedId: string): string =>
  `{ mergePreview(survivorId: "${survivorId}", mergedId: "${mergedId}") {
    survivor { name interactionCount standing { stance tone } }
    merged { name interactionCount standing { stance tone } }
    interactionCount
    standing { stance tone }
    conversions { kind occurredAt }
    refusal { message }
} }`;

const shown = ({ interactionCount, standing: { stance, tone } }: Omit<Relationship, 'name'>): string =>
  `${signed(tone)}  ${lower(stance).padEnd(9)}  ${interactionCount} in the timeline`;

const previewed = (
  query: string,
  { mergePreview: { survivor, merged, conversions, refusal, ...after } }: Previewed,
): Sight => ({
  title: `If the first two, ${survivor.name} and ${merged.name}, were merged`,
  lines: [
    `the one    ${shown(survivor)}`,
    `the other  ${shown(merged)}`,
    `both       ${shown(after)}`,
    ...conversions.map(({ kind, occurredAt }) => `${lower(kind)} on ${day(occurredAt)}`),
    ...(refusal === null ? [] : [`It would be refused: ${refusal.message}`]),
  ],
  query,
});

/** Who may be one, and what a merge of the first two would come to. Writes nothing. */
export const identitySights = async (ask: Ask): Promise<readonly Sight[]> => {
  const found = await ask<Suggestions>(suggestionsQuery);
  const [first] = found.mergeSuggestions.nodes;
  if (first === undefined) return [suggested(found)];
  const query = previewQuery(first.one.id, first.other.id);
  return [suggested(found), previewed(query, await ask<Previewed>(query))];
};
