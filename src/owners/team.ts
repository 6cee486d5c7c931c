import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

// Stored names and shapes: add to them, never change them.
export type TeamFact = Fact<
  'TeamNamed',
  { readonly teamId: string; readonly name: string; /** Such as `service`, `press`. */ readonly department: string }
>;

export type TeamRequest = Fact<
  'NameTeam',
  {
    readonly teamId: string;
    readonly name: string;
    readonly department: string;
    /** Whether it is new; another is to be there. */
    readonly isNew: boolean;
  }
>;

export type TeamRefusal = Refusal<'TeamNotFound'>;

export type Team = { readonly name: string; readonly department: string } | null;

/** One team of ours, with the department that it belongs to. */
export const team: Decider<Team, TeamRequest, TeamFact, TeamRefusal> = {
  category: 'team',
  initialState: null,
  evolve: (_, { data: { name, department } }) => ({ name, department }),
  decide: ({ data: { teamId, name, department, isNew } }, state) => {
    if (state === null && !isNew) return { refused: 'TeamNotFound' };
    if (state?.name === name && state.department === department) return [];
    return [{ type: 'TeamNamed', data: { teamId, name, department } }];
  },
};
