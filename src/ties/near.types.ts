import { Extensions, Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { type StepKind, stepKinds } from './near.js';

export const StepKindEnum = enumOf(stepKinds);
registerEnumType(StepKindEnum, {
  name: 'NearStepKind',
  description: 'How one stakeholder leads to the next: by a tie, or by where they belong.',
});

@ObjectType({ description: 'One step from one stakeholder to the next.' })
export class NearStep {
  readonly moment!: Moment;
  readonly fromId!: string;
  readonly toId!: string;
  readonly tieId!: string | null;
  readonly affiliationIds!: readonly string[];

  @Field(() => StepKindEnum)
  readonly kind!: StepKind;
}

@ObjectType({ description: 'Somebody near, and the path that says why.' })
export class Nearby {
  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => Int, { description: 'How many steps away: those of the path.' })
  readonly distance!: number;

  @Extensions({ listSize: 2 })
  @Field(() => [NearStep], { description: 'From whom it was asked of, to this one.' })
  readonly path!: readonly NearStep[];

  @Field(() => String, { description: 'What counts as a step: a definition with its version.' })
  readonly definition!: string;
}

export const { Connection: NearConnection } = connectionTypes<Nearby>('Near', () => Nearby, { countNullable: true });
