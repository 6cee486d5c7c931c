import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ExplainedCommandInput, ReasonedCommandInput, reasonMax, saysNothing, something } from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import type { UndertakingState } from './undertaking-pages.js';
import { AboutRelationship, IsNotBeforeOccurredAt, RelationshipFact } from './relationships.types.js';

export const commitmentStates = ['overdue', 'open', 'kept', 'broken'] as const satisfies readonly UndertakingState[];
export type CommitmentState = (typeof commitmentStates)[number];
export const CommitmentStateEnum = enumOf(commitmentStates);
registerEnumType(CommitmentStateEnum, {
  name: 'CommitmentState',
  description: 'Where a commitment stands at the date of the question.',
  valuesMap: {
    OVERDUE: { description: 'Open, and its due date has passed.' },
    OPEN: { description: 'Neither kept nor broken, and not due yet.' },
  },
});

@ObjectType({ implements: () => Node, description: 'We promised them something.' })
export class CommitmentMade extends RelationshipFact {
  readonly __typename = 'CommitmentMade';

  @Field(() => String, { description: 'What was promised.' })
  readonly promise!: string;

  @Field(() => DateTime)
  readonly dueAt!: number;
}

/** What became of a commitment. */
@ObjectType({ isAbstract: true })
abstract class AboutCommitment extends RelationshipFact {
  readonly commitmentId!: string;
}

@ObjectType({ implements: () => Node, description: 'What we promised is due by another date.' })
export class CommitmentMoved extends AboutCommitment {
  readonly __typename = 'CommitmentMoved';

  @Field(() => DateTime, { description: 'To which it was moved.' })
  readonly dueAt!: number;
}

@ObjectType({ implements: () => Node, description: 'We did what we promised.' })
export class CommitmentKept extends AboutCommitment {
  readonly __typename = 'CommitmentKept';
}

@ObjectType({ implements: () => Node, description: 'We did not do what we promised, and will not.' })
export class CommitmentBroken extends AboutCommitment {
  readonly __typename = 'CommitmentBroken';
}

@ObjectType({ description: 'A date by which a commitment is, or was, due.' })
export class DueDate {
  @Field(() => DateTime)
  readonly dueAt!: number;

  @Field(() => DateTime, { description: 'From when on it was the date.' })
  readonly since!: number;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true, description: 'Why it was moved; of the first, why it was promised.' })
  readonly reason!: string | null;

  @Field(() => ID, { description: 'Of the fact that says so: what retracting it takes.' })
  readonly factId!: string;
}

/** A commitment as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'Something that we promised somebody, with a due date.' })
export class Commitment extends Node {
  readonly __typename = 'Commitment';
  readonly stakeholderId!: string;
  readonly moment!: Moment;
  /** Its id among the facts, and the date by which it was due when it was made. */
  readonly commitmentId!: string;
  readonly firstDueAt!: number;

  @Field(() => String, { description: 'What was promised.' })
  readonly promise!: string;

  @Field(() => DateTime)
  readonly madeAt!: number;

  @Field(() => DateTime, {
    description: 'The date in force at the date of the question or, once it was kept or broken, at that time.',
  })
  readonly dueAt!: number;

  @Field(() => CommitmentStateEnum)
  readonly state!: UndertakingState;

  @Field(() => DateTime, { nullable: true, description: 'When it was kept or broken; null while it is open.' })
  readonly settledAt!: number | null;

  @Field(() => Boolean, {
    description: 'It was kept or broken after the date by which it was due then, or is overdue.',
  })
  readonly late!: boolean;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was kept or broken, where that was said.' })
  readonly settledReason!: string | null;
}

export const { Connection: CommitmentConnection } = connectionTypes<Commitment>('Commitment', () => Commitment);

// Inputs.

@InputType()
export class MakeCommitmentInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => String, { description: 'What is promised.' })
  @IsString()
  @MaxLength(reasonMax)
  @Matches(something, { message: saysNothing })
  promise!: string;

  @Field(() => DateTime, { description: 'Not before it was made.' })
  @IsNotBeforeOccurredAt('This lies before it was promised.')
  dueAt!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was promised; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class MoveCommitmentInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Of the commitment, or of the fact that it was made.' })
  @IsGlobalId(['Commitment', 'CommitmentMade'])
  commitmentId!: string;

  @Field(() => DateTime, { description: 'By when it is due from then on; not before it was moved.' })
  @IsNotBeforeOccurredAt('This lies before it was moved.')
  dueAt!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was moved; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType({ isAbstract: true })
abstract class SettleCommitmentInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Of the commitment, or of the fact that it was made.' })
  @IsGlobalId(['Commitment', 'CommitmentMade'])
  commitmentId!: string;

  @Field(() => DateTime, { nullable: true, description: 'Now, when left out. Not before it was made.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class KeepCommitmentInput extends SettleCommitmentInput {}

@InputType()
export class BreakCommitmentInput extends SettleCommitmentInput {}

@InputType({ description: 'Which commitments; what is left out restricts nothing.' })
export class CommitmentFilter {
  @Field(() => ID, { nullable: true, description: 'To whom.' })
  @IsOptional()
  @IsGlobalId('Stakeholder')
  stakeholderId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Somebody of ours answers for them.' })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => [CommitmentStateEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(commitmentStates.length)
  states?: CommitmentState[] | null;
}

// Outcomes.

@ObjectType()
export class CommitmentWasMade extends AboutRelationship {
  readonly __typename = 'CommitmentWasMade';
}
@ObjectType()
export class CommitmentWasMoved extends AboutRelationship {
  readonly __typename = 'CommitmentWasMoved';
}
@ObjectType()
export class CommitmentWasKept extends AboutRelationship {
  readonly __typename = 'CommitmentWasKept';
}
@ObjectType()
export class CommitmentWasBroken extends AboutRelationship {
  readonly __typename = 'CommitmentWasBroken';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when we made this stakeholder no such commitment, or it was taken back.',
})
export class CommitmentNotFound extends Refusal {
  readonly __typename = 'CommitmentNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description:
    'Returned when the commitment was kept or broken already, or its due date is to be moved after that: a mistaken settlement is retracted first.',
})
export class CommitmentIsSettled extends Refusal {
  readonly __typename = 'CommitmentIsSettled';

  @Field(() => Boolean, { description: 'Kept, or else broken.' })
  readonly kept!: boolean;

  @Field(() => DateTime)
  readonly settledAt!: number;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the commitment is to be settled, or its due date moved, at a date before it was made.',
})
export class BeforeItWasMade extends Refusal {
  readonly __typename = 'BeforeItWasMade';

  @Field(() => DateTime)
  readonly madeAt!: number;
}

export const MakeCommitmentResult = resultOf('MakeCommitmentResult', () => [
  CommitmentWasMade,
  StakeholderNotFound,
  CommandIdReused,
]);
export const MoveCommitmentResult = resultOf('MoveCommitmentResult', () => [
  CommitmentWasMoved,
  CommitmentNotFound,
  CommitmentIsSettled,
  BeforeItWasMade,
  StakeholderNotFound,
  CommandIdReused,
]);
export const KeepCommitmentResult = resultOf('KeepCommitmentResult', () => [
  CommitmentWasKept,
  CommitmentNotFound,
  CommitmentIsSettled,
  BeforeItWasMade,
  StakeholderNotFound,
  CommandIdReused,
]);
export const BreakCommitmentResult = resultOf('BreakCommitmentResult', () => [
  CommitmentWasBroken,
  CommitmentNotFound,
  CommitmentIsSettled,
  BeforeItWasMade,
  StakeholderNotFound,
  CommandIdReused,
]);
