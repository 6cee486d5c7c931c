import { type Refusal, streamOf } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import { canonicalJson } from '../event-sourcing/keyed-hash.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  RevisionConflict,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import type { ExternalId, Handle } from '../stakeholders/handle.js';
import type { DisclosureStatus } from './disclosure.js';
import {
  type Content,
  type Interaction,
  type InteractionRefusal,
  type Participant,
  type ParticipantRole,
  type PersonalContent,
  type Tone,
  type UsedHandle,
  interaction,
} from './interaction.js';
import { ownWordsOf } from './own-words.js';
import { readTone } from './tone-reading.js';

/** A participant as a caller names them: exactly one of the three. */
export interface NamedParticipant {
  readonly stakeholderId?: string;
  readonly handle?: Handle;
  readonly externalId?: ExternalId;
  /** What a stakeholder who is identified by this is called; left out, the address or the id. */
  readonly name?: string;
  readonly role?: ParticipantRole;
}

export interface Source {
  readonly name: string;
  readonly id: string;
}

/** The interaction answered: by its id, or by the source's id of one that may not have been recorded yet. */
export type ReplyTo = { readonly interactionId: string } | { readonly source: Source };

/** An interaction as a caller tells it. Dates are RFC 3339, UTC, milliseconds. */
export interface Told {
  readonly direction: Content['direction'];
  readonly channel: Content['channel'];
  readonly act: Content['act'];
  readonly occurredAt: string;
  readonly with: readonly NamedParticipant[];
  readonly ourPeople: readonly string[];
  readonly subject: string | null;
  readonly text: string | null;
  readonly language: string | null;
  readonly url: string | null;
  readonly inReplyTo: ReplyTo | null;
  readonly topics: readonly string[];
  readonly reach: number | null;
}

export interface RecordRequest {
  readonly type: 'Record';
  readonly told: Told;
  /** As the caller heard it, -1 to 1; null: read it from the text, where `readTone` says so. */
  readonly tone: number | null;
  readonly readTone: boolean;
  readonly source: Source | null;
  readonly marks: readonly string[];
}

export type InteractionsRequest =
  | RecordRequest
  | { readonly type: 'Correct'; readonly interactionId: string; readonly changes: Partial<Told> }
  | { readonly type: 'Retract'; readonly interactionId: string }
  | { readonly type: 'AssessTone'; readonly interactionId: string; readonly tone: number }
  | { readonly type: 'AssessDisclosure'; readonly interactionId: string; readonly status: DisclosureStatus };

/** Refused where a participant's id names nobody. */
export interface StakeholderNotFound extends Refusal<'StakeholderNotFound'> {
  readonly stakeholderId: string;
}

/** Somebody of ours who has not acknowledged a version of a guideline that was in force. */
export interface MissingAcknowledgement {
  readonly colleagueId: string;
  /** Their name. */
  readonly colleague: string;
  readonly guidelineId: string;
  /** Its name. */
  readonly guideline: string;
  readonly version: number;
}

/** Refused where guidelines are required, and somebody who wrote has not acknowledged what was in force. */
export interface GuidelineNotAcknowledged extends Refusal<'GuidelineNotAcknowledged'> {
  readonly missing: readonly MissingAcknowledgement[];
}

/** What is asked before something outbound is recorded: the port to whoever keeps guidelines. */
export type Gate = (told: Pick<Told, 'occurredAt' | 'ourPeople'>) => Promise<readonly MissingAcknowledgement[]>;

export type RecordingOutcome =
  | (Accepted<Interaction> & {
      readonly interactionId: string;
      /** Stakeholders first identified by this call. */ readonly identified: readonly string[];
    })
  | (InteractionRefusal & { readonly interactionId?: string })
  | StakeholderNotFound
  | GuidelineNotAcknowledged
  | CommandIdReused;

/** An outcome that is no refusal: it happened, now or before. */
export type Happened = Extract<RecordingOutcome, { already: boolean }>;

/** Whom a participant's handle or external id names: the port to whoever keeps identities. */
export interface People {
  /** Who remains under an id; null where nobody has it. */
  survivorOf(stakeholderId: string): Promise<string | null>;
  /** Who held the handle or external id at a date; null for nobody. */
  holder(named: NamedParticipant, at: string): Promise<string | null>;
  /** Identifies a person by the handle or external id, unless somebody did meanwhile: answers whose it is. */
  meet(named: NamedParticipant, context: CommandContext): Promise<string>;
  /** The stakeholder whom `meet`, asked by this command, identifies where nobody is known. */
  wouldBe(named: NamedParticipant, context: CommandContext): string;
}

/** The interaction that a source's id names, whether it was recorded or not. */
export const interactionOfSource = ({ name, id }: Source): string => deterministicId('interaction', name, id);

/** What passed, over the streams of interactions and of whoever took part. */
export interface Recording {
  ask(request: InteractionsRequest, context: CommandContext): Promise<RecordingOutcome>;
}

