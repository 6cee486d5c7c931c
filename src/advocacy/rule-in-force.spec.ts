import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../event-sourcing/fact.js';
import { recorded, specifyDecider } from '../event-sourcing/specification.js';
import { advocacyV1 } from './advocacy-v1.js';
import { type RuleFact, type RuleRequest, ruleInForce } from './rule-in-force.js';
import { inForceAt, keptLive, keyOfRules, rulesInTime } from './rules-in-time.js';
import { toneV1 } from './tone-v1.js';

const { given } = specifyDecider(ruleInForce);
const inForce = (rule: string): RuleFact => ({ type: 'RulePutInForce', data: { decides: 'stance', rule } });
const put = (rule: string): RuleRequest => ({ type: 'PutRuleInForce', data: { decides: 'stance', rule } });
const parameters = (supporterMin = toneV1.supporterMin): JsonObject => {
  const { name: _, ...others } = toneV1;
  return { ...others, acts: [...others.acts], channelWeights: {}, actWeights: {}, supporterMin };
};
const define = (supporterMin?: number, putInForce = false): RuleRequest => ({
  type: 'DefineRule',
  data: { decides: 'stance', parameters: parameters(supporterMin), putInForce },
});
const defined = (rule: string, supporterMin: number): RuleFact => ({
  type: 'RuleDefined',
  data: { decides: 'stance', rule, parameters: parameters(supporterMin) },
});

describe('a rule', () => {
  it('is put in force', () =>
    given()
      .when(put('tone-v1'))
      .then([inForce('tone-v1')]));
  it('stays in force quietly', () => given(inForce('tone-v1')).when(put('tone-v1')).thenNothingHappens());
  it('is not put in force where there is no such version', () =>
    given(defined('tone-v2', 0.2)).when(put('tone-v3')).then({ refused: 'RuleNotFound' }));
  it('gives way to another version', () =>
    given(inForce('tone-v1'), defined('tone-v2', 0.2))
      .when(put('tone-v2'))
      .then([inForce('tone-v2')]));
});

describe('a version of a rule', () => {
  it('is the next one', () =>
    given(defined('tone-v2', 0.2))
      .when(define(0.3))
      .then([defined('tone-v3', 0.3)]));
  it('is put in force where that is asked for', () =>
    given()
      .when(define(0.2, true))
      .then([defined('tone-v2', 0.2), inForce('tone-v2')]));
  it('is the one that has these parameters already, also the standard one', () => {
    given(defined('tone-v2', 0.2)).when(define(0.2)).thenNothingHappens();
    given(inForce('tone-v2'), defined('tone-v2', 0.2))
      .when(define(undefined, true))
      .then([inForce('tone-v1')]);
  });
  it('of a conversion rule has a name of that family', () => {
    const { name: _, ...others } = advocacyV1;
    const strict: JsonObject = { acts: [...others.acts], rungs: [...others.rungs], positiveAbove: 0.2 };
    given()
      .when({ type: 'DefineRule', data: { decides: 'conversion', parameters: strict, putInForce: false } })
      .then([{ type: 'RuleDefined', data: { decides: 'conversion', rule: 'advocacy-v2', parameters: strict } }]);
  });
});

describe('the rules in time', () => {
  const at = (ordinal: number, fact: RuleFact) => recorded(fact, { stream: 'rule-stance', ordinal });
  const inTime = rulesInTime([
    at(30, inForce('tone-v2')),
    at(1, inForce('tone-v1')),
    at(10, defined('tone-v2', 0.2)),
    at(40, defined('tone-v3', 0.3)),
    at(50, inForce('tone-v3')),
    at(60, inForce('tone-v2')),
    at(70, defined('tone-v4', 0.4)),
    at(80, inForce('tone-v4')),
  ]);

  it('are those in force once the log had come so far', () => {
    const names = [0, 29, 30, 59, 60, 1_000].map((known) => inForceAt(inTime, known).tone.name);
    expect(names).toEqual(['tone-v1', 'tone-v1', 'tone-v2', 'tone-v3', 'tone-v2', 'tone-v4']);
    expect(inForceAt(inTime, 60).tone).toMatchObject({ supporterMin: 0.2, halfLifeMs: toneV1.halfLifeMs });
  });

  it('have rows where they are standard, or among the newest in force', () => {
    expect(keptLive(inTime).map(keyOfRules)).toEqual([
      'tone-v1 advocacy-v1',
      'tone-v4 advocacy-v1',
      'tone-v2 advocacy-v1',
    ]);
  });
});
