import { describe, expect, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type TargetsFact, type TargetsRequest, targetVersionsMax, targetsId, targetsOfTier } from './targets.js';

const { given } = specifyDecider(targetsOfTier);
const data = {
  ...{ tier: 'near', from: null },
  targets: { acknowledge: 60, 'first-response': 240, 'next-response': null, resolution: null },
};
const set: TargetsRequest = { type: 'SetTargets', data };
const wereSet: TargetsFact = { type: 'TargetsSet', data };

describe('the targets of a tier', () => {
  it('are set', () => given().when(set).then([wereSet]));
  it('are changed', () => {
    const other = { ...data, targets: { ...data.targets, resolution: 480 } };
    given(wereSet)
      .when({ ...set, data: other })
      .then([{ ...wereSet, data: other }]);
  });
  it('are changed from a time on', () => {
    const later = { ...data, from: '2026-02-01T00:00:00.000Z' };
    given(wereSet)
      .when({ ...set, data: later })
      .then([{ ...wereSet, data: later }]);
  });
  it('stay as they are where the same is said', () => given(wereSet).when(set).thenNothingHappens());
  it('have so many versions at most', () => {
    const facts = Array.from({ length: targetVersionsMax }, (_, index): TargetsFact => ({
      ...wereSet,
      data: { ...data, from: new Date(index).toISOString() },
    }));
    given(...facts)
      .when(set)
      .then({ refused: 'TooManyVersions' });
    given(...facts)
      .when({ ...set, data: { ...data, from: new Date(0).toISOString() } })
      .thenNothingHappens();
  });
  it('stand in a stream of their own, whatever a tier is called', () =>
    expect([targetsId(null), targetsId('everybody')]).toEqual(['everybody', 'tier-everybody']));
});
