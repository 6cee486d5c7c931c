import { Field, Float, InputType, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { badUserInput } from '../graphql/errors.js';
import type { Act } from '../interactions/interaction.js';
import { ActEnum } from '../interactions/interactions.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import type { ConversionRule as Conversions, Rung } from './advocacy-v1.js';
import { ConversionKindEnum } from './advocacy.types.js';
import { type ParametersOf, changedRule } from './changed-rules.js';
import { type RuleFault, conversionFaults, toneFaults } from './rule-bounds.js';
import type { Rules } from './standing.js';
import type { ToneRule, Weights } from './tone-v1.js';

const dayMs = 86_400_000;
const wordsMax = 50;
export const ruleNameMax = 60;

@ObjectType({ description: 'What an expression on a channel weighs.' })
export class ChannelWeight {
  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => Float)
  readonly weight!: number;
}

@ObjectType({ description: 'What an expression of an act weighs.' })
export class ActWeight {
  @Field(() => ActEnum)
  readonly act!: Act;

  @Field(() => Float)
  readonly weight!: number;
}

@ObjectType({
  description:
    'By which a stance is read. T = sum(w s) / (prior + sum(w)) over expressions s, w halving with every half-life; bands lie between thresholds.',
})
export class StanceRule {
  @Field(() => String, { description: 'With its version; of a what-if, with a digest of its parameters.' })
  readonly name!: string;

  @Field(() => Float, { description: 'After how many days an expression weighs half.' })
  readonly halfLifeDays!: number;

  @Field(() => Float, { description: 'A detractor is at or below this T.' })
  readonly detractorMax!: number;

  @Field(() => Float, { description: 'A critic is at or below this T.' })
  readonly criticMax!: number;

  @Field(() => Float, { description: 'A supporter is at or above this T; below is neutral.' })
  readonly supporterMin!: number;

  @Field(() => Float, { description: 'How far beyond a threshold T has to be to pass it.' })
  readonly hysteresis!: number;

  @Field(() => Float, { description: 'The weight of the neutral evidence that everybody begins with.' })
  readonly priorWeight!: number;

  @Field(() => [ActEnum], { description: 'The advocacy acts.' })
  readonly acts!: readonly Act[];

  @Field(() => Float, { description: 'The tone that an advocacy act without one counts as.' })
  readonly actTone!: number;

  @Field(() => Float, { description: 'For how many days an advocacy act makes an advocate of a supporter.' })
  readonly advocateDays!: number;

  @Field(() => [ChannelWeight], { description: 'What an expression weighs by its channel; left out, 1.' })
  readonly channelWeights!: readonly ChannelWeight[];

  @Field(() => [ActWeight], { description: 'What an expression weighs by its act; left out, 1.' })
  readonly actWeights!: readonly ActWeight[];
}

@ObjectType({ description: 'By which passages are counted.' })
export class ConversionRule {
  @Field(() => String, { description: 'With its version; of a what-if, with a digest of its parameters.' })
  readonly name!: string;

  @Field(() => Float, { description: 'An expression is positive above this tone.' })
  readonly positiveAbove!: number;

  @Field(() => [ActEnum], { description: 'Expressions that are one of these acts are positive in any tone.' })
  readonly acts!: readonly Act[];

  @Field(() => [ConversionKindEnum], { description: 'The rungs of an episode that are counted.' })
  readonly rungs!: readonly Rung[];
}

@InputType()
export class ChannelWeightInput {
  @Field(() => ChannelEnum)
  @IsOptional()
  channel!: Channel;

  @Field(() => Float, { description: '0 (not heard) to 10.' })
  @IsOptional()
  weight!: number;
}

@InputType()
export class ActWeightInput {
  @Field(() => ActEnum)
  @IsOptional()
  act!: Act;

  @Field(() => Float, { description: '0 (not heard) to 10.' })
  @IsOptional()
  weight!: number;
}

@InputType({ description: 'Another stance rule. What is left out is as it was.' })
export class StanceRuleChanges {
  @Field(() => Float, { nullable: true, description: '1 to 3650.' })
  @IsOptional()
  halfLifeDays?: number | null;

  @Field(() => Float, { nullable: true, description: '-1 to 1, below criticMax.' })
  @IsOptional()
  detractorMax?: number | null;

  @Field(() => Float, { nullable: true, description: '-1 to 1, below supporterMin.' })
  @IsOptional()
  criticMax?: number | null;

