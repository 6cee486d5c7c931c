import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ExplainedCommandInput } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import { type DisclosureStatus, disclosureStatuses } from './disclosure.js';

export const DisclosureStatusEnum = enumOf(disclosureStatuses);
registerEnumType(DisclosureStatusEnum, {
  name: 'DisclosureStatus',
  description: 'Whether somebody who is materially connected with us says so there.',
});

@InputType()
export class AssessDisclosureInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Interaction')
  interactionId!: string;

  @Field(() => DisclosureStatusEnum)
  status!: DisclosureStatus;
}

@ObjectType({ description: 'What a person found who looked whether a connection with us was disclosed.' })
export class Disclosure {
  @Field(() => DisclosureStatusEnum)
  readonly status!: DisclosureStatus;

  @Field(() => String)
  readonly assessedBy!: string;
}
