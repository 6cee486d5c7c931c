import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsBoolean, IsOptional, IsString, Length, Matches, ValidateBy } from 'class-validator';
import { ReasonedCommandInput } from '../graphql/commands.js';
import { IsGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import type { Attribute } from './attribute.js';
import { AboutRelationship, RelationshipFact } from './relationships.types.js';
import { AttributeEnum, SalienceClassEnum } from './salience.enum.js';
import type { SalienceClass, SalientAttribute } from './salience.js';

@ObjectType({ isAbstract: true })
abstract class AttributeFact extends RelationshipFact {
  @Field(() => AttributeEnum)
  readonly attribute!: Attribute;

  @Field(() => String, { nullable: true, description: 'Of influence: on this topic; null: not on one alone.' })
  readonly topic!: string | null;
}

@ObjectType({
  implements: () => Node,
  description: "A person's word on what somebody is: it holds from here on until the next, or a withdrawal.",
})
export class AttributeAssessed extends AttributeFact {
  readonly __typename = 'AttributeAssessed';

  @Field(() => Boolean, { description: 'Whether they have it.' })
  readonly present!: boolean;
}

@ObjectType({ implements: () => Node, description: 'From here on no assessment of it holds.' })
export class AttributeWithdrawn extends AttributeFact {
  readonly __typename = 'AttributeWithdrawn';
}

@ObjectType({ description: 'How much somebody matters, by what people of ours assessed.' })
export class Salience {
  @Field(() => SalienceClassEnum)
  readonly class!: SalienceClass;

  @Field(() => [AttributeEnum], { description: 'Of power, legitimacy and urgency, what nobody assessed.' })
  readonly missing!: readonly SalientAttribute[];

  @Field(() => [AttributeAssessed], { description: 'What holds, influence included: who assessed it, when and why.' })
  readonly assessments!: readonly AttributeAssessed[];

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

// Inputs.

const ForInfluenceAlone = (): PropertyDecorator =>
  ValidateBy({
    name: 'forInfluenceAlone',
    validator: {
      validate: (_, args) => (args?.object as AttributeInput).attribute === 'influence',
      defaultMessage: () => 'Only influence is assessed for a topic.',
    },
  });

@InputType({ isAbstract: true })
abstract class AttributeInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => AttributeEnum)
  attribute!: Attribute;

  @Field(() => String, { nullable: true, description: 'Of influence alone: on this topic, spelt exactly.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(/^[^\p{Cc}|]+$/u, { message: 'A topic has printable characters, and no "|".' })
  @ForInfluenceAlone()
  topic?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the person came to that view; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class AssessAttributeInput extends AttributeInput {
  @Field(() => Boolean, { description: 'Whether they have it.' })
  @IsBoolean()
  present!: boolean;
}

@InputType()
export class WithdrawAttributeInput extends AttributeInput {}

// Outcomes.

@ObjectType()
export class AttributeWasAssessed extends AboutRelationship {
  readonly __typename = 'AttributeWasAssessed';
}
@ObjectType()
export class AttributeWasWithdrawn extends AboutRelationship {
  readonly __typename = 'AttributeWasWithdrawn';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when no assessment of that attribute holds at that date.',
})
export class NoAttributeToWithdraw extends Refusal {
  readonly __typename = 'NoAttributeToWithdraw';
}

export const AssessAttributeResult = resultOf('AssessAttributeResult', () => [
  AttributeWasAssessed,
  StakeholderNotFound,
  CommandIdReused,
]);
export const WithdrawAttributeResult = resultOf('WithdrawAttributeResult', () => [
  AttributeWasWithdrawn,
  NoAttributeToWithdraw,
  StakeholderNotFound,
  CommandIdReused,
]);
