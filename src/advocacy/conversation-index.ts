/** The definition by which Boyd's index is reckoned. */
export const boydDefinition = 'boyd-conversation-index-v1';

/**
 * Boyd's conversation index (Stowe Boyd, 'The Conversational Index', /Message, February 2006): posts over comments and
 * trackbacks. Below 1 the readers talk more than the writers: it is a conversation. Null where nobody answered.
 */
export function boydConversationIndex(posts: number, commentsAndTrackbacks: number): number | null {
  return commentsAndTrackbacks === 0 ? null : posts / commentsAndTrackbacks;
}

/** The five parts of the conversation index, in the order in which they are told. Never one average. */
export const indexParts = ['placement', 'status', 'rank', 'perception', 'participation'] as const;
export type IndexPart = (typeof indexParts)[number];

/** What a part says. */
export const indexMeanings: Readonly<Record<IndexPart, string>> = {
  placement: 'On how many channels somebody was heard, to us or about us.',
  status:
    'How much was heard, over how much was heard in as long a time before: above 1 it grows. Only of a period with a beginning.',
  rank: 'The median audience of what was heard, of that whose audience is reported.',
  perception: 'The mean tone of what was heard, -1 to 1.',
  participation: 'What we said, over all that passed: 0 to 1.',
};

/** The definition by which a part is reckoned. */
export const indexDefinition = (part: IndexPart): string => `conversation-index-${part}-v1`;

/** What passed in a period, as far as the index asks. */
interface Passed {
  readonly channels: number;
  readonly heard: number;
  readonly ours: number;
  readonly tone: number | null;
  readonly medianReach: number | null;
}

/** The five numbers; a part is null where nothing is there that could tell it. `before` is what was heard in as long a time before. */
export function conversationIndex(
  { channels, heard, ours, tone, medianReach }: Passed,
  before: number | null,
): Readonly<Record<IndexPart, number | null>> {
  return {
    placement: channels,
    status: before === null || before === 0 ? null : heard / before,
    rank: medianReach,
    perception: tone,
    participation: heard + ours === 0 ? null : ours / (heard + ours),
  };
}
