import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { ConversionRule } from './advocacy-v1.js';
import type { RuleFact } from './rule-in-force.js';
import { rulesV1, type Rules } from './standing.js';
import type { ToneRule } from './tone-v1.js';

/** So many rules, as pairs of stance and conversion, have rows of their own: the standard ones, and the newest that were in force. */
export const liveRulesMax = 3;

/** A version of a rule, as it was defined. */
export interface RuleVersion<Rule> {
  readonly rule: Rule;
  /** Ordinal of the event that defined it; 0 of the standard one. */
  readonly since: number;
}

/** Which rules there are, and which were in force from which event on: what the streams of the rules say. */
export interface RulesInTime {
  readonly stance: readonly RuleVersion<ToneRule>[];
  readonly conversion: readonly RuleVersion<ConversionRule>[];
  /** Oldest first; the first is from 0 on. */
  readonly inForce: readonly { readonly from: number; readonly rules: Rules }[];
}

/** @param events of the streams of the rules, in any order. */
export function rulesInTime(events: readonly RecordedEvent[]): RulesInTime {
  const stance: RuleVersion<ToneRule>[] = [{ rule: rulesV1.tone, since: 0 }];
  const conversion: RuleVersion<ConversionRule>[] = [{ rule: rulesV1.conversion, since: 0 }];
  const inForce = [{ from: 0, rules: rulesV1 }];
  let now = rulesV1;
  for (const { type, data, ordinal } of events.toSorted((a, b) => a.ordinal - b.ordinal)) {
    // The streams hold what their decider answered, and all parameters that were validated before.
    const fact = { type, data } as unknown as RuleFact;
    const { decides, rule: name } = fact.data;
    if (fact.type === 'RuleDefined') {
      const rule = { ...fact.data.parameters, name };
      if (decides === 'stance') stance.push({ rule: rule as unknown as ToneRule, since: ordinal });
      else conversion.push({ rule: rule as unknown as ConversionRule, since: ordinal });
      continue;
    }
    now =
      decides === 'stance'
        ? { ...now, tone: named(stance, name) ?? now.tone }
        : { ...now, conversion: named(conversion, name) ?? now.conversion };
    inForce.push({ from: ordinal, rules: now });
  }
  return { stance, conversion, inForce };
}

/** The version of this name; undefined where there is none. */
export function named<Rule extends { readonly name: string }>(
  versions: readonly RuleVersion<Rule>[],
  name: string,
): Rule | undefined {
  return versions.find(({ rule }) => rule.name === name)?.rule;
}

/** The rules that were in force once the log had come to an ordinal. */
export function inForceAt({ inForce }: RulesInTime, known: number): Rules {
  return inForce.findLast(({ from }) => from <= known)?.rules ?? rulesV1;
}

/** The rules that have rows: the standard ones first, then the newest that were in force, newest first. */
export function keptLive({ inForce }: RulesInTime): readonly Rules[] {
  const kept = new Map([[keyOfRules(rulesV1), rulesV1]]);
  for (const { rules } of inForce.toReversed()) {
    if (kept.size >= liveRulesMax) break;
    if (!kept.has(keyOfRules(rules))) kept.set(keyOfRules(rules), rules);
  }
  return [...kept.values()];
}

/** Names a pair of rules. */
export const keyOfRules = ({ tone, conversion }: Rules): string => `${tone.name} ${conversion.name}`;
