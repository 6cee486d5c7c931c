import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Done } from '../graphql/done.js';
import { connectionTypes } from '../graphql/connections.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime, JsonScalar, PositionScalar } from '../graphql/scalars.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum, Handle } from '../stakeholders/handles.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { Disclosure } from './disclosure.types.js';
import type { InteractionView } from './interaction-view.js';
import type { Act, Direction, ParticipantRole } from './interaction.js';
import type { Happened } from './recording.js';
import { ActEnum, DirectionEnum, ParticipantRoleEnum, Retraction, Source, Tone } from './interactions.types.js';

/** Resolves when what hangs on an interaction can be read in rows: at once, but for one that was just written about. */
export type Readable = () => Promise<unknown>;

@ObjectType({ description: 'A stakeholder in an interaction.' })
export class Participant {
  readonly stakeholderId!: string;
  readonly moment!: Moment;
  readonly recordedAsOf!: number;
  readonly readable!: Readable;

  @Field(() => ParticipantRoleEnum)
  readonly role!: ParticipantRole;

  @Field(() => Handle, { nullable: true, description: 'As it was used; null where they were named by id.' })
  readonly handle!: Handle | null;
}

@ObjectType({ description: 'One field of a correction.' })
export class CorrectedField {
  @Field(() => String)
  readonly field!: string;

  @Field(() => JsonScalar, { nullable: true })
  readonly from!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  readonly to!: unknown;
}

@ObjectType({ description: 'What was wrong, and what is right.' })
export class Correction {
  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => String)
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => [CorrectedField])
  readonly changes!: readonly CorrectedField[];
}

/** An interaction as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'One thing that passed, at one time.' })
export class Interaction extends Node {
  readonly __typename = 'Interaction';
  readonly view!: InteractionView;
  readonly moment!: Moment;
  readonly readable!: Readable;

  @Field(() => ID, { description: 'Names the interaction of today, whatever past this one was read as of.' })
  readonly liveId!: string;

  @Field(() => Int)
  readonly revision!: number;

  @Field(() => DirectionEnum)
  readonly direction!: Direction;

  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => ActEnum)
  readonly act!: Act;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DateTime)
  readonly recordedAt!: number;

  @Field(() => [Participant])
  readonly participants!: readonly Participant[];

  @Field(() => [String], { description: 'Our people, as the source names them.' })
  readonly ourPeople!: readonly string[];

  @Field(() => String, { nullable: true })
  readonly subject!: string | null;

  @Field(() => String, { nullable: true })
  readonly text!: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47; found from the text when not given.' })
  readonly language!: string | null;

  @Field(() => String, { nullable: true })
  readonly url!: string | null;

  @Field(() => [String])
  readonly topics!: readonly string[];

  @Field(() => Int, { nullable: true })
  readonly reach!: number | null;

  @Field(() => Tone, { nullable: true })
  readonly tone!: Tone | null;

  @Field(() => Disclosure, { nullable: true, description: 'Null where nobody looked.' })
  readonly disclosure!: Disclosure | null;

  @Field(() => Retraction, { nullable: true })
  readonly retraction!: Retraction | null;

  @Field(() => [Correction], { description: 'Oldest first.' })
  readonly corrections!: readonly Correction[];

  @Field(() => [String], { description: 'What an import did to it: text-cut, date-from-received, participants-cut.' })
  readonly marks!: readonly string[];

  @Field(() => String)
  readonly recordedBy!: string;

  @Field(() => Source, { nullable: true })
  readonly source!: Source | null;
}

export const { Connection: InteractionConnection } = connectionTypes<Interaction>('Interaction', () => Interaction);

/** A conversation as resolvers hand it on: the members are found with it. */
@ObjectType({ implements: () => Node, description: 'Interactions tied by reply-to, across channels.' })
export class Conversation extends Node {
  readonly __typename = 'Conversation';
  readonly moment!: Moment;
  readonly keys!: readonly number[];

  @Field(() => ID)
  readonly liveId!: string;

  @Field(() => Boolean, { description: 'It is longer than the limit, and not all of it is here.' })
  readonly cut!: boolean;
}

@ObjectType()
export class InteractionRecorded {
  readonly __typename = 'InteractionRecorded';

