import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import {
  ExplainedCommandInput,
  ReasonedCommandInput,
  notPrintable,
  printable,
  reasonMax,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { InteractionNotFound } from '../interactions/interaction-node.types.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { AboutRelationship, IsNotBeforeOccurredAt, RelationshipFact } from './relationships.types.js';
import type { UndertakingState } from './undertaking-pages.js';

export const outreachStates = ['overdue', 'open', 'done', 'cancelled'] as const satisfies readonly UndertakingState[];
export type OutreachState = (typeof outreachStates)[number];
export const OutreachStateEnum = enumOf(outreachStates);
registerEnumType(OutreachStateEnum, {
  name: 'OutreachState',
  description: 'Where a planned outreach stands at the date of the question.',
  valuesMap: { OVERDUE: { description: 'Neither done nor cancelled, and its date has passed.' } },
});

@ObjectType({ isAbstract: true })
abstract class ContactWord extends RelationshipFact {
  @Field(() => String, { description: 'Who said so.' })
  readonly saidBy!: string;
}

@ObjectType({ implements: () => Node, description: 'Contact permitted: no, from here on.' })
export class ContactForbidden extends ContactWord {
  readonly __typename = 'ContactForbidden';
}

@ObjectType({ implements: () => Node, description: 'From here on they may be contacted again.' })
export class ContactPermitted extends ContactWord {
  readonly __typename = 'ContactPermitted';
}

@ObjectType({ implements: () => Node, description: 'We mean to contact them.' })
export class OutreachPlanned extends RelationshipFact {
  readonly __typename = 'OutreachPlanned';

  @Field(() => DateTime)
  readonly plannedFor!: number;

  @Field(() => ChannelEnum, { nullable: true, name: 'plannedChannel' })
  readonly plannedChannel!: Channel | null;

  @Field(() => String, { description: 'What is planned.' })
  readonly plan!: string;
}

@ObjectType({ isAbstract: true })
abstract class OutreachSettled extends RelationshipFact {
  readonly outreachId!: string;
}

@ObjectType({ implements: () => Node, description: 'We contacted them as we had planned.' })
export class OutreachDone extends OutreachSettled {
  readonly __typename = 'OutreachDone';
}

@ObjectType({ implements: () => Node, description: 'We will not contact them as we had planned.' })
export class OutreachCancelled extends OutreachSettled {
  readonly __typename = 'OutreachCancelled';
}

/** An outreach as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'Something outbound that is planned, and later done or cancelled.' })
export class Outreach extends Node {
  readonly __typename = 'Outreach';
  readonly stakeholderId!: string;
  readonly interactionId!: string | null;
  readonly moment!: Moment;

  @Field(() => String, { description: 'What is planned.' })
  readonly plan!: string;

  @Field(() => ChannelEnum, { nullable: true })
  readonly channel!: Channel | null;

  @Field(() => DateTime)
  readonly plannedAt!: number;

  @Field(() => DateTime)
  readonly plannedFor!: number;

  @Field(() => OutreachStateEnum)
  readonly state!: UndertakingState;

  @Field(() => DateTime, { nullable: true, description: 'When it was done or cancelled; null while it is open.' })
  readonly settledAt!: number | null;

  @Field(() => String, { description: 'Who planned it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

export const { Connection: OutreachConnection } = connectionTypes<Outreach>('Outreach', () => Outreach);

// Inputs.

@InputType({ isAbstract: true })
abstract class ContactInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => String, { description: 'Who said so: they themselves, or somebody of ours.' })
  @IsString()
  @Length(1, 500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  saidBy!: string;

  @Field(() => DateTime, { nullable: true, description: 'From when on; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class ForbidContactInput extends ContactInput {}

@InputType()
export class PermitContactInput extends ContactInput {}

@InputType()
export class PlanOutreachInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => String, { description: 'What is planned.' })
  @IsString()
  @MaxLength(reasonMax)
  @Matches(something, { message: saysNothing })
  plan!: string;

  @Field(() => DateTime, { description: 'Not before it was planned.' })
  @IsNotBeforeOccurredAt('This lies before it was planned.')
  plannedFor!: number;

  @Field(() => ChannelEnum, { nullable: true })
  @IsOptional()
  channel?: Channel | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was planned; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType({ isAbstract: true })
abstract class SettleOutreachInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Of the outreach, or of the fact that it was planned.' })
  @IsGlobalId(['Outreach', 'OutreachPlanned'])
  outreachId!: string;

  @Field(() => DateTime, { nullable: true, description: 'Now, when left out. Not before it was planned.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class CompleteOutreachInput extends SettleOutreachInput {
  @Field(() => ID, { nullable: true, description: 'What came of it, where that is on record.' })
  @IsOptional()
  @IsGlobalId('Interaction')
  interactionId?: string | null;
}

@InputType()
export class CancelOutreachInput extends SettleOutreachInput {}

@InputType({ description: 'Which outreaches; what is left out restricts nothing.' })
export class OutreachFilter {
  @Field(() => ID, { nullable: true, description: 'With whom.' })
  @IsOptional()
  @IsGlobalId('Stakeholder')
  stakeholderId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Somebody of ours answers for them.' })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => [OutreachStateEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(outreachStates.length)
  states?: OutreachState[] | null;
}

// Outcomes.

@ObjectType()
export class ContactWasForbidden extends AboutRelationship {
  readonly __typename = 'ContactWasForbidden';
}
@ObjectType()
export class ContactWasPermitted extends AboutRelationship {
  readonly __typename = 'ContactWasPermitted';
}
@ObjectType()
export class OutreachWasPlanned extends AboutRelationship {
  readonly __typename = 'OutreachWasPlanned';
}
@ObjectType()
export class OutreachWasDone extends AboutRelationship {
  readonly __typename = 'OutreachWasDone';
}
@ObjectType()
export class OutreachWasCancelled extends AboutRelationship {
  readonly __typename = 'OutreachWasCancelled';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when they are not to be contacted at the date that is planned for.',
})
export class ContactNotPermitted extends Refusal {
  readonly __typename = 'ContactNotPermitted';

  @Field(() => DateTime)
  readonly since!: number;

  @Field(() => String, { description: 'Who said so.' })
  readonly saidBy!: string;

  @Field(() => ID, { description: 'Of the fact: what retracting it takes.' })
  readonly factId!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when contact is permitted at that date.' })
export class ContactIsPermitted extends Refusal {
  readonly __typename = 'ContactIsPermitted';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when no such outreach was planned with this stakeholder, or it was taken back.',
})
export class OutreachNotFound extends Refusal {
  readonly __typename = 'OutreachNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the outreach was done or cancelled already: what was mistaken is retracted first.',
})
export class OutreachIsSettled extends Refusal {
  readonly __typename = 'OutreachIsSettled';

  @Field(() => Boolean, { description: 'Done, or else cancelled.' })
  readonly done!: boolean;

  @Field(() => DateTime)
  readonly settledAt!: number;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the outreach is to be settled at a date before it was planned.',
})
export class BeforeItWasPlanned extends Refusal {
  readonly __typename = 'BeforeItWasPlanned';

  @Field(() => DateTime)
  readonly plannedAt!: number;
}

export const ForbidContactResult = resultOf('ForbidContactResult', () => [
  ContactWasForbidden,
  StakeholderNotFound,
  CommandIdReused,
]);
export const PermitContactResult = resultOf('PermitContactResult', () => [
  ContactWasPermitted,
  ContactIsPermitted,
  StakeholderNotFound,
  CommandIdReused,
]);
export const PlanOutreachResult = resultOf('PlanOutreachResult', () => [
  OutreachWasPlanned,
  ContactNotPermitted,
  StakeholderNotFound,
  CommandIdReused,
]);
export const CompleteOutreachResult = resultOf('CompleteOutreachResult', () => [
  OutreachWasDone,
  OutreachNotFound,
  OutreachIsSettled,
  BeforeItWasPlanned,
  InteractionNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const CancelOutreachResult = resultOf('CancelOutreachResult', () => [
  OutreachWasCancelled,
  OutreachNotFound,
  OutreachIsSettled,
  BeforeItWasPlanned,
  StakeholderNotFound,
  CommandIdReused,
]);
