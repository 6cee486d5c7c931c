import type { Refusal } from '../event-sourcing/decider.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { type TargetsRequest, targetsId, targetsOfTier } from './targets.js';
import { type CalendarRequest, calendarId, workingHours } from './working-hours.js';

/** What is asked about when we work and how soon we answer. */
export type TimingRequest = CalendarRequest | TargetsRequest;

export type TimingOutcome =
  | Pick<Accepted<unknown>, 'already' | 'ordinal' | 'revision'>
  | Refusal<'TeamNotFound' | 'TierNotFound' | 'TooManyVersions'>
  | CommandIdReused;

/** Whether a team or a tier of ours is there: the port to whoever keeps them. */
export interface OursThere {
  team(teamId: string): Promise<boolean>;
  tier(name: string): Promise<boolean>;
}

/** When we work and how soon we answer, over the streams of calendars and targets. */
export interface Timing {
  ask(request: TimingRequest, context: CommandContext): Promise<TimingOutcome>;
}

export const timing = ({ transact }: Transactions, there: OursThere): Timing => {
  const outcomeOf = <State>(outcome: Accepted<State> | Extract<TimingOutcome, { refused: string }>): TimingOutcome => {
    if (!isAccepted(outcome)) return outcome;
    const { already, ordinal, revision } = outcome;
    return { already, ordinal, revision };
  };
  return {
    ask: async (request, context) => {
      if (request.type === 'SetTargets') {
        const { tier } = request.data;
        if (tier !== null && !(await there.tier(tier))) return { refused: 'TierNotFound' };
        return outcomeOf(await transact(targetsOfTier, targetsId(tier), request, context));
      }
      const { teamId } = request.data;
      if (teamId !== null && !(await there.team(teamId))) return { refused: 'TeamNotFound' };
      return outcomeOf(await transact(workingHours, calendarId(teamId), request, context));
    },
  };
};
