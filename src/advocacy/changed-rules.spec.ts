import { expect, it } from '@jest/globals';
import { advocacyV1 } from './advocacy-v1.js';
import { changedRule } from './changed-rules.js';
import { toneV1 } from './tone-v1.js';

it('is the rule itself where nothing is another', () => {
  expect(changedRule(toneV1, {})).toBe(toneV1);
  expect(changedRule(toneV1, { hysteresis: toneV1.hysteresis, channelWeights: { forum: 1 } })).toBe(toneV1);
  expect(changedRule(advocacyV1, { rungs: advocacyV1.rungs.toReversed() })).toBe(advocacyV1);
});

it('has its parameters in its name', () => {
  const strict = changedRule(toneV1, { supporterMin: 0.3 });
  expect(strict).toMatchObject({
    supporterMin: 0.3,
    criticMax: -0.15,
    name: expect.stringMatching(/^tone-v1\+\w{8}$/),
  });
  expect(changedRule(toneV1, { supporterMin: 0.3 }).name).toBe(strict.name);
  expect(changedRule(toneV1, { supporterMin: 0.31 }).name).not.toBe(strict.name);
});

it('has the same name in whatever order weights and words stand', () => {
  const one = changedRule(toneV1, { channelWeights: { forum: 2, email: 0.5 }, acts: ['praise', 'share'] });
  const other = changedRule(toneV1, { acts: ['share', 'praise'], channelWeights: { email: 0.5, web: 1, forum: 2 } });
  expect(other.name).toBe(one.name);
});
