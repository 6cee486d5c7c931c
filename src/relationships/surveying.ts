import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import type { Known } from './relating.js';
import { type SurveyAnswers, type SurveyFact, survey } from './survey-answer.js';

/** An answer in the caller's words. The date is RFC 3339, UTC, milliseconds. */
export type SurveyAnswerGiven = Omit<SurveyFact['data'], 'factId'>;

export type SurveyOutcome =
  | (Accepted<SurveyAnswers> & { readonly stakeholderId: string; readonly factId: string })
  | Refusal<'StakeholderNotFound'>
  | CommandIdReused;

/** What stakeholders answer when they are asked, over the streams of their answers. */
export interface Surveying {
  answered(answer: SurveyAnswerGiven, context: CommandContext): Promise<SurveyOutcome>;
}

export const surveying = ({ transact, look }: Transactions, stakeholders: Known): Surveying => ({
  answered: async (answer, context) => {
    const group = await stakeholders.groupOf(answer.stakeholderId);
    let stakeholderId = group?.[0];
    if (group === null || stakeholderId === undefined) return { refused: 'StakeholderNotFound' };
    if (group.length > 1)
      for (const each of group) if ((await look(survey, each, context)).known !== null) stakeholderId = each;
    const factId = deterministicId('survey-answer', context.credential, context.commandId);
    const request = { type: 'RecordSurveyAnswer', data: { ...answer, stakeholderId, factId } } as const;
    const outcome = await transact(survey, stakeholderId, request, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId, factId } : outcome;
  },
});
