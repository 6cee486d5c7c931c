/** What is asked of what a mutation about a relationship answers. */
export const ofRelationship = (happened: string): string =>
  `__typename ... on Refusal { message } ... on StakeholderNotFound { stakeholderId }
   ... on ${happened} { already position factId stakeholder { ...shown } }`;

const unsettled = '... on CommitmentIsSettled { kept settledAt } ... on BeforeItWasMade { madeAt }';

/** What is asked of mutations about promises, connections, the lifecycle and what we see in somebody. */
const unreached = '... on OutreachIsSettled { done settledAt } ... on BeforeItWasPlanned { plannedAt }';

export const careOutcomes = {
  forbidContact: ofRelationship('ContactWasForbidden'),
  permitContact: ofRelationship('ContactWasPermitted'),
  planOutreach: `${ofRelationship('OutreachWasPlanned')} ... on ContactNotPermitted { since saidBy factId }`,
  completeOutreach: `${ofRelationship('OutreachWasDone')} ${unreached} ... on InteractionNotFound { interactionId }`,
  cancelOutreach: `${ofRelationship('OutreachWasCancelled')} ${unreached}`,
  makeCommitment: ofRelationship('CommitmentWasMade'),
  moveCommitment: `${ofRelationship('CommitmentWasMoved')} ${unsettled}`,
  keepCommitment: `${ofRelationship('CommitmentWasKept')} ${unsettled}`,
  breakCommitment: `${ofRelationship('CommitmentWasBroken')} ${unsettled}`,
  recordConnection: `${ofRelationship('ConnectionWasRecorded')} ... on BeforeItBegan { beganAt }`,
  endConnection: `${ofRelationship('ConnectionWasEnded')} ... on BeforeItBegan { beganAt } ... on ConnectionHasEnded { endedAt }`,
  recordLifecycle: ofRelationship('LifecycleWasRecorded'),
  verifyRelationship: ofRelationship('RelationshipWasVerified'),
  assessAttribute: ofRelationship('AttributeWasAssessed'),
  withdrawAttribute: ofRelationship('AttributeWasWithdrawn'),
} as const;
