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
import {
  type SurveyAnswered,
  type SurveyAnswers,
  type SurveyRefusal,
  type SurveyRequest,
  survey,
} from './survey-answer.js';

/** What is asked about answers to surveys, in the caller's words. The date is RFC 3339, UTC, milliseconds. */
export type SurveyAsked =
  | ({ readonly type: 'Record' } & Omit<SurveyAnswered, 'factId'>)
  | { readonly type: 'Retract'; readonly stakeholderId: string; readonly factId: string };

export type SurveyOutcome =
  | (Accepted<SurveyAnswers> & { readonly stakeholderId: string; readonly factId: string })
  | SurveyRefusal
  | Refusal<'StakeholderNotFound'>
  | CommandIdReused;

/** What stakeholders answer when they are asked, over the streams of their answers. */
export interface Surveying {
  ask(asked: SurveyAsked, context: CommandContext): Promise<SurveyOutcome>;
}

export const surveying = ({ transact, look }: Transactions, stakeholders: Known): Surveying => ({
  ask: async (asked, context) => {
    const group = await stakeholders.groupOf(asked.stakeholderId);
    const survivor = group?.[0];
    if (group === null || survivor === undefined) return { refused: 'StakeholderNotFound' };
    const newFactId = deterministicId('survey-answer', context.credential, context.commandId);
    const askedOf = async (stakeholderId: string): Promise<SurveyOutcome> => {
      const request = requestOf({ ...asked, stakeholderId }, newFactId);
      const outcome = await transact(survey, stakeholderId, request, context);
      return isAccepted(outcome) ? { ...outcome, stakeholderId, factId: request.data.factId } : outcome;
    };
    // A command that was accepted is answered by the stream that holds it, whoever is one with whom by now.
    const ever = await stakeholders.everOneWith(asked.stakeholderId);
    if (ever.length > 1)
      for (const each of ever) if ((await look(survey, each, context)).known !== null) return askedOf(each);
    const outcome = await askedOf(survivor);
    // What one of them answered stands in their stream: it is taken back there.
    for (const each of group.slice(1)) {
      if (isAccepted(outcome) || outcome.refused !== 'SurveyAnswerNotFound') break;
      const other = await askedOf(each);
      if (isAccepted(other) || other.refused !== 'SurveyAnswerNotFound') return other;
    }
    return outcome;
  },
});

const requestOf = (asked: SurveyAsked, newFactId: string): SurveyRequest => {
  const { stakeholderId } = asked;
  if (asked.type === 'Retract') return { type: 'RetractSurveyAnswer', data: { stakeholderId, factId: asked.factId } };
  const { survey: name, score, occurredAt } = asked;
  return { type: 'RecordSurveyAnswer', data: { stakeholderId, factId: newFactId, survey: name, score, occurredAt } };
};
