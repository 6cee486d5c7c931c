import { toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RelatingOutcome, RelatingRequest } from './relating.js';

type Refused = Exclude<RelatingOutcome, { already: boolean }>;

/** A refusal as clients see it. */
export const refusalOf = (outcome: Refused, asked: RelatingRequest): object => {
  const { refused } = outcome;
  switch (refused) {
    case 'InteractionNotFound': {
      const id = asked.type === 'TakeStep' ? (asked.interactionId ?? '') : '';
      const message = 'No interaction has this id.';
      return { __typename: refused, message, interactionId: toGlobalId('Interaction', id) };
    }
    case 'StakeholderNotFound':
      return {
        __typename: refused,
        message: 'Nobody has this id.',
        stakeholderId: toGlobalId('Stakeholder', asked.stakeholderId),
      };
    case 'NoStanceToWithdraw':
      return { __typename: refused, message: "No person's assessment holds at that date." };
    case 'RelationshipFactNotFound':
      return { __typename: refused, message: 'This stakeholder has no such fact.' };
    case 'CommitmentNotFound':
      return { __typename: refused, message: 'We made them no such commitment, or it was taken back.' };
    case 'CommitmentIsSettled': {
      const { kept, settledAt } = outcome;
      const message = `It was ${kept ? 'kept' : 'broken'} already; where that is wrong, retract it first.`;
      return { __typename: refused, message, kept, settledAt: Date.parse(settledAt) };
    }
    case 'BeforeItWasMade':
      return {
        __typename: refused,
        message: 'The commitment was made after that date.',
        madeAt: Date.parse(outcome.madeAt),
      };
    case 'ConnectionNotFound':
      return { __typename: refused, message: 'They have no such connection, or it was taken back.' };
    case 'ConnectionHasEnded':
      return {
        __typename: refused,
        message: 'It has ended already; where that is wrong, retract it first.',
        endedAt: Date.parse(outcome.endedAt),
      };
    case 'BeforeItBegan':
      return {
        __typename: refused,
        message: 'A connection ends after it began.',
        beganAt: Date.parse(outcome.beganAt),
      };
    case 'NoAttributeToWithdraw':
      return { __typename: refused, message: 'Nobody assessed that, or it was withdrawn or taken back, by that date.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};