  @Field(() => Float, { nullable: true, description: '-1 to 1.' })
  @IsOptional()
  supporterMin?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: '0.001 to 0.5, and at most half of what lies between two thresholds.',
  })
  @IsOptional()
  hysteresis?: number | null;

  @Field(() => Float, { nullable: true, description: '0.01 to 100.' })
  @IsOptional()
  priorWeight?: number | null;

  @Field(() => [ActEnum], {
    nullable: true,
    description: 'The advocacy acts, of those and PRAISE, SHARE, LINK, CONTRIBUTION. Of none, nobody is an advocate.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(wordsMax)
  acts?: Act[] | null;

  @Field(() => Float, { nullable: true, description: '-1 to 1.' })
  @IsOptional()
  actTone?: number | null;

  @Field(() => Float, { nullable: true, description: '1 to 3650.' })
  @IsOptional()
  advocateDays?: number | null;

  @Field(() => [ChannelWeightInput], { nullable: true, description: 'All of them: what is left out weighs 1.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(wordsMax)
  @ValidateNested({ each: true })
  @Type(() => ChannelWeightInput)
  channelWeights?: ChannelWeightInput[] | null;

  @Field(() => [ActWeightInput], { nullable: true, description: 'All of them: what is left out weighs 1.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(wordsMax)
  @ValidateNested({ each: true })
  @Type(() => ActWeightInput)
  actWeights?: ActWeightInput[] | null;
}

@InputType({
  description: 'Another conversion rule. What is left out is as it was.',
})
export class ConversionRuleChanges {
  @Field(() => Float, { nullable: true, description: '-1 to 1.' })
  @IsOptional()
  positiveAbove?: number | null;

  @Field(() => [ActEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(wordsMax)
  acts?: Act[] | null;

  @Field(() => [ConversionKindEnum], { nullable: true, description: 'Of DEFUSED, WON_OVER, CONVERTED: one at least.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(wordsMax)
  rungs?: Rung[] | null;
}

@InputType({
  description:
    'By which rules, by their names, as tone-v1: what is left out is as it was in force. Those have rows that are standard or among the newest in force; whatIf answers under any.',
})
export class RulesAsked {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(ruleNameMax)
  stance?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(ruleNameMax)
  conversion?: string | null;
}

/** An argument that says by which rules. */
export const ByRules = (): PropertyDecorator => (target, property) => {
  const description = 'Left out: those that were in force.';
  Field(() => RulesAsked, { nullable: true, description })(target, property as string);
  IsOptional()(target, property);
  ValidateNested()(target, property);
  Type(() => RulesAsked)(target, property);
};

/** A stance rule as GraphQL shows it. */
export const shownToneRule = (rule: ToneRule): StanceRule => {
  const { halfLifeMs, actSpanMs, channelWeights, actWeights, ...others } = rule;
  return {
    ...others,
    halfLifeDays: halfLifeMs / dayMs,
    advocateDays: actSpanMs / dayMs,
    channelWeights: weightsIn(channelWeights).map(([channel, weight]) => ({ channel, weight })),
    actWeights: weightsIn(actWeights).map(([act, weight]) => ({ act, weight })),
  };
};

const weightsIn = <Word extends string>(weights: Weights<Word>): readonly (readonly [Word, number])[] =>
  Object.entries(weights) as [Word, number][];

/**
 * The rules with what an input changes in them.
 * @param path where the changes stand among the field's arguments.
 * @throws BAD_USER_INPUT with every fault at once.
 */
export const rulesWith = (
  { tone, conversion }: Rules,
  stance: StanceRuleChanges | null | undefined,
  conversions: ConversionRuleChanges | null | undefined,
  ...path: readonly string[]
): Rules => {
  const rules = {
    tone: changedRule(tone, given(toneChanges(stance ?? {}))),
    conversion: changedRule<Conversions>(conversion, given(conversionChanges(conversions ?? {}))),
  };
  const faults = [
    ...twice(
      stance?.channelWeights?.map(({ channel }) => channel),
      'channelWeights',
    ),
    ...twice(
      stance?.actWeights?.map(({ act }) => act),
      'actWeights',
    ),
    ...toneFaults(rules.tone),
  ].map((fault) => faultAt(fault, [...path, 'stance']));
  faults.push(...conversionFaults(rules.conversion).map((fault) => faultAt(fault, [...path, 'conversion'])));
  if (faults.length > 0) throw badUserInput(faults);
  return rules;
};

type Given<T> = { readonly [Key in keyof T]?: T[Key] | null | undefined };

const toneChanges = (changes: StanceRuleChanges): Given<ParametersOf<ToneRule>> => {
  const { halfLifeDays, advocateDays, channelWeights, actWeights, ...others } = changes;
  return {
    ...others,
    halfLifeMs: halfLifeDays == null ? null : halfLifeDays * dayMs,
    actSpanMs: advocateDays == null ? null : advocateDays * dayMs,
    channelWeights:
      channelWeights && Object.fromEntries(channelWeights.map(({ channel, weight }) => [channel, weight])),
    actWeights: actWeights && Object.fromEntries(actWeights.map(({ act, weight }) => [act, weight])),
  };
};

const conversionChanges = ({
  positiveAbove,
  acts,
  rungs,
}: ConversionRuleChanges): Given<ParametersOf<Conversions>> => ({
  positiveAbove,
  acts,
  rungs,
});

/** Only what is said: neither null nor left out. */
const given = <T extends object>(changes: Given<T>): Partial<T> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value != null)) as Partial<T>;

const twice = (words: readonly string[] | undefined, parameter: string): readonly RuleFault[] =>
  words === undefined || new Set(words).size === words.length ? [] : [{ parameter, message: 'Each stands here once.' }];

const shownNames: Readonly<Record<string, string>> = { halfLifeMs: 'halfLifeDays', actSpanMs: 'advocateDays' };

const faultAt = ({ parameter, message }: RuleFault, path: readonly string[]) => ({
  path: [...path, shownNames[parameter] ?? parameter],
  message,
});
