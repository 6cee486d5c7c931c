import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import {
  CommandInput,
  ExplainedCommandInput,
  OneOf,
  ReasonedCommandInput,
  notPrintable,
  printable,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId, readGlobalId } from '../graphql/ids.js';
import { DateTime } from '../graphql/scalars.js';
import { type Channel, channels } from '../stakeholders/handle.js';
import { ChannelEnum, ExternalIdInput, HandleInput } from '../stakeholders/handles.types.js';
import { type Act, type Direction, type ParticipantRole, acts, directions, participantRoles } from './interaction.js';

export const DirectionEnum = enumOf(directions);
registerEnumType(DirectionEnum, {
  name: 'Direction',
  description: 'They to us, we to them, or they about us to others.',
});
export const ActEnum = enumOf(acts);
registerEnumType(ActEnum, {
  name: 'Act',
  description: 'What it was. The advocacy acts: recommendation, referral, defence, public praise, co-creation.',
});
export const ParticipantRoleEnum = enumOf(participantRoles);
registerEnumType(ParticipantRoleEnum, { name: 'ParticipantRole', description: 'Tone counts for authors alone.' });

/** 64 KiB, in bytes of UTF-8. */
export const textBytesMax = 65_536;

const IsTextWithin = (bytesMax: number): PropertyDecorator =>
  ValidateBy({
    name: 'isTextWithin',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= bytesMax,
      defaultMessage: () => `At most ${bytesMax} bytes of UTF-8.`,
    },
  });

/** A global id where one is given at all: whether it has to be, `OneOf` says. */
export const IsGlobalIdIfGiven = (type: string): PropertyDecorator =>
  ValidateBy({
    name: 'isGlobalIdIfGiven',
    validator: {
      validate: (value: unknown) => value == null || (typeof value === 'string' && readGlobalId(value)?.type === type),
      defaultMessage: () => `This is not the id of ${type === 'Interaction' ? 'an' : 'a'} ${type}.`,
    },
  });

const dayMs = 86_400_000;

/** A date that has come, or comes within a day: told with all other faults. What is stored is held against the request's own time. */
export const IsDateOfWhatHappened = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDateOfWhatHappened',
    validator: {
      validate: (value: unknown) => value == null || (typeof value === 'number' && value <= Date.now() + dayMs),
      defaultMessage: () => 'This lies more than a day in the future.',
    },
  });

@InputType()
export class SourceInput {
  @Field(() => String)
  @MaxLength(100)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;

  @Field(() => String, { description: "The source's own id for the interaction." })
  @MaxLength(1_000)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  id!: string;
}

@InputType({
  description: "The interaction answered: by its id, or by the source's id of one that may not have arrived yet.",
})
export class ReplyToInput {
  @Field(() => ID, { nullable: true })
  @OneOf('interactionId', 'source')
  @IsGlobalIdIfGiven('Interaction')
  interactionId?: string | null;

  @Field(() => SourceInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => SourceInput)
  source?: SourceInput | null;
}

@InputType({
  description:
    'Exactly one of stakeholderId, handle, externalId. A handle or external id that nobody holds identifies a new stakeholder in the same call. Left out, the role is AUTHOR for the first participant of what is inbound or observed, else ADDRESSEE (ATTENDEE at a meeting).',
})
export class ParticipantInput {
  @Field(() => ID, { nullable: true })
  @OneOf('stakeholderId', 'handle', 'externalId')
  @IsGlobalIdIfGiven('Stakeholder')
  stakeholderId?: string | null;

  @Field(() => HandleInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => HandleInput)
  handle?: HandleInput | null;

  @Field(() => ExternalIdInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ExternalIdInput)
  externalId?: ExternalIdInput | null;

  @Field(() => String, { nullable: true, description: 'What a stakeholder first identified by this is called.' })
  @IsOptional()
  @MaxLength(500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name?: string | null;

  @Field(() => ParticipantRoleEnum, { nullable: true })
  @IsOptional()
  @IsIn(participantRoles)
  role?: ParticipantRole | null;
}

@InputType()
export class RecordInteractionInput extends CommandInput {
  @Field(() => DirectionEnum)
  @IsIn(directions)
  direction!: Direction;

  @Field(() => ChannelEnum)
  @IsIn(channels)
  channel!: Channel;

  @Field(() => ActEnum)
  @IsIn(acts)
  act!: Act;

  @Field(() => DateTime)
  @IsDateOfWhatHappened()
  occurredAt!: number;

