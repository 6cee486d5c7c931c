import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, Matches, MaxLength, ValidateNested } from 'class-validator';
import {
  CommandInput,
  ReasonedCommandInput,
  RevisedCommandInput,
  notPrintable,
  printable,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { stances } from '../relationships/relationship.js';
import { ExternalIdInput, HandleInput } from './handles.types.js';
import type { StakeholderKind } from './stakeholder.js';

export const StakeholderKindEnum = enumOf<StakeholderKind>(['person', 'organisation']);
registerEnumType(StakeholderKindEnum, { name: 'StakeholderKind' });
export const StanceEnum = enumOf(stances);
registerEnumType(StanceEnum, {
  name: 'Stance',
  description:
    'Where a stakeholder stands. Against us: detractor, critic. For us: supporter, advocate. Unknown without evidence.',
});

/**
 * A stakeholder as resolvers hand it on: what other contexts add to it, they find by `memberKeys` (or `memberIds`) and
 * `moment`. Facts stay with the id under which they were recorded, so what is told of one is read over all who are one;
 * who remains is the first, and `key` and `stakeholderId` are theirs.
 */
@ObjectType({ implements: () => Node, description: 'A person or organisation whose opinion of us matters.' })
export class Stakeholder extends Node {
  readonly __typename = 'Stakeholder';
  readonly key!: number;
  readonly stakeholderId!: string;
  readonly memberKeys!: readonly number[];
  readonly memberIds!: readonly string[];
  readonly moment!: Moment;

  @Field(() => ID, { description: 'Names the stakeholder of today, whatever past this one was read as of.' })
  readonly liveId!: string;

  @Field(() => StakeholderKindEnum)
  readonly kind!: StakeholderKind;

  @Field(() => String)
  readonly name!: string;

  @Field(() => Boolean, { description: 'What is recorded about them later is kept.' })
  readonly retired!: boolean;

  @Field(() => DateTime, { description: 'When they were first recorded.' })
  readonly identifiedAt!: number;

  @Field(() => Int, { description: 'Revision to expect: of who they are.' })
  readonly revision!: number;
}

export const { Connection: StakeholderConnection } = connectionTypes<Stakeholder>('Stakeholder', () => Stakeholder);

// Inputs.

const handlesMax = 50;

@InputType()
export class IdentifyStakeholderInput extends CommandInput {
  @Field(() => StakeholderKindEnum)
  @IsIn(['person', 'organisation'])
  kind!: StakeholderKind;

  @Field(() => String)
  @MaxLength(500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;

  @Field(() => [HandleInput], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(handlesMax)
  @ValidateNested({ each: true })
  @Type(() => HandleInput)
  handles?: HandleInput[] | null;

  @Field(() => [ExternalIdInput], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(handlesMax)
  @ValidateNested({ each: true })
  @Type(() => ExternalIdInput)
  externalIds?: ExternalIdInput[] | null;
}

@InputType()
export class RenameStakeholderInput extends RevisedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => String)
  @MaxLength(500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;
}

@InputType({ isAbstract: true })
abstract class HandleOfInput extends RevisedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => HandleInput)
  @ValidateNested()
  @Type(() => HandleInput)
  handle!: HandleInput;
}

const since = "Since when it is theirs. Left out: always, or since it was not another's.";
const theirsUntil =
  'Until when it was theirs: what is dated earlier stays theirs. Left out, it never was, and belongs to nobody.';

@InputType()
export class AddHandleInput extends HandleOfInput {
  @Field(() => DateTime, { nullable: true, description: since })
  @IsOptional()
  from?: number | null;
}

@InputType()
export class RemoveHandleInput extends HandleOfInput {
  @Field(() => DateTime, { nullable: true, description: theirsUntil })
  @IsOptional()
  until?: number | null;
}

@InputType({ isAbstract: true })
abstract class ExternalIdOfInput extends RevisedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ExternalIdInput)
  @ValidateNested()
  @Type(() => ExternalIdInput)
  externalId!: ExternalIdInput;
}

