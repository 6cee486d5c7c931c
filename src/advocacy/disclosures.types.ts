import { Field, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { DateTime } from '../graphql/scalars.js';
import type { Act } from '../interactions/interaction.js';
import { ActEnum } from '../interactions/interactions.types.js';
import { Period } from './advocacy.types.js';
import { type DisclosureState, disclosureStates } from './disclosure-pages.js';

export const DisclosureStateEnum = enumOf(disclosureStates);
registerEnumType(DisclosureStateEnum, {
  name: 'DisclosureState',
  description: 'What is known of a disclosure that is needed.',
  valuesMap: {
    MISSING: { description: 'Nobody looked yet.' },
    UNKNOWN: { description: 'Somebody looked, and could not tell.' },
  },
});

/** An act as resolvers hand it on. */
@ObjectType({
  description:
    'An advocacy act by somebody who was materially connected with us when they did it: it needs a disclosure status (16 CFR Part 255).',
})
export class ConnectedAct {
  readonly stakeholderId!: string;
  readonly interactionId!: string;
  readonly moment!: Moment;

  @Field(() => ActEnum)
  readonly act!: Act;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DisclosureStateEnum)
  readonly state!: DisclosureState;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

export const { Connection: ConnectedActConnection } = connectionTypes<ConnectedAct>('ConnectedAct', () => ConnectedAct);

@ObjectType()
export class DisclosureCount {
  @Field(() => DisclosureStateEnum)
  readonly state!: DisclosureState;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@InputType({ description: 'Which acts; what is left out restricts nothing, but that only what is missing is told.' })
export class DisclosureFilter {
  @Field(() => [DisclosureStateEnum], { nullable: true, defaultValue: ['missing'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(disclosureStates.length)
  states?: DisclosureState[] | null;

  @Field(() => Period, { nullable: true, description: 'When they did it.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}
