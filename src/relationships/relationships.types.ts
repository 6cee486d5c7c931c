import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { Done } from '../graphql/done.js';
import { ExplainedCommandInput, ReasonedCommandInput } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { InteractionNotFound } from '../interactions/interaction-node.types.js';
import { IsDateOfWhatHappened, Retraction } from '../interactions/interactions.types.js';
import { StanceEnum, Stakeholder, StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { careFacts } from './care.js';
import { type AssessableStance, type Stance, type Step, stances, steps } from './relationship.js';

export const StepEnum = enumOf(steps);
registerEnumType(StepEnum, { name: 'Step', description: 'How far we have gone with somebody, in this order.' });

/** A date that lies not before `occurredAt` or, where that is left out, now: told with all other faults. */
export const IsNotBeforeOccurredAt = (message: string): PropertyDecorator =>
  ValidateBy({
    name: 'isNotBeforeOccurredAt',
    validator: {
      validate: (value: unknown, args) => {
        const { occurredAt } = (args?.object ?? {}) as { readonly occurredAt?: number | null };
        return typeof value === 'number' && value >= (occurredAt ?? Date.now());
      },
      defaultMessage: () => message,
    },
  });

/** A decision about a relationship, as timelines show it. */
@ObjectType({ isAbstract: true })
export abstract class RelationshipFact extends Node {
  readonly stakeholderId!: string;
  readonly moment!: Moment;
  readonly recordedAsOf!: number;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DateTime)
  readonly recordedAt!: number;

  @Field(() => String, { description: 'Who decided it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => Retraction, { nullable: true })
  readonly retraction!: Retraction | null;
}

@ObjectType({ implements: () => Node })
export class StepTaken extends RelationshipFact {
  readonly __typename = 'StepTaken';

  @Field(() => StepEnum)
  readonly step!: Step;

  @Field(() => ID, { nullable: true, description: 'An interaction of the conversation in which it was taken.' })
  readonly interactionId!: string | null;

  @Field(() => [StepEnum], {
    description: 'Earlier steps that were not on record for by its date, when it was recorded.',
  })
  readonly skippedWhenRecorded!: readonly Step[];
}

@ObjectType({ implements: () => Node })
export class StanceAssessed extends RelationshipFact {
  readonly __typename = 'StanceAssessed';

  @Field(() => StanceEnum)
  readonly stance!: Stance;
}

@ObjectType({ implements: () => Node })
export class StanceWithdrawn extends RelationshipFact {
  readonly __typename = 'StanceWithdrawn';
}

/** Types that a relationship's facts have in global ids. */
export const relationshipFactTypes = ['StepTaken', 'StanceAssessed', 'StanceWithdrawn', ...careFacts] as const;

// Inputs.

const occurredAt = 'When the person came to that view; now, when left out.';

@InputType()
export class AssessStanceInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => StanceEnum, { description: 'Any but UNKNOWN.' })
  @IsIn(stances.slice(1), {
    message: 'Any stance but UNKNOWN can be assessed; to take an assessment back, withdraw it.',
  })
  stance!: AssessableStance;

  @Field(() => DateTime, { nullable: true, description: occurredAt })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class WithdrawStanceInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => DateTime, { nullable: true, description: occurredAt })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class TakeStepInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => StepEnum)
  step!: Step;

  @Field(() => ID, {
    nullable: true,
    description: 'Any interaction of the conversation in which it was taken; left out: in none.',
  })
  @IsOptional()
  @IsGlobalId('Interaction')
  interactionId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was taken; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class RetractRelationshipFactInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Of the fact, as its timeline entry has it.' })
  @IsGlobalId(relationshipFactTypes)
  factId!: string;
}

// Outcomes.

@ObjectType({ isAbstract: true })
export abstract class AboutRelationship extends Done {
  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => ID, { description: 'Of the fact: what retracting it takes.' })
  readonly factId!: string;
}

@ObjectType()
export class StanceWasAssessed extends AboutRelationship {
  readonly __typename = 'StanceWasAssessed';
}
@ObjectType()
export class StanceWasWithdrawn extends AboutRelationship {
  readonly __typename = 'StanceWasWithdrawn';
}
@ObjectType()
export class StepWasTaken extends AboutRelationship {
  readonly __typename = 'StepWasTaken';
}
@ObjectType()
export class RelationshipFactRetracted extends AboutRelationship {
  readonly __typename = 'RelationshipFactRetracted';
}

@ObjectType({ implements: () => Refusal, description: "Returned when no person's assessment holds at that date." })
export class NoStanceToWithdraw extends Refusal {
  readonly __typename = 'NoStanceToWithdraw';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when this stakeholder has no such fact.' })
export class RelationshipFactNotFound extends Refusal {
  readonly __typename = 'RelationshipFactNotFound';
}

export const AssessStanceResult = resultOf('AssessStanceResult', () => [
  StanceWasAssessed,
  StakeholderNotFound,
  CommandIdReused,
]);
export const WithdrawStanceResult = resultOf('WithdrawStanceResult', () => [
  StanceWasWithdrawn,
  NoStanceToWithdraw,
  StakeholderNotFound,
  CommandIdReused,
]);
export const TakeStepResult = resultOf('TakeStepResult', () => [
  StepWasTaken,
  InteractionNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RetractRelationshipFactResult = resultOf('RetractRelationshipFactResult', () => [
  RelationshipFactRetracted,
  RelationshipFactNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
