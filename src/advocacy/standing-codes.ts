import type { Act } from '../interactions/interaction.js';
import type { Channel } from '../stakeholders/handle.js';

/**
 * What rows of facts have for an act and for a channel: numbers, since there is a row for nearly every interaction. Add to
 * them, never change them: rows that are there hold them.
 */
const acts: Readonly<Record<Act, number>> = {
  mention: 0,
  post: 1,
  comment: 2,
  reply: 3,
  question: 4,
  complaint: 5,
  praise: 6,
  request: 7,
  share: 8,
  link: 9,
  meeting: 10,
  call: 11,
  invitation: 12,
  contribution: 13,
  recommendation: 14,
  referral: 15,
  defence: 16,
  'public-praise': 17,
  'co-creation': 18,
};
const channels: Readonly<Record<Channel, number>> = {
  email: 0,
  forum: 1,
  blog: 2,
  microblog: 3,
  review: 4,
  video: 5,
  podcast: 6,
  press: 7,
  phone: 8,
  'in-person': 9,
  occasion: 10,
  messaging: 11,
  comment: 12,
  photo: 13,
  'social-network': 14,
  web: 15,
  other: 16,
};

const wordsOf = <Word extends string>(codes: Readonly<Record<Word, number>>): readonly Word[] => {
  const words: Word[] = [];
  for (const [word, code] of Object.entries(codes) as [Word, number][]) words[code] = word;
  return words;
};
const actWords = wordsOf(acts);
const channelWords = wordsOf(channels);

export const codeOfAct = (act: Act): number => acts[act];
export const codeOfChannel = (channel: Channel): number => channels[channel];
export const actOf = (code: number): Act | undefined => actWords[code];
export const channelOf = (code: number): Channel | undefined => channelWords[code];