  @Field(() => [ParticipantInput], { description: 'One to fifty.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ParticipantInput)
  with!: ParticipantInput[];

  @Field(() => [String], { nullable: true, description: 'Our people, as the source names them.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @Length(1, 500, { each: true })
  ourPeople?: string[] | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  subject?: string | null;

  @Field(() => String, { nullable: true, description: '64 KiB at most.' })
  @IsOptional()
  @IsTextWithin(textBytesMax)
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47; found from the text when left out.' })
  @IsOptional()
  @Matches(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, {
    message: 'A language is written in BCP 47, as in "en" or "pt-BR".',
  })
  language?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 4_000)
  @Matches(printable, { message: notPrintable })
  url?: string | null;

  @Field(() => ReplyToInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ReplyToInput)
  inReplyTo?: ReplyToInput | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  @Matches(/^[^\p{Cc}|]+$/u, { each: true, message: 'A topic has printable characters, and no "|".' })
  topics?: string[] | null;

  @Field(() => Int, { nullable: true, description: 'How many it reached, as reported.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  reach?: number | null;

  @Field(() => Float, { nullable: true, description: '-1 to 1; left out, it is read from the text.' })
  @IsOptional()
  @Min(-1)
  @Max(1)
  tone?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'False: leave the tone open. A corrected text is read all the same.',
  })
  @IsOptional()
  @IsBoolean()
  readTone?: boolean | null;

  @Field(() => SourceInput, {
    nullable: true,
    description: 'The source and its own id: recorded once, however often it is sent.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => SourceInput)
  source?: SourceInput | null;
}

export const batchMax = 500;

@InputType()
export class RecordInteractionsInput extends CommandInput {
  @Field(() => [RecordInteractionInput], { description: `Up to ${batchMax}.` })
  @IsArray()
  @ArrayMaxSize(batchMax)
  @ValidateNested({ each: true })
  @Type(() => RecordInteractionInput)
  interactions!: RecordInteractionInput[];
}

@InputType({ description: 'What is left out stays as it is; null clears what can be empty.' })
export class CorrectInteractionInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Interaction')
  interactionId!: string;

  @Field(() => DirectionEnum, { nullable: true })
  @IsOptional()
  direction?: Direction | null;

  @Field(() => ChannelEnum, { nullable: true })
  @IsOptional()
  channel?: Channel | null;

  @Field(() => ActEnum, { nullable: true })
  @IsOptional()
  act?: Act | null;

  @Field(() => DateTime, { nullable: true })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;

  @Field(() => [ParticipantInput], {
    nullable: true,
    description: 'One to fifty: all of them, as they should have been.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ParticipantInput)
  with?: ParticipantInput[] | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @Length(1, 500, { each: true })
  ourPeople?: string[] | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2_000)
  subject?: string | null;

  @Field(() => String, { nullable: true, description: 'Read for its tone again, unless a person assessed that.' })
  @IsOptional()
  @IsTextWithin(textBytesMax)
  text?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Matches(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, {
    message: 'A language is written in BCP 47, as in "en" or "pt-BR".',
  })
  language?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, 4_000)
  @Matches(printable, { message: notPrintable })
  url?: string | null;

  @Field(() => ReplyToInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ReplyToInput)
  inReplyTo?: ReplyToInput | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  @Matches(/^[^\p{Cc}|]+$/u, { each: true, message: 'A topic has printable characters, and no "|".' })
  topics?: string[] | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @IsInt()
  @Min(0)
  reach?: number | null;
}

@InputType()
export class RetractInteractionInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Interaction')
  interactionId!: string;
}

@InputType()
export class AssessToneInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Interaction')
  interactionId!: string;

  @Field(() => Float, { description: '-1 to 1. It replaces what a model read.' })
  @Min(-1)
  @Max(1)
  tone!: number;
}

@ObjectType({ description: 'How an interaction sounds, and who says so.' })
export class Tone {
  @Field(() => Float, { description: '-1 to 1.' })
  readonly value!: number;

  @Field(() => String, { description: 'A model with its version, or the person.' })
  readonly assessedBy!: string;

  @Field(() => Boolean, { description: 'Whether a person says so, and not a model.' })
  readonly byPerson!: boolean;
}

@ObjectType({ description: 'Taken back: the row stays, marked.' })
export class Retraction {
  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => String)
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

@ObjectType({ description: "The source's own id for an interaction." })
export class Source {
  @Field(() => String)
  readonly name!: string;

  @Field(() => String)
  readonly id!: string;
}
