const ofGuideline = (happened: string): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position guidelineId version }`;
const noColleague = '... on ColleagueNotFound { colleagueId }';

/** What is asked of what mutations about guidelines answer. */
export const guidelineOutcomes = {
  publishGuideline: ofGuideline('GuidelineWasPublished'),
  withdrawGuideline: ofGuideline('GuidelineWasWithdrawn'),
  acknowledgeGuideline: `${ofGuideline('GuidelineWasAcknowledged')} ${noColleague}`,
  retractAcknowledgement: `${ofGuideline('AcknowledgementWasRetracted')} ${noColleague}`,
} as const;
