/** The definition by which the index is reckoned. */
export const boydDefinition = 'boyd-conversation-index-v1';

/**
 * Boyd's conversation index (Stowe Boyd, 'The Conversational Index', /Message, February 2006): posts over comments and
 * trackbacks. Below 1 the readers talk more than the writers: it is a conversation. Null where nobody answered.
 */
export function boydConversationIndex(posts: number, commentsAndTrackbacks: number): number | null {
  return commentsAndTrackbacks === 0 ? null : posts / commentsAndTrackbacks;
}
