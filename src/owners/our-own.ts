import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { colleague } from './colleague.js';
import { team } from './team.js';
import { tierNamed } from './tier.js';
import { verificationInterval, verificationIntervalId } from './verification-interval.js';

/** What is asked about our own people, teams and tiers. */
export type OurOwnRequest =
  | { readonly type: 'NameTeam'; readonly teamId: string | null; readonly name: string; readonly department: string }
  | {
      readonly type: 'AddColleague';
      readonly name: string;
      readonly teamId: string | null;
      readonly addresses: readonly string[];
    }
  | {
      readonly type: 'ChangeColleague';
      readonly colleagueId: string;
      readonly name?: string;
      readonly teamId?: string | null;
      readonly addresses?: readonly string[];
    }
  | { readonly type: 'LetColleagueGo'; readonly colleagueId: string }
  | {
      readonly type: 'DefineTier';
      readonly tier: string;
      readonly capacity: number | null;
      readonly cadenceDays: number | null;
    }
  | { readonly type: 'SetVerificationInterval'; readonly tier: string | null; readonly days: number | null };

export type OurOwnOutcome =
  | (Pick<Accepted<unknown>, 'already' | 'ordinal'> & {
      /** Of the team, the person or the tier. */ readonly id: string;
    })
  | Refusal<'ColleagueNotFound' | 'TeamNotFound' | 'TierNotFound' | 'CapacityIsFixed'>
  | CommandIdReused;

/** Our own people, teams and tiers, over their streams. */
export interface OurOwn {
  ask(request: OurOwnRequest, context: CommandContext): Promise<OurOwnOutcome>;
}

export const ourOwn = ({ transact, read }: Transactions): OurOwn => {
  const teamIsThere = async (teamId: string | null | undefined): Promise<boolean> =>
    teamId == null || (await read(team, teamId)).state !== null;

  const outcomeOf = <State>(
    id: string,
    outcome: Accepted<State> | Extract<OurOwnOutcome, { refused: string }>,
  ): OurOwnOutcome => (isAccepted(outcome) ? { id, already: outcome.already, ordinal: outcome.ordinal } : outcome);

  return {
    ask: async (request, context) => {
      const madeBy = (what: string): string => deterministicId(what, context.credential, context.commandId);
      switch (request.type) {
        case 'NameTeam': {
          const { name, department } = request;
          const teamId = request.teamId ?? madeBy('team');
          const data = { teamId, name, department, isNew: request.teamId === null };
          return outcomeOf(teamId, await transact(team, teamId, { type: 'NameTeam', data }, context));
        }
        case 'AddColleague': {
          const { name, teamId, addresses } = request;
          if (!(await teamIsThere(teamId))) return { refused: 'TeamNotFound' };
          const colleagueId = madeBy('colleague');
          const asked = { type: 'AddColleague', data: { colleagueId, teamId, name, addresses } } as const;
          return outcomeOf(colleagueId, await transact(colleague, colleagueId, asked, context));
        }
        case 'ChangeColleague': {
          const { type, ...data } = request;
          if (!(await teamIsThere(data.teamId))) return { refused: 'TeamNotFound' };
          return outcomeOf(data.colleagueId, await transact(colleague, data.colleagueId, { type, data }, context));
        }
        case 'LetColleagueGo': {
          const { colleagueId } = request;
          const asked = { type: 'LetColleagueGo', data: { colleagueId } } as const;
          return outcomeOf(colleagueId, await transact(colleague, colleagueId, asked, context));
        }
        case 'DefineTier': {
          const { type, ...data } = request;
          const outcome = await transact(tierNamed(data.tier), data.tier, { type, data }, context);
          if (isAccepted(outcome)) return outcomeOf(data.tier, outcome);
          if (outcome.refused === 'TierFull' || outcome.refused === 'TierNotFound')
            throw new Error(`A tier's definition was refused: ${outcome.refused}.`);
          return outcome;
        }
        case 'SetVerificationInterval': {
          const { type, ...data } = request;
          if (data.tier !== null && (await read(tierNamed(data.tier), data.tier)).state.defined === null)
            return { refused: 'TierNotFound' };
          const id = verificationIntervalId(data.tier);
          return outcomeOf(id, await transact(verificationInterval, id, { type, data }, context));
        }
      }
    },
  };
};
