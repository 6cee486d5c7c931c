import { Field, ObjectType } from '@nestjs/graphql';
import { PositionScalar } from './scalars.js';

/** What every mutation tells of what it did. */
@ObjectType({ isAbstract: true })
export abstract class Done {
  @Field(() => Boolean, { description: 'True where it was so already: nothing was written.' })
  readonly already!: boolean;

  @Field(() => PositionScalar)
  readonly position!: string;
}