/**
 * @param digestOf a keyed digest: under one source id, the same telling is on record already and another is refused.
 * @param gate where guidelines are required; without it nothing is asked.
 */
export const recording = (
  { transact, look }: Transactions,
  people: People,
  digestOf: (text: string) => string,
  gate?: Gate,
): Recording => {
  /** Everybody who took part: known, or to be identified once nothing can be refused any more. */
  const findParticipants = async (
    named: readonly NamedParticipant[],
    occurredAt: string,
  ): Promise<readonly (string | null)[] | StakeholderNotFound> => {
    const found: (string | null)[] = [];
    for (const participant of named) {
      const { stakeholderId } = participant;
      if (stakeholderId === undefined) {
        // Stored under whom the handle is theirs of: who is one with whom changes, and is read.
        found.push(await people.holder(participant, occurredAt));
        continue;
      }
      const survivor = await people.survivorOf(stakeholderId);
      if (survivor === null) return { refused: 'StakeholderNotFound', stakeholderId };
      found.push(survivor);
    }
    return found;
  };

  const participantsOf = async (
    named: readonly NamedParticipant[],
    found: readonly (string | null)[],
    { direction, act }: Pick<Content, 'direction' | 'act'>,
    context: CommandContext,
  ): Promise<readonly Participant[]> => {
    const participants: Participant[] = [];
    for (const [index, participant] of named.entries()) {
      const stakeholderId = found[index] ?? (await people.meet(participant, context));
      participants.push({ stakeholderId, role: participant.role ?? defaultRole(index, direction, act) });
    }
    return participants;
  };

  const record = async (request: RecordRequest, asked: CommandContext): Promise<RecordingOutcome> => {
    const { told, source } = request;
    // One digest says whether a command id is used again, and whether a source's id is, with another content.
    const sent = digestOf(canonicalJson(asJson({ told, tone: request.tone })));
    const context = { ...asked, inputDigest: sent };
    const interactionId = source
      ? interactionOfSource(source)
      : deterministicId('interaction', context.credential, context.commandId);
    const answer = (outcome: Accepted<Interaction>): RecordingOutcome => ({
      ...outcome,
      interactionId,
      identified: outcome.events.length === 0 ? [] : identifiedAmong(told.with, outcome.state, people, context),
    });
    const gated = gate !== undefined && told.direction === 'outbound' && told.ourPeople.length > 0;
    let found = await findParticipants(told.with, told.occurredAt);
    let named = told.with;
    // Where nothing can stand in its way, and nobody has to be identified, its own stream says the rest at the append.
    if (gated || 'refused' in found || found.includes(null)) {
      const { known, state } = await look(interaction, interactionId, context);
      if (known) return isAccepted(known) ? answer(known) : known;
      if (gated && !state.recorded) {
        const missing = await gate(told);
        if (missing.length > 0) return { refused: 'GuidelineNotAcknowledged', missing };
      }
      // On record already: its own stream says whether this is the same content, and nobody needs to be identified.
      if (state.recorded) found = named = [];
      if ('refused' in found) return found;
    }
    const participants = await participantsOf(named, found, told, context);
    const tone = toneOf(request, context);
    const content: Content = {
      direction: told.direction,
      channel: told.channel,
      act: told.act,
      occurredAt: told.occurredAt,
      participants,
      topics: told.topics,
      reach: told.reach,
      language: tone.language,
      tone: tone.tone,
      inReplyTo: replyTo(told.inReplyTo, interactionId),
    };
    const data = {
      interactionId,
      source,
      sent,
      marks: request.marks,
      content,
      personal: personalOf(told),
    };
    const outcome = await transact(interaction, interactionId, { type: 'RecordInteraction', data }, context);
    if (!isAccepted(outcome)) return { ...outcome, interactionId };
    // Everybody was known: nobody was identified, by this call or by an earlier try of it.
    return found.includes(null) || outcome.already ? answer(outcome) : { ...outcome, interactionId, identified: [] };
  };

  const correct = async (
    interactionId: string,
    changes: Partial<Told>,
    context: CommandContext,
  ): Promise<RecordingOutcome> => {
    const { known, state, revision } = await look(interaction, interactionId, context);
    if (known) return settled(known, interactionId);
    // Whatever can be refused is, before anybody new is identified.
    if (!state.recorded) return { refused: 'InteractionNotFound' };
    if (context.expectedRevision !== undefined && context.expectedRevision !== revision)
      throw new RevisionConflict(streamOf(interaction, interactionId), revision);
    if (state.retracted) return { refused: 'InteractionIsRetracted' };
    const named = changes.with;
    const found = named ? await findParticipants(named, changes.occurredAt ?? state.content.occurredAt) : [];
    if ('refused' in found) return found;
    const participants =
      named && (await participantsOf(named, found, { ...state.content, ...definedOf(changes) }, context));
    const { direction, channel, act, occurredAt, topics, reach, subject, text, url, ourPeople } = changes;
    // A corrected text is read for its tone again, and for its language unless that is told.
    const textChanged = text !== undefined || changes.language !== undefined;
    const corrected = text === undefined ? state.personal.text : text;
    const words = corrected === null ? '' : spoken(corrected, channel ?? state.content.channel);
    const reading = textChanged && words !== '' ? readTone(words, changes.language ?? undefined) : null;
    // Cleared, it is found again.
    const language = changes.language ?? (textChanged ? (reading?.language ?? null) : undefined);
    return settled(
      await transact(
        interaction,
        interactionId,
        {
          type: 'CorrectInteraction',
          data: {
            changes: definedOf({
              direction,
              channel,
              act,
              occurredAt,
              topics,
              reach,
              language,
              participants,
              inReplyTo: changes.inReplyTo === undefined ? undefined : replyTo(changes.inReplyTo, interactionId),
            }),
            personal: definedOf({ subject, text, url, ourPeople, handles: named?.map(usedHandle) }),
            ...(textChanged ? { toneRead: reading?.tone ? readAs(reading.tone) : null } : {}),
          },
        },
        context,
      ),
      interactionId,
    );
  };

  return {
    ask: async (request, context) => {
      switch (request.type) {
        case 'Record':
          return record(request, context);
        case 'Correct':
          return correct(request.interactionId, request.changes, context);
        case 'Retract':
          return settled(
            await transact(interaction, request.interactionId, { type: 'RetractInteraction', data: {} }, context),
            request.interactionId,
          );
        case 'AssessTone': {
          const tone: Tone = { value: request.tone, person: context.actor };
          return settled(
            await transact(interaction, request.interactionId, { type: 'AssessTone', data: { tone } }, context),
            request.interactionId,
          );
        }
        case 'AssessDisclosure': {
          const { interactionId, status } = request;
          const data = { disclosure: { status, person: context.actor } };
          const asked = { type: 'AssessDisclosure', data } as const;
          return settled(await transact(interaction, interactionId, asked, context), interactionId);
        }
      }
    },
  };
};

