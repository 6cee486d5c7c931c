import { Extensions, Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { DateTime } from '../graphql/scalars.js';
import { type Step, steps } from './relationship.js';
import { StepEnum } from './relationships.types.js';
import { type StepFinding, stepFindings } from './steps-v1.js';

export const StepFindingEnum = enumOf(stepFindings);
registerEnumType(StepFindingEnum, {
  name: 'StepFinding',
  description: 'What is found of the order in which steps were taken, by their dates.',
  valuesMap: { NEVER_INVOLVED: { description: 'Steps were taken, and none of them was to involve.' } },
});

@ObjectType({ description: 'When a step was first taken.' })
export class FirstStep {
  @Field(() => StepEnum)
  readonly step!: Step;

  @Field(() => DateTime)
  readonly at!: number;
}

@ObjectType({ description: 'How far we have gone, and what was skipped on the way.' })
export class StepsTaken {
  @Field(() => [FirstStep], { description: 'In the order of the steps; those that never were taken are left out.' })
  @Extensions({ listSize: steps.length })
  readonly first!: readonly FirstStep[];

  @Field(() => [StepFindingEnum], { description: 'What was made up for later stays found.' })
  readonly findings!: readonly StepFinding[];

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@ObjectType({ description: 'Of how many relationships something is found, and of which.' })
export class StepFindingCount {
  readonly moment!: Moment;

  @Field(() => StepFindingEnum)
  readonly finding!: StepFinding;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType({ description: 'Which steps were skipped with whom.' })
export class SkippedSteps {
  @Field(() => Int, { description: 'With how many stakeholders any step was taken.' })
  readonly relationships!: number;

  @Field(() => [StepFindingCount], { description: 'Of each that is asked for.' })
  @Extensions({ listSize: stepFindings.length })
  readonly findings!: readonly StepFindingCount[];

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}
