import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import type { Attribute } from './attribute.js';
import { type RelationshipFact, type RelationshipRequest, relationship } from './relationship.js';
import { attributesOf, salienceClasses, salienceOf } from './salience.js';

const { given } = specifyDecider(relationship);
const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const dataOf = (factId: string, on: number, attribute: Attribute, topic: string | null = null) => ({
  ...{ stakeholderId: 's', factId, occurredAt: day(on), attribute, topic },
});
const assess = (...told: Parameters<typeof dataOf>): RelationshipRequest => ({
  type: 'AssessAttribute',
  data: { ...dataOf(...told), present: true },
});
const assessed = (...told: Parameters<typeof dataOf>): RelationshipFact => ({
  type: 'AttributeAssessed',
  data: { ...dataOf(...told), present: true },
});
const withdraw = (...told: Parameters<typeof dataOf>): RelationshipRequest => ({
  type: 'WithdrawAttribute',
  data: dataOf(...told),
});
const withdrawn = (...told: Parameters<typeof dataOf>): RelationshipFact => ({
  type: 'AttributeWithdrawn',
  data: dataOf(...told),
});
const retracted = (factId: string, on: number): RelationshipFact => ({
  type: 'RelationshipFactRetracted',
  data: { stakeholderId: 's', factId, was: { type: 'AttributeAssessed', occurredAt: day(on) } },
});

describe('assessing an attribute', () => {
  it('is recorded', () =>
    given()
      .when(assess('f', 1, 'power'))
      .then([assessed('f', 1, 'power')]));
  it('is a new fact when somebody looked again', () =>
    given(assessed('f', 1, 'power'))
      .when(assess('g', 2, 'power'))
      .then([assessed('g', 2, 'power')]));
  it('stays quiet for the same fact', () =>
    given(assessed('f', 1, 'power'))
      .when(assess('f', 1, 'power'))
      .thenNothingHappens());
});

describe('withdrawing an attribute', () => {
  const nothing = { refused: 'NoAttributeToWithdraw' } as const;
  it('ends what holds at its date', () =>
    given(assessed('f', 1, 'influence', 'doors'))
      .when(withdraw('g', 2, 'influence', 'doors'))
      .then([withdrawn('g', 2, 'influence', 'doors')]));
  it('is refused where nothing was assessed', () =>
    given()
      .when(withdraw('g', 2, 'power'))
      .then(nothing));
  it('is refused before its date', () =>
    given(assessed('f', 3, 'power'))
      .when(withdraw('g', 2, 'power'))
      .then(nothing));
  it('is refused of another attribute', () =>
    given(assessed('f', 1, 'power'))
      .when(withdraw('g', 2, 'urgency'))
      .then(nothing));
  it('is refused of another topic', () =>
    given(assessed('f', 1, 'influence', 'doors'))
      .when(withdraw('g', 2, 'influence', 'keys'))
      .then(nothing));
  it('is refused of what was withdrawn', () =>
    given(assessed('f', 1, 'power'), withdrawn('g', 2, 'power'))
      .when(withdraw('h', 3, 'power'))
      .then(nothing));
  it('is refused of what was taken back', () =>
    given(assessed('f', 1, 'power'), retracted('f', 1))
      .when(withdraw('h', 3, 'power'))
      .then(nothing));
  it('ends what was assessed again, at one instant what was recorded last', () =>
    given(assessed('f', 1, 'power'), withdrawn('g', 2, 'power'), assessed('h', 2, 'power'))
      .when(withdraw('i', 2, 'power'))
      .then([withdrawn('i', 2, 'power')]));
  it('stays quiet for the same fact', () =>
    given(assessed('f', 1, 'power'), withdrawn('g', 2, 'power'))
      .when(withdraw('g', 2, 'power'))
      .thenNothingHappens());
});

describe('an attribute taken back', () => {
  it('is known by what it was', () =>
    given(assessed('f', 1, 'power'))
      .when({ type: 'RetractRelationshipFact', data: { stakeholderId: 's', factId: 'f' } })
      .then([retracted('f', 1)]));
});

const golden = JSON.parse(readFileSync(new URL('../../test/golden/measures.json', import.meta.url), 'utf8')) as {
  readonly salience: readonly {
    readonly power: boolean;
    readonly legitimacy: boolean;
    readonly urgency: boolean;
    readonly class: string;
  }[];
};

describe('salience', () => {
  it.each(golden.salience)('has the class %j', ({ class: expected, ...its }) => {
    expect(salienceOf(its)).toBe(expected);
    expect(attributesOf(salienceOf(its))).toEqual(its);
  });
  it('is unknown unless all three are assessed', () => {
    expect(salienceOf({})).toBe('unknown');
    expect(salienceOf({ power: true, legitimacy: true })).toBe('unknown');
    expect(attributesOf('unknown')).toBeNull();
    expect(salienceClasses).toHaveLength(1 + golden.salience.length);
  });
});
