import { ArgsType, Field } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { ConnectionArgs } from './connections.js';
import { AsOf, type PastArgs } from './moments.js';
import { PositionScalar } from './scalars.js';

const atLeast = 'Waits until everything up to this position is readable.';

/** Arguments of one thing, as of a past or at least as new as a position. */
@ArgsType()
export class OneOfPastArgs implements PastArgs {
  @Field(() => AsOf, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AsOf)
  asOf?: AsOf | null;

  @Field(() => PositionScalar, { nullable: true, description: atLeast })
  @IsOptional()
  atLeast?: string | null;
}

/** Arguments of a page, as of a past or at least as new as a position. */
@ArgsType()
export class PageOfPastArgs extends ConnectionArgs implements PastArgs {
  @Field(() => AsOf, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AsOf)
  asOf?: AsOf | null;

  @Field(() => PositionScalar, { nullable: true, description: atLeast })
  @IsOptional()
  atLeast?: string | null;
}