  /** What is shown of it is read from this when it is asked for. */
  readonly outcome!: Happened;

  @Field(() => Boolean, { description: 'True where this was on record already: nothing was written.' })
  readonly already!: boolean;

  @Field(() => PositionScalar)
  readonly position!: string;
}

/** What became of a command about an interaction. */
@ObjectType({ isAbstract: true })
abstract class AboutInteraction extends Done {
  @Field(() => Interaction)
  readonly interaction!: Interaction;
}

@ObjectType()
export class InteractionCorrected extends AboutInteraction {
  readonly __typename = 'InteractionCorrected';
}
@ObjectType()
export class InteractionRetracted extends AboutInteraction {
  readonly __typename = 'InteractionRetracted';
}
@ObjectType()
export class ToneAssessed extends AboutInteraction {
  readonly __typename = 'ToneAssessed';
}
@ObjectType()
export class DisclosureAssessed extends AboutInteraction {
  readonly __typename = 'DisclosureAssessed';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no interaction.' })
export class InteractionNotFound extends Refusal {
  readonly __typename = 'InteractionNotFound';

  @Field(() => ID)
  readonly interactionId!: string;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when an interaction was taken back: there is nothing to correct or assess any more.',
})
export class InteractionIsRetracted extends Refusal {
  readonly __typename = 'InteractionIsRetracted';

  @Field(() => Interaction)
  readonly interaction!: Interaction;
}

@ObjectType({
  implements: () => Refusal,
  description:
    "Returned when this source's id is on record and what was first sent under it was another content; correct or retract that one.",
})
export class SourceIdTaken extends Refusal {
  readonly __typename = 'SourceIdTaken';

  @Field(() => Interaction)
  readonly interaction!: Interaction;
}

@ObjectType({ description: 'Somebody of ours who has not acknowledged a version of a guideline that was in force.' })
export class MissingAcknowledgement {
  @Field(() => ID)
  readonly colleagueId!: string;

  @Field(() => String, { description: 'Their name.' })
  readonly colleague!: string;

  @Field(() => ID)
  readonly guidelineId!: string;

  @Field(() => String, { description: 'Its name.' })
  readonly guideline!: string;

  @Field(() => Int)
  readonly version!: number;
}

@ObjectType({
  implements: () => Refusal,
  description:
    'Returned when guidelines are required (a setting of the service), and somebody of ours who wrote this had not acknowledged what was in force: acknowledgeGuideline, and send it again.',
})
export class GuidelineNotAcknowledged extends Refusal {
  readonly __typename = 'GuidelineNotAcknowledged';

  @Field(() => [MissingAcknowledgement])
  readonly missing!: readonly MissingAcknowledgement[];
}

export const RecordInteractionResult = resultOf('RecordInteractionResult', () => [
  InteractionRecorded,
  StakeholderNotFound,
  SourceIdTaken,
  GuidelineNotAcknowledged,
  CommandIdReused,
]);
export const CorrectInteractionResult = resultOf('CorrectInteractionResult', () => [
  InteractionCorrected,
  InteractionNotFound,
  InteractionIsRetracted,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RetractInteractionResult = resultOf('RetractInteractionResult', () => [
  InteractionRetracted,
  InteractionNotFound,
  CommandIdReused,
]);
export const AssessToneResult = resultOf('AssessToneResult', () => [
  ToneAssessed,
  InteractionNotFound,
  InteractionIsRetracted,
  CommandIdReused,
]);

export const AssessDisclosureResult = resultOf('AssessDisclosureResult', () => [
  DisclosureAssessed,
  InteractionNotFound,
  InteractionIsRetracted,
  CommandIdReused,
]);

@ObjectType()
export class RecordInteractionsPayload {
  @Field(() => [RecordInteractionResult], {
    description: 'One each, in order; those that can be recorded are, whatever becomes of the others.',
  })
  readonly results!: readonly (typeof RecordInteractionResult)[];

  @Field(() => Int)
  readonly recorded!: number;

  @Field(() => Int, { description: 'On record already.' })
  readonly already!: number;

  @Field(() => Int)
  readonly refused!: number;

  @Field(() => PositionScalar, { description: 'Of the newest of them.' })
  readonly position!: string;
}
