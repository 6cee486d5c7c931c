import fc from 'fast-check';
import type { Input, Mutation, Outcome } from './client.js';
import { dateOf, day, doesWith, which } from './doing-parts.js';

/** Something that a client does about guidelines, and about when relationships are to be verified. */
export type GuidelineDoing =
  | { readonly does: 'interval'; readonly tier: string | null; readonly days: number | null }
  | { readonly does: 'publish'; readonly day: number; readonly text: string }
  | { readonly does: 'withdrawGuideline'; readonly day: number }
  | { readonly does: 'acknowledge'; readonly which: number; readonly day: number };

/** Any one of them, by weight. */
export const guidelineDoings = [
  {
    weight: 1,
    arbitrary: doesWith('interval', {
      tier: fc.constantFrom('close', null),
      days: fc.option(fc.integer({ min: 1, max: 300 }), { freq: 4 }),
    }),
  },
  { weight: 1, arbitrary: doesWith('publish', { day, text: fc.constantFrom('Be kind.', 'Be kind and brief.') }) },
  { weight: 1, arbitrary: doesWith('withdrawGuideline', { day }) },
  { weight: 2, arbitrary: doesWith('acknowledge', { which, day }) },
];

const names = ['interval', 'publish', 'withdrawGuideline', 'acknowledge'] as const;
export const isOfGuidelines = (doing: { readonly does: string }): doing is GuidelineDoing =>
  names.some((name) => name === doing.does);

/** Does it by the API, if there is something to do it to. */
export const guidelineDoing = (
  ask: (mutation: Mutation, input: Input) => Promise<Outcome | null>,
  ours: (mutation: Mutation, index: number, input: Input) => Promise<Outcome | null>,
): ((doing: GuidelineDoing) => Promise<Outcome | null>) => {
  let guidelineId: string | null = null;
  const reason = 'a reason';

  return async (each) => {
    switch (each.does) {
      case 'interval':
        return ask('setVerificationInterval', { tier: each.tier, days: each.days });
      case 'publish': {
        const rules = [{ channel: 'FORUM', text: 'Say who you are.' }];
        const asked = { name: 'Manners', text: each.text, rules, occurredAt: dateOf(each.day), guidelineId };
        const published = await ask('publishGuideline', asked);
        guidelineId ??= published?.guidelineId ?? null;
        return published;
      }
      case 'withdrawGuideline':
        return guidelineId === null
          ? null
          : ask('withdrawGuideline', { guidelineId, occurredAt: dateOf(each.day), reason });
      case 'acknowledge':
        return guidelineId === null
          ? null
          : ours('acknowledgeGuideline', each.which, { guidelineId, occurredAt: dateOf(each.day) });
    }
  };
};
