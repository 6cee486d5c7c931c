import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
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
import { type Channel, type Handle as HandleGiven, channels, normalForm } from './handle.js';
import type { StakeholderKind } from './stakeholder.js';

export const ChannelEnum = enumOf(channels);
registerEnumType(ChannelEnum, { name: 'Channel', description: 'Where a conversation happens.' });
export const StakeholderKindEnum = enumOf<StakeholderKind>(['person', 'organisation']);
registerEnumType(StakeholderKindEnum, { name: 'StakeholderKind' });
export const StanceEnum = enumOf(stances);
registerEnumType(StanceEnum, {
  name: 'Stance',
  description:
    'Where a stakeholder stands. Against us: detractor, critic. For us: supporter, advocate. Unknown without evidence.',
});

const handleFault = ({ channel, address }: { readonly channel: Channel; readonly address: string }): string | null => {
  if (channel === 'email' && !/^[^\s@]+@[^\s@]+$/.test(normalForm({ channel, address }).split('\n')[2] ?? ''))
    return 'This is not an address of email.';
  if (channel === 'phone' && !/\d/.test(address)) return 'A phone number has digits.';
  return (normalForm({ channel, address }).split('\n')[2] ?? '') === '' ? 'An address says more than this.' : null;
};

/** An address that its channel can have. */
const IsAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isAddress',
    validator: {
      validate: (value: unknown, args) =>
        typeof value === 'string' && handleFault(args?.object as HandleInput) === null,
      defaultMessage: (args) =>
        typeof args?.value === 'string' ? (handleFault(args.object as HandleInput) ?? '') : 'An address is a text.',
    },
  });

@InputType({ description: 'site: where a channel has many places with names of their own (a forum, a review site).' })
export class HandleInput {
  @Field(() => ChannelEnum)
  channel!: Channel;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 253)
  @Matches(printable, { message: notPrintable })
  site?: string | null;

  @Field(() => String)
  @Length(1, 500)
  @Matches(printable, { message: notPrintable })
  @IsAddress()
  address!: string;
}

/** A handle as it was put in. */
export const handleIn = ({ channel, site, address }: HandleInput): HandleGiven => ({
  channel,
  ...(site == null ? {} : { site }),
  address,
});

@InputType()
export class ExternalIdInput {
  @Field(() => String)
  @Length(1, 100)
  @Matches(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, { message: 'The name of a system, in printable characters.' })
  system!: string;

  @Field(() => String)
  @Length(1, 500)
  @Matches(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, { message: 'An id, in printable characters.' })
  id!: string;
}

@ObjectType({ description: 'One address of a stakeholder on one channel, and on one site where the channel has many.' })
export class Handle {
  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => String, { nullable: true })
  readonly site!: string | null;

  @Field(() => String, { description: 'As it was given.' })
  readonly address!: string;
}

@ObjectType({ description: 'What another system calls a stakeholder; unique in that system.' })
export class ExternalId {
  @Field(() => String)
  readonly system!: string;

  @Field(() => String)
  readonly id!: string;
}

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

@InputType()
export class AddHandleInput extends HandleOfInput {}

@InputType()
export class RemoveHandleInput extends HandleOfInput {}

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
export class AddExternalIdInput extends ExternalIdOfInput {}

@InputType()
export class RemoveExternalIdInput extends ExternalIdOfInput {}

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
  StakeholderNotFound,
  CommandIdReused,
]);
export const RetireStakeholderResult = resultOf('RetireStakeholderResult', () => [
  StakeholderRetired,
  StakeholderNotFound,
  CommandIdReused,
]);
