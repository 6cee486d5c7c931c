import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { ExplainedCommandInput, OneOf } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { Refusal } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import {
  IsDateOfWhatHappened,
  IsGlobalIdIfGiven,
  Retraction,
  Source,
  SourceInput,
} from '../interactions/interactions.types.js';
import { type State, states } from './lasting.js';

export const StateEnum = enumOf(states);
registerEnumType(StateEnum, {
  name: 'PeriodState',
  description: 'What it is at the time that is asked about. What begins later is not shown.',
});

@ObjectType({ description: 'That it ended was recorded by itself.' })
export class Ending {
  @Field(() => DateTime, { description: 'When it was recorded.' })
  readonly at!: number;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

/** What lasts for a period, because somebody says so. */
@ObjectType({ isAbstract: true })
export abstract class LastingNode extends Node {
  readonly moment!: Moment;
  readonly saidById!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Inclusive; null: nobody says since when.' })
  readonly from!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Exclusive; null: nothing ends it, by what had happened and was foreseen by then.',
  })
  readonly until!: number | null;

  @Field(() => StateEnum)
  readonly state!: State;

  @Field(() => Source, { nullable: true, description: 'Which source says so, with its own id for it.' })
  readonly source!: Source | null;

  @Field(() => DateTime)
  readonly recordedAt!: number;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => Ending, { nullable: true })
  readonly ending!: Ending | null;

  @Field(() => Retraction, { nullable: true })
  readonly retraction!: Retraction | null;
}

/** An input that says how long something lasts, and who says so. */
@InputType({ isAbstract: true })
export abstract class LastingInput extends ExplainedCommandInput {
  @Field(() => DateTime, { nullable: true, description: 'Inclusive. Left out: nobody says since when.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Exclusive; it may lie ahead. Left out: nothing ends it.' })
  @IsOptional()
  until?: number | null;

  @Field(() => SourceInput, {
    nullable: true,
    description: 'Which source says so: recorded once, however often it is sent. Either this or saidById.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => SourceInput)
  source?: SourceInput | null;

  @Field(() => ID, { nullable: true, description: 'Which of ours says so.' })
  @OneOf('source', 'saidById')
  @IsGlobalIdIfGiven('Colleague')
  saidById?: string | null;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when it would end before it begins, or at once.',
})
export class EndsBeforeItBegins extends Refusal {
  readonly __typename = 'EndsBeforeItBegins';
}
