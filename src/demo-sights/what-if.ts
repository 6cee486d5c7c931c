import { CommandFailed } from '../command.js';
import type { Hear } from './asking.js';
import { day, lower, type Sight } from './sight.js';

interface Passage {
  readonly kind: string;
  readonly occurredAt: string;
  readonly liveToo: boolean;
  readonly stakeholder: { readonly name: string };
}
interface Told {
  readonly whatIf:
    | {
        readonly __typename: 'WhatIfAnswer';
        readonly stanceRule: { readonly name: string };
        readonly facts: number;
        readonly countedByBoth: number;
        readonly gained: number;
        readonly missing: number;
        readonly conversions: readonly Passage[];
        readonly missingConversions: readonly Passage[];
      }
    | { readonly __typename: 'WhatIfProgress' }
    | { readonly __typename: 'WhatIfIsRunning' | 'TooManyWhatIfs'; readonly message: string };
}

const query = `subscription { whatIf(stance: { halfLifeDays: 30 }) {
    __typename
    ... on Refusal { message }
    ... on WhatIfProgress { facts stakeholders ofStakeholders }
    ... on WhatIfAnswer {
      stanceRule { name } facts countedByBoth gained missing
      conversions { kind occurredAt liveToo stakeholder { name } }
      missingConversions { kind occurredAt liveToo stakeholder { name } }
    }
} }`;

const shownMax = 5;
const shown = (what: string, passages: readonly Passage[]): readonly string[] =>
  passages
    .slice(0, shownMax)
    .map(({ kind, occurredAt, stakeholder }) => `${what}  ${day(occurredAt)}  ${lower(kind)}  ${stakeholder.name}`);

/** What would be counted if a word lost half its weight in 30 days. Nothing is written. */
export const whatIfSight = async (hear: Hear): Promise<Sight> => {
  const answer = (await hear<Told>(query)).at(-1)?.whatIf;
  if (answer?.__typename !== 'WhatIfAnswer')
    throw new CommandFailed(
      `The what-if was not answered${answer !== undefined && 'message' in answer ? `: ${answer.message}` : '.'}`,
    );
  const { stanceRule, facts, countedByBoth, gained, missing, conversions, missingConversions } = answer;
  return {
    title: 'What if a word lost half its weight in 30 days',
    lines: [
      `${facts} facts read under ${stanceRule.name}: ${countedByBoth} passages counted by both rules, ${gained} gained, ${missing} missing`,
      ...shown(
        'gained ',
        conversions.filter(({ liveToo }) => !liveToo),
      ),
      ...shown('missing', missingConversions),
    ],
    query,
  };
};
