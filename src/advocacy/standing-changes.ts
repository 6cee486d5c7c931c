import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Amended, InteractionFact } from '../interactions/interaction.js';
import type { RelationshipFact } from '../relationships/relationship.js';
import type { StakeholderFact } from '../stakeholders/stakeholder.js';
import type { Expression, StandingFact } from './facts-of-standing.js';
import { possibleAdvocacyActs } from './tone-v1.js';

/** What an event changes in the facts about one stakeholder: one of them is gone, one has come, or it is another now. */
export interface FactChange {
  readonly stakeholderId: string;
  readonly gone: { readonly at: number; readonly factId: string } | null;
  readonly come: StandingFact | null;
}

/** Types of the events from which standings are read. */
export const readForStanding: ReadonlySet<string> = new Set<StandingEvent['type']>([
  'StakeholderIdentified',
  'InteractionRecorded',
  'InteractionCorrected',
  'InteractionRetracted',
  'ToneAssessed',
  'StanceAssessed',
  'StanceWithdrawn',
  'RelationshipFactRetracted',
]);

type StandingEvent =
  | Extract<StakeholderFact, { type: 'StakeholderIdentified' }>
  | Exclude<InteractionFact, { type: 'DisclosureAssessed' }>
  | Extract<RelationshipFact, { type: 'StanceAssessed' | 'StanceWithdrawn' | 'RelationshipFactRetracted' }>;

const none: readonly FactChange[] = [];

/** What an event of a type in `readForStanding` changes: at most one change a stakeholder, none where all stays as it is. */
export function changesOf({ type, data, ordinal, provenance }: RecordedEvent): readonly FactChange[] {
  // The log holds under these types what their deciders answered, in the newest shape.
  const fact = { type, data } as unknown as StandingEvent;
  switch (fact.type) {
    case 'StakeholderIdentified':
      return none;
    case 'InteractionRecorded':
      return amended(null, fact.data);
    case 'InteractionCorrected':
      return amended(fact.data.was, { ...fact.data.was, ...fact.data.to });
    case 'ToneAssessed':
      return amended(fact.data.was, { ...fact.data.was, tone: fact.data.tone });
    case 'InteractionRetracted':
      return amended(fact.data.was, null);
    case 'StanceAssessed': {
      const { stakeholderId, factId, occurredAt, stance } = fact.data;
      // Who came to the view: where a key acts for a person, the person.
      const by = provenance.onBehalfOf ?? provenance.actor;
      const at = Date.parse(occurredAt);
      return [{ stakeholderId, gone: null, come: { kind: 'assessment', factId, at, recorded: ordinal, stance, by } }];
    }
    case 'StanceWithdrawn': {
      const { stakeholderId, factId, occurredAt } = fact.data;
      const at = Date.parse(occurredAt);
      return [{ stakeholderId, gone: null, come: { kind: 'withdrawal', factId, at, recorded: ordinal } }];
    }
    case 'RelationshipFactRetracted': {
      const { stakeholderId, factId, was } = fact.data;
      if (was.type !== 'StanceAssessed' && was.type !== 'StanceWithdrawn') return none;
      return [{ stakeholderId, gone: { at: Date.parse(was.occurredAt), factId }, come: null }];
    }
  }
}

/** An interaction that was one thing and is another; null where it was not, or is not any more. */
function amended(was: Amended | null, is: Amended | null): readonly FactChange[] {
  const gone = was && expressionOf(was);
  const come = is && expressionOf(is);
  const before = gone ? authorsOf(was) : [];
  const after = come ? authorsOf(is) : [];
  if (before.length === 0) return after.map((stakeholderId) => ({ stakeholderId, gone: null, come }));
  const changes: FactChange[] = [];
  const said = gone && come && sameExpression(gone, come);
  for (const stakeholderId of new Set([...before, ...after])) {
    const change = {
      stakeholderId,
      gone: before.includes(stakeholderId) ? gone : null,
      come: after.includes(stakeholderId) ? come : null,
    };
    if (!said || change.gone === null || change.come === null) changes.push(change);
  }
  return changes;
}

const heardWithoutTone: ReadonlySet<string> = new Set(possibleAdvocacyActs);

/** What the interaction says about where its authors stand; null where it says nothing under any rule. */
function expressionOf(of: Amended): Expression | null {
  const { interactionId: factId, direction, channel = null, act, occurredAt, tone } = of;
  if (direction === 'outbound' || (tone === null && !heardWithoutTone.has(act))) return null;
  return {
    kind: 'expression',
    factId,
    at: Date.parse(occurredAt),
    tone: tone === null ? null : tone.value,
    act,
    channel,
  };
}

/** Each author once, however often they are listed. */
function authorsOf({ participants }: Amended): readonly string[] {
  const authors: string[] = [];
  for (const { stakeholderId, role } of participants)
    if (role === 'author' && !authors.includes(stakeholderId)) authors.push(stakeholderId);
  return authors;
}

function sameExpression(a: Expression, b: Expression): boolean {
  return a.at === b.at && a.tone === b.tone && a.act === b.act && a.channel === b.channel;
}
