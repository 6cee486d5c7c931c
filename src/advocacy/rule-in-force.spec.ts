import { it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type RuleFact, ruleInForce } from './rule-in-force.js';

const { given } = specifyDecider(ruleInForce);
const put = (rule: string): RuleFact => ({ type: 'RulePutInForce', data: { decides: 'stance', rule } });

it('puts a rule in force', () =>
  given()
    .when(put('tone-v1'))
    .then([put('tone-v1')]));
it('stays quiet where it is in force', () => given(put('tone-v1')).when(put('tone-v1')).thenNothingHappens());
it('puts another in its place', () =>
  given(put('tone-v1'))
    .when(put('tone-v2'))
    .then([put('tone-v2')]));
