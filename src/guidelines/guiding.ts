import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { acknowledgements } from './acknowledgement.js';
import { type GuidelineRule, guideline } from './guideline.js';

/** What is asked about guidelines. Dates are RFC 3339, UTC, milliseconds. */
export type GuidingRequest =
  | {
      readonly type: 'Publish';
      /** Null: it is new. */
      readonly guidelineId: string | null;
      readonly occurredAt: string;
      readonly name: string;
      readonly text: string;
      readonly rules: readonly GuidelineRule[];
    }
  | { readonly type: 'Withdraw'; readonly guidelineId: string; readonly occurredAt: string }
  | {
      readonly type: 'Acknowledge';
      readonly guidelineId: string;
      /** Null: the newest. */
      readonly version: number | null;
      readonly colleagueId: string;
      readonly occurredAt: string;
    }
  | {
      readonly type: 'RetractAcknowledgement';
      readonly guidelineId: string;
      readonly version: number;
      readonly colleagueId: string;
    };

export type GuidingOutcome =
  | (Pick<Accepted<unknown>, 'already' | 'ordinal'> & {
      readonly guidelineId: string;
      /** The newest or, of an acknowledgement, the one that it is about. */ readonly version: number;
    })
  | Refusal<'GuidelineNotFound' | 'GuidelineVersionNotFound' | 'ColleagueNotFound' | 'AcknowledgementNotFound'>
  | CommandIdReused;

/** Who is one of ours: the port to whoever keeps them. */
export interface Colleagues {
  isOneOfUs(colleagueId: string): Promise<boolean>;
}

/** Guidelines and who has acknowledged them, over their streams. */
export interface Guiding {
  ask(request: GuidingRequest, context: CommandContext): Promise<GuidingOutcome>;
}

export const guiding = ({ transact, read }: Transactions, colleagues: Colleagues): Guiding => ({
  ask: async (request, context) => {
    switch (request.type) {
      case 'Publish': {
        const { guidelineId: given, occurredAt, name, text, rules } = request;
        const guidelineId = given ?? deterministicId('guideline', context.credential, context.commandId);
        const data = { guidelineId, occurredAt, name, text, rules, isNew: given === null };
        const outcome = await transact(guideline, guidelineId, { type: 'PublishGuideline', data }, context);
        if (!isAccepted(outcome)) return outcome;
        return { guidelineId, version: outcome.state.version, already: outcome.already, ordinal: outcome.ordinal };
      }
      case 'Withdraw': {
        const { guidelineId, occurredAt } = request;
        const asked = { type: 'WithdrawGuideline', data: { guidelineId, occurredAt } } as const;
        const outcome = await transact(guideline, guidelineId, asked, context);
        if (!isAccepted(outcome)) return outcome;
        return { guidelineId, version: outcome.state.version, already: outcome.already, ordinal: outcome.ordinal };
      }
      case 'Acknowledge': {
        const { guidelineId, colleagueId, occurredAt } = request;
        if (!(await colleagues.isOneOfUs(colleagueId))) return { refused: 'ColleagueNotFound' };
        const newest = (await read(guideline, guidelineId)).state.version;
        if (newest === 0) return { refused: 'GuidelineNotFound' };
        const version = request.version ?? newest;
        if (version > newest) return { refused: 'GuidelineVersionNotFound' };
        const asked = {
          type: 'AcknowledgeGuideline',
          data: { colleagueId, guidelineId, version, occurredAt },
        } as const;
        const outcome = await transact(acknowledgements, colleagueId, asked, context);
        if (!isAccepted(outcome)) return outcome;
        return { guidelineId, version, already: outcome.already, ordinal: outcome.ordinal };
      }
      case 'RetractAcknowledgement': {
        const { guidelineId, colleagueId, version } = request;
        if (!(await colleagues.isOneOfUs(colleagueId))) return { refused: 'ColleagueNotFound' };
        if ((await read(guideline, guidelineId)).state.version === 0) return { refused: 'GuidelineNotFound' };
        const asked = { type: 'RetractAcknowledgement', data: { colleagueId, guidelineId, version } } as const;
        const outcome = await transact(acknowledgements, colleagueId, asked, context);
        if (!isAccepted(outcome)) return outcome;
        return { guidelineId, version, already: outcome.already, ordinal: outcome.ordinal };
      }
    }
  },
});
