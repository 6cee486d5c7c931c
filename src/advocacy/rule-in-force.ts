import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact, JsonObject } from '../event-sourcing/fact.js';
import { sameParameters } from './changed-rules.js';
import { rulesV1 } from './standing.js';

/** What a rule decides: where somebody stands, or which passages count. */
export const ruleKinds = ['stance', 'conversion'] as const;
export type RuleFor = (typeof ruleKinds)[number];

// Stored names and shapes: add to them, never change them.
export type RuleFact =
  | Fact<'RulePutInForce', { readonly decides: RuleFor; /** Name with version, as `tone-v1`. */ readonly rule: string }>
  | Fact<
      'RuleDefined',
      { readonly decides: RuleFor; readonly rule: string; /** All of them. */ readonly parameters: JsonObject }
    >;

export type RuleRequest =
  /** Under the next version's name, unless a version has these parameters already. */
  | Fact<'DefineRule', { readonly decides: RuleFor; readonly parameters: JsonObject; readonly putInForce: boolean }>
  | Fact<'PutRuleInForce', { readonly decides: RuleFor; readonly rule: string }>;

export type RuleRefusal =
  | Refusal<'RuleNotFound'>
  /** More versions than anybody can tell apart, and than are folded quickly. */
  | Refusal<'TooManyVersions'>;

export interface RuleVersions {
  readonly inForce: string | null;
  /** Names with parameters, oldest first; the standard ones are not among them. */
  readonly defined: readonly { readonly rule: string; readonly parameters: JsonObject }[];
}

export const ruleVersionsMax = 1_000;

/** The rule that is there without anybody's defining it, with its parameters. */
const standard: Readonly<Record<RuleFor, { readonly rule: string; readonly parameters: JsonObject }>> = {
  stance: parametersOf(rulesV1.tone),
  conversion: parametersOf(rulesV1.conversion),
};

function parametersOf({ name, ...parameters }: { readonly name: string }) {
  // A rule is plain values: what is stored of it is JSON.
  return { rule: name, parameters: parameters as unknown as JsonObject };
}

/** Which versions of a rule there are, and which is in force, is recorded: one stream for each thing that rules decide. */
export const ruleInForce: Decider<RuleVersions, RuleRequest, RuleFact, RuleRefusal> = {
  category: 'rule',
  initialState: { inForce: null, defined: [] },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'RulePutInForce':
        return { ...state, inForce: data.rule };
      case 'RuleDefined': {
        const { rule, parameters } = data;
        return { ...state, defined: [...state.defined, { rule, parameters }] };
      }
    }
  },

  decide: ({ type, data }, { inForce, defined }) => {
    const { decides } = data;
    const known = [standard[decides], ...defined];
    const putInForce = (rule: string): readonly RuleFact[] =>
      rule === inForce ? [] : [{ type: 'RulePutInForce', data: { decides, rule } }];
    switch (type) {
      case 'PutRuleInForce':
        return known.some(({ rule }) => rule === data.rule) ? putInForce(data.rule) : { refused: 'RuleNotFound' };
      case 'DefineRule': {
        const { parameters } = data;
        const same = versionWith({ inForce, defined }, decides, parameters);
        if (same === undefined && defined.length >= ruleVersionsMax) return { refused: 'TooManyVersions' };
        const rule = same ?? `${familyOf(decides)}-v${known.length + 1}`;
        return [
          ...(same === undefined ? [{ type: 'RuleDefined', data: { decides, rule, parameters } } as const] : []),
          ...(data.putInForce ? putInForce(rule) : []),
        ];
      }
    }
  },
};

/** The version that has these parameters; undefined where none has. */
export function versionWith({ defined }: RuleVersions, decides: RuleFor, parameters: object): string | undefined {
  return [standard[decides], ...defined].find((each) => sameParameters(each.parameters, parameters))?.rule;
}

/** What a rule of this name decides; undefined where it is of neither family. */
export function decidedBy(rule: string): RuleFor | undefined {
  return ruleKinds.find((decides) => rule.startsWith(`${familyOf(decides)}-v`));
}

const familyOf = (decides: RuleFor): string => standard[decides].rule.replace(/-v1$/, '');
