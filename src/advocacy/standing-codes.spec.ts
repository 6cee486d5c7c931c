import { expect, it } from '@jest/globals';
import { acts } from '../interactions/interaction.js';
import { channels } from '../stakeholders/handle.js';
import { actOf, channelOf, codeOfAct, codeOfChannel } from './standing-codes.js';

it('has a number of its own for every act and channel, and the word for the number', () => {
  expect(acts.map(codeOfAct).map(actOf)).toEqual(acts);
  expect(channels.map(codeOfChannel).map(channelOf)).toEqual(channels);
  expect([actOf(acts.length), channelOf(channels.length)]).toEqual([undefined, undefined]);
});

it('never has another: rows hold them', () => {
  expect([codeOfAct('comment'), codeOfAct('co-creation'), codeOfChannel('email'), codeOfChannel('other')]).toEqual([
    2, 18, 0, 16,
  ]);
});
