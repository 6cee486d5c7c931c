import fc from 'fast-check';
import { type Input, type Rapport, until } from './client.js';
import { doesWith } from './doing-parts.js';

/** The rules that stand and count are put in force: the standard ones, or with another for the one or the other. */
export interface RuleDoing {
  readonly does: 'rule';
  readonly choice: RuleChoice;
}

/** No third pair beside the standard one: two have rows, and a past under another would not be answered. */
const choices = ['standard', 'another stance', 'another conversion'] as const;
type RuleChoice = (typeof choices)[number];

export const ruleDoings = [{ weight: 3, arbitrary: doesWith('rule', { choice: fc.constantFrom(...choices) }) }];

interface RulePair {
  readonly stance: string;
  readonly conversion: string;
}
interface RulesNow {
  readonly inForce: RulePair;
  readonly live: readonly (RulePair & { readonly answers: boolean })[];
}

/** Waits until the rules in force answer. */
export const rulesAnswer = (rapport: Rapport): Promise<void> =>
  until(
    'the rules in force answer',
    async () => {
      const { rules } = await rapport.query<{ rules: RulesNow }>(
        '{ rules { inForce { stance conversion } live { stance conversion answers } } }',
      );
      const { stance, conversion } = rules.inForce;
      return rules.live.some((each) => each.answers && each.stance === stance && each.conversion === conversion);
    },
    30_000,
  );

const milder: Input = {
  ...{ halfLifeDays: 30, supporterMin: 0.05, criticMax: -0.1, hysteresis: 0.01, advocateDays: 60 },
  channelWeights: [{ channel: 'REVIEW', weight: 2 }],
};
const stricter: Input = { positiveAbove: 0.2, rungs: ['WON_OVER', 'CONVERTED'] };

/** Does it by the API, one after another, and waits until what is in force answers. */
export const ruleDoing = (rapport: Rapport): ((doing: RuleDoing) => Promise<null>) => {
  const reason = 'a reason';
  const put = (rule: string): Promise<unknown> =>
    rapport.query('mutation ($input: PutRuleInForceInput!) { putRuleInForce(input: $input) { __typename } }', {
      input: { rule, reason },
    });
  const define = (input: Input): Promise<unknown> =>
    rapport.query('mutation ($input: DefineRuleInput!) { defineRule(input: $input) { __typename } }', {
      input: { ...input, putInForce: true, reason },
    });
  // What is another's standard again first, so that no third pair is in force in between.
  const chosen: Readonly<Record<RuleChoice, () => Promise<unknown>>> = {
    standard: async () => {
      await put('tone-v1');
      return put('advocacy-v1');
    },
    'another stance': async () => {
      await put('advocacy-v1');
      return define({ stance: milder, basedOn: 'tone-v1' });
    },
    'another conversion': async () => {
      await put('tone-v1');
      return define({ conversion: stricter, basedOn: 'advocacy-v1' });
    },
  };
  let last: Promise<unknown> = Promise.resolve();
  return async ({ choice }) => {
    const mine = last.then(chosen[choice]).then(() => rulesAnswer(rapport));
    last = mine.catch(() => undefined);
    await mine;
    return null;
  };
};
