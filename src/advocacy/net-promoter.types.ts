import { Field, Float, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({
  description: 'From surveys, apart from observed stances: the share of promoters less that of detractors, in points.',
})
export class NetPromoter {
  @Field(() => Int, { description: 'Answered 9 or 10.' })
  readonly promoters!: number;

  @Field(() => Int, { description: 'Answered 7 or 8.' })
  readonly passives!: number;

  @Field(() => Int, { description: 'Answered 0 to 6. They are no detractors by stance for that.' })
  readonly detractors!: number;

  @Field(() => Float, { nullable: true, description: '-100 to 100; null without an answer.' })
  readonly score!: number | null;

  @Field(() => Float, { nullable: true, description: 'In points of the score; null without an answer.' })
  readonly standardError!: number | null;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}