const settled = (
  outcome: Accepted<Interaction> | InteractionRefusal | CommandIdReused,
  interactionId: string,
): RecordingOutcome => (isAccepted(outcome) ? { ...outcome, interactionId, identified: [] } : outcome);

const identifiedAmong = (
  named: readonly NamedParticipant[],
  { content }: Interaction,
  people: People,
  context: CommandContext,
): readonly string[] => {
  const byThisCall = new Set(
    named.filter(({ stakeholderId }) => stakeholderId === undefined).map((each) => people.wouldBe(each, context)),
  );
  return [...new Set(content.participants.map(({ stakeholderId }) => stakeholderId))].filter((id) =>
    byThisCall.has(id),
  );
};

/** Left out, the role is author for the first of what is inbound or observed, attendee at a meeting, else addressee. */
const defaultRole = (index: number, direction: Content['direction'], act: Content['act']): ParticipantRole => {
  if (index === 0 && direction !== 'outbound') return 'author';
  return act === 'meeting' ? 'attendee' : 'addressee';
};

const toneOf = (request: RecordRequest, { actor }: CommandContext): { language: string | null; tone: Tone | null } => {
  const { language, text } = request.told;
  if (request.tone !== null) return { language, tone: { value: request.tone, person: actor } };
  if (text === null || text === '') return { language, tone: null };
  const reading = readTone(spoken(text, request.told.channel), language ?? undefined);
  return { language: reading.language, tone: request.readTone && reading.tone ? readAs(reading.tone) : null };
};

/** What the person said: a mail quotes others, and closes with a signature. */
const spoken = (text: string, channel: Content['channel']): string => (channel === 'email' ? ownWordsOf(text) : text);

const readAs = ({ value, model, version }: { value: number; model: string; version: string }): Tone => ({
  value,
  model,
  modelVersion: version,
});

const asJson = (value: object): JsonObject => value as JsonObject;

/** What it answers; nothing answers itself. */
const replyTo = (to: ReplyTo | null, interactionId: string): string | null => {
  if (to === null) return null;
  const answered = 'source' in to ? interactionOfSource(to.source) : to.interactionId;
  return answered === interactionId ? null : answered;
};

const personalOf = ({ subject, text, url, ourPeople, with: named }: Told): PersonalContent => ({
  subject,
  text,
  url,
  ourPeople,
  handles: named.map(usedHandle),
});

const usedHandle = ({ handle }: NamedParticipant): UsedHandle => handle ?? null;

/** The fields that are given: null clears one, undefined leaves it alone. */
const definedOf = <T extends object>(fields: T): { [Field in keyof T]?: Exclude<T[Field], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Field in keyof T]?: Exclude<T[Field], undefined>;
  };
