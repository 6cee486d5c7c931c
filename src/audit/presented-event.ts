import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Json, JsonObject } from '../event-sourcing/fact.js';
import type { Position } from '../event-sourcing/position.js';
import { toGlobalId } from '../graphql/ids.js';
import { timeFrom } from '../graphql/scalars.js';

/** One fact as clients see it. */
export interface PresentedEvent {
  readonly id: string;
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly version: number;
  readonly subject: string;
  readonly occurredAt: number | null;
  readonly recordedAt: number;
  readonly actor: string;
  readonly actorKind: RecordedEvent['provenance']['actorKind'];
  readonly authId: string;
  readonly onBehalfOf: string | null;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly commandId: string;
  readonly reason: string | null;
  readonly data: JsonObject;
}

/** Which thing a stream is about, by its category. All other streams (claims) are about themselves. */
const typeOfCategory: Readonly<Record<string, string>> = {
  stakeholder: 'Stakeholder',
  relationship: 'Stakeholder',
  survey: 'Stakeholder',
  interaction: 'Interaction',
  accesskey: 'Key',
  ownership: 'Stakeholder',
  colleague: 'Colleague',
  team: 'Team',
  goal: 'Goal',
  tie: 'Tie',
  guideline: 'Guideline',
  acknowledgement: 'Colleague',
};

/** What events may be about: all that `Event.subject` names. */
export const subjectTypes: readonly string[] = [...new Set(Object.values(typeOfCategory)), 'Stream'];

/** The streams that are about a thing of a type: their categories. */
export const categoriesOfType = (type: string): readonly string[] =>
  Object.entries(typeOfCategory).flatMap(([category, its]) => (its === type ? [category] : []));

/** The global id of what an event is about. */
export const subjectOf = (stream: string): string => {
  const dash = stream.indexOf('-');
  const type = typeOfCategory[stream.slice(0, dash)];
  return type === undefined ? toGlobalId('Stream', stream) : toGlobalId(type, stream.slice(dash + 1));
};

/** Fields of stored data that hold ids of the log, and the type of what they name. */
const typeOfField: Readonly<Record<string, string>> = {
  stakeholderId: 'Stakeholder',
  mergedId: 'Stakeholder',
  otherId: 'Stakeholder',
  holder: 'Stakeholder',
  of: 'Stakeholder',
  interactionId: 'Interaction',
  inReplyTo: 'Interaction',
  keyId: 'Key',
  affiliationId: 'Affiliation',
  tieId: 'Tie',
  evidence: 'Interaction',
  organisationId: 'Stakeholder',
  saidBy: 'Colleague',
  colleagueId: 'Colleague',
  teamId: 'Team',
  goalId: 'Goal',
  guidelineId: 'Guideline',
  outreachId: 'Outreach',
  owner: 'Colleague',
  fromOwner: 'Colleague',
  toOwner: 'Colleague',
  commitmentId: 'Commitment',
  connectionId: 'MaterialConnection',
};

/** Fields that are told to nobody: of no use to a client, of some to a thief. */
const keptBack = new Set(['secretHash', 'intent']);

const isId = (value: Json | undefined): value is string => typeof value === 'string';

/** The data with the ids that this API has; a fact of a relationship is named by its own type, or that of the fact it takes back. */
export const presentData = (data: JsonObject, eventType: string): JsonObject => {
  const present = (
    value: Json | undefined,
    field: string,
    types: Readonly<Record<string, string>>,
  ): Json | undefined => {
    const type = types[field];
    if (isId(value)) return type === undefined ? value : toGlobalId(type, value);
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => present(item, field, types) ?? null);
    return typeof value === 'object' && value !== null ? presentObject(value as JsonObject, types) : value;
  };
  const presentObject = (object: JsonObject, types: Readonly<Record<string, string>>): JsonObject => {
    const shown: Record<string, Json | undefined> = {};
    for (const [field, value] of Object.entries(object))
      if (!keptBack.has(field)) shown[field] = present(value, field, types);
    return shown;
  };
  const was = data['was'];
  const factType = typeof was === 'object' && was !== null && 'type' in was && isId(was.type) ? was.type : eventType;
  return presentObject(data, {
    ...typeOfField,
    // Whose personal fields these are: a stakeholder's, but where they are one of ours.
    ...('colleagueId' in data ? { of: 'Colleague' } : {}),
    ...('factId' in data ? { factId: factType } : {}),
  });
};

const happenedAt = ({ occurredAt }: JsonObject): number | null =>
  typeof occurredAt === 'string' ? (timeFrom(occurredAt) ?? null) : null;

export const presented = (event: RecordedEvent): PresentedEvent => {
  const { id, position, stream, revision, type, version, recordedAt, data, provenance } = event;
  return {
    id,
    position,
    stream,
    revision,
    type,
    version,
    subject: subjectOf(stream),
    occurredAt: happenedAt(data),
    recordedAt,
    actor: provenance.actor,
    actorKind: provenance.actorKind,
    authId: provenance.credential,
    onBehalfOf: provenance.onBehalfOf ?? null,
    correlationId: provenance.correlationId,
    causationId: provenance.causationId ?? null,
    commandId: provenance.commandId,
    reason: provenance.reason ?? null,
    data: presentData(data, type),
  };
};
