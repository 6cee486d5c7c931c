import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { OneOf, ReasonedCommandInput } from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { ConversionRule, ConversionRuleChanges, StanceRule, StanceRuleChanges, ruleNameMax } from './rules.types.js';

@ObjectType({ description: 'A stance rule and a conversion rule that answer together, by their names.' })
export class RulePair {
  @Field(() => String)
  readonly stance!: string;

  @Field(() => String)
  readonly conversion!: string;
}

@ObjectType({ description: 'Rules that have rows of their own, or that rows are built for.' })
export class LiveRulePair extends RulePair {
  @Field(() => Boolean, { description: 'Their rows have caught up: they answer.' })
  readonly answers!: boolean;
}

@ObjectType({ description: 'Which rules there are, which are in force, and which answer.' })
export class RuleVersions {
  @Field(() => [StanceRule], { description: 'Every version, oldest first.' })
  readonly stance!: readonly StanceRule[];

  @Field(() => [ConversionRule], { description: 'Every version, oldest first.' })
  readonly conversion!: readonly ConversionRule[];

  @Field(() => RulePair)
  readonly inForce!: RulePair;

  @Field(() => [LiveRulePair], { description: 'The standard ones first, then the newest that were in force.' })
  readonly live!: readonly LiveRulePair[];
}

@InputType()
export class DefineRuleInput extends ReasonedCommandInput {
  @Field(() => String, {
    nullable: true,
    description: 'The version that it differs from, by its name; left out, the one in force.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(ruleNameMax)
  basedOn?: string | null;

  @Field(() => StanceRuleChanges, { nullable: true, description: 'Either this or conversion.' })
  @OneOf('stance', 'conversion')
  @ValidateNested()
  @Type(() => StanceRuleChanges)
  stance?: StanceRuleChanges | null;

  @Field(() => ConversionRuleChanges, { nullable: true, description: 'Either this or stance.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => ConversionRuleChanges)
  conversion?: ConversionRuleChanges | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Puts it in force at once.' })
  @IsOptional()
  @IsBoolean()
  putInForce?: boolean | null;
}

@InputType()
export class PutRuleInForceInput extends ReasonedCommandInput {
  @Field(() => String, { description: 'The name with its version, as tone-v2.' })
  @IsString()
  @MaxLength(ruleNameMax)
  rule!: string;
}

@ObjectType()
export class RuleWasDefined extends Done {
  readonly __typename = 'RuleWasDefined';

  @Field(() => String, { description: 'Its name with its version; of one that had these parameters already, that.' })
  readonly rule!: string;

  @Field(() => RuleVersions)
  readonly rules!: RuleVersions;
}

@ObjectType()
export class RuleWasPutInForce extends Done {
  readonly __typename = 'RuleWasPutInForce';

  @Field(() => String)
  readonly rule!: string;

  @Field(() => RuleVersions)
  readonly rules!: RuleVersions;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when there is no version of this name.' })
export class RuleNotFound extends Refusal {
  readonly __typename = 'RuleNotFound';

  @Field(() => String)
  readonly rule!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when a rule has as many versions as it may.' })
export class TooManyRuleVersions extends Refusal {
  readonly __typename = 'TooManyRuleVersions';

  @Field(() => Int)
  readonly versionsMax!: number;
}

export const DefineRuleResult = resultOf(
  'DefineRuleResult',
  () => [RuleWasDefined, RuleNotFound, TooManyRuleVersions, CommandIdReused] as const,
);
export const PutRuleInForceResult = resultOf(
  'PutRuleInForceResult',
  () => [RuleWasPutInForce, RuleNotFound, CommandIdReused] as const,
);