@InputType()
export class AddExternalIdInput extends ExternalIdOfInput {
  @Field(() => DateTime, { nullable: true, description: since })
  @IsOptional()
  from?: number | null;
}

@InputType()
export class RemoveExternalIdInput extends ExternalIdOfInput {
  @Field(() => DateTime, { nullable: true, description: theirsUntil })
  @IsOptional()
  until?: number | null;
}

@InputType()
export class RetireStakeholderInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;
}

// Outcomes.

/** What became of a command about a stakeholder. */
@ObjectType({ isAbstract: true })
abstract class AboutStakeholder extends Done {
  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;
}

@ObjectType()
export class StakeholderIdentified extends AboutStakeholder {
  readonly __typename = 'StakeholderIdentified';
}
@ObjectType()
export class StakeholderRenamed extends AboutStakeholder {
  readonly __typename = 'StakeholderRenamed';
}
@ObjectType()
export class HandleAdded extends AboutStakeholder {
  readonly __typename = 'HandleAdded';
}
@ObjectType()
export class HandleRemoved extends AboutStakeholder {
  readonly __typename = 'HandleRemoved';
}
@ObjectType()
export class ExternalIdAdded extends AboutStakeholder {
  readonly __typename = 'ExternalIdAdded';
}
@ObjectType()
export class ExternalIdRemoved extends AboutStakeholder {
  readonly __typename = 'ExternalIdRemoved';
}
@ObjectType()
export class StakeholderRetired extends AboutStakeholder {
  readonly __typename = 'StakeholderRetired';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when a handle belongs to somebody else.' })
export class HandleTaken extends Refusal {
  readonly __typename = 'HandleTaken';

  @Field(() => Stakeholder)
  readonly holder!: Stakeholder;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an external id belongs to somebody else.' })
export class ExternalIdTaken extends Refusal {
  readonly __typename = 'ExternalIdTaken';

  @Field(() => Stakeholder)
  readonly holder!: Stakeholder;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no stakeholder.' })
export class StakeholderNotFound extends Refusal {
  readonly __typename = 'StakeholderNotFound';

  @Field(() => ID)
  readonly stakeholderId!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when a handle that is to be removed is not theirs.' })
export class HandleNotHeld extends Refusal {
  readonly __typename = 'HandleNotHeld';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when an external id that is to be removed is not theirs.',
})
export class ExternalIdNotHeld extends Refusal {
  readonly __typename = 'ExternalIdNotHeld';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when something is to have been theirs until a date at which it was not theirs yet.',
})
export class EndsBeforeItBegan extends Refusal {
  readonly __typename = 'EndsBeforeItBegan';
}

export const IdentifyStakeholderResult = resultOf('IdentifyStakeholderResult', () => [
  StakeholderIdentified,
  HandleTaken,
  ExternalIdTaken,
  CommandIdReused,
]);
export const RenameStakeholderResult = resultOf('RenameStakeholderResult', () => [
  StakeholderRenamed,
  StakeholderNotFound,
  CommandIdReused,
]);
export const AddHandleResult = resultOf('AddHandleResult', () => [
  HandleAdded,
  HandleTaken,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RemoveHandleResult = resultOf('RemoveHandleResult', () => [
  HandleRemoved,
  HandleNotHeld,
  EndsBeforeItBegan,
  StakeholderNotFound,
  CommandIdReused,
]);
export const AddExternalIdResult = resultOf('AddExternalIdResult', () => [
  ExternalIdAdded,
  ExternalIdTaken,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RemoveExternalIdResult = resultOf('RemoveExternalIdResult', () => [
  ExternalIdRemoved,
  ExternalIdNotHeld,
  EndsBeforeItBegan,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RetireStakeholderResult = resultOf('RetireStakeholderResult', () => [
  StakeholderRetired,
  StakeholderNotFound,
  CommandIdReused,
]);
