import { Field, Float, ID, InputType, Int, ObjectType, createUnionType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, ValidateBy } from 'class-validator';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { OwnerHandedOver } from '../owners/owners.types.js';
import { StanceAssessed, StanceWithdrawn } from '../relationships/relationships.types.js';
import { StanceEnum } from '../stakeholders/stakeholders.types.js';
import type { AdvocacySummary as Summed } from './advocacy-summary.js';
import { type ConversionKind, type Rung, conversionKinds } from './advocacy-v1.js';
import { type Stance, stances } from '../relationships/relationship.js';
import type { ConversionOnPage } from './standing-pages.js';

export const ConversionKindEnum = enumOf(conversionKinds);
registerEnumType(ConversionKindEnum, {
  name: 'ConversionKind',
  description:
    'Defused, won over, converted in an episode; activated outside one; and, against us, relapsed, resurfaced, lost.',
});

@ObjectType({ description: 'The stance with its tone, its date, and the rule or the person that says so.' })
export class Standing {
  @Field(() => StanceEnum)
  readonly stance!: Stance;

  @Field(() => Float, {
    nullable: true,
    description: "The rule's T as of their last expression, -1 to 1, rounded to 9 decimals; null without one.",
  })
  readonly tone!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when it holds.' })
  readonly since!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The rule with its version; null while a person's assessment holds.",
  })
  readonly rule!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The person whose assessment holds; null where the rule says so.',
  })
  readonly assessedBy!: string | null;

  @Field(() => StanceEnum, { description: 'Where the rule stands underneath.' })
  readonly ruleStance!: Stance;

  @Field(() => Boolean, { description: "A person's assessment holds, and the rule stands two rungs away or more." })
  readonly disputed!: boolean;
}

/** What ended a span, or made something count. */
export const ConversionCause = createUnionType({
  name: 'ConversionCause',
  description: 'What made it count: an expression, an act, an assessment or its withdrawal.',
  types: () => [Interaction, StanceAssessed, StanceWithdrawn] as const,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
});

@ObjectType({ description: 'A stretch of one stance. Spans are contiguous, and neighbours differ in stance.' })
export class StandingSpan {
  readonly moment!: Moment;
  readonly becauseId!: string | null;

  @Field(() => StanceEnum)
  readonly stance!: Stance;

  @Field(() => StanceEnum, { description: 'The stance of the span before; unknown at first.' })
  readonly previous!: Stance;

  @Field(() => DateTime)
  readonly from!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Null while nothing ends it. An advocate lapses by itself: that end is known at once.',
  })
  readonly until!: number | null;

  @Field(() => String, { nullable: true, description: 'The person whose word began it; null where the rule did.' })
  readonly assessedBy!: string | null;
}

export const { Connection: StandingSpanConnection } = connectionTypes<StandingSpan>('StandingSpan', () => StandingSpan);

@ObjectType({
  description: 'One of our outbound interactions with them, or a hand-over of their owner: one of the two.',
})
export class Touch {
  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => Interaction, { nullable: true })
  readonly interaction!: Interaction | null;

  @Field(() => OwnerHandedOver, { nullable: true })
  readonly handOver!: OwnerHandedOver | null;
}

export const { Connection: TouchConnection } = connectionTypes<Touch>('Touch', () => Touch);

/** A conversion as resolvers hand it on. */
@ObjectType({
  implements: () => Node,
  description: 'A passage that the rule counts. It stays itself when others are read again.',
})
export class Conversion extends Node {
  readonly __typename = 'Conversion';
  readonly row!: ConversionOnPage;
  readonly moment!: Moment;

  @Field(() => ConversionKindEnum)
  readonly kind!: ConversionKind;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the fact happened that opened the episode: from there the journey runs. Null outside episodes.',
  })
  readonly since!: number | null;

  @Field(() => String)
  readonly rule!: string;
}

export const { Connection: ConversionConnection } = connectionTypes<Conversion>('Conversion', () => Conversion);

const NotBefore = (other: string): PropertyDecorator =>
  ValidateBy({
    name: 'notBefore',
    validator: {
      validate: (value: unknown, args) => {
        const start = (args?.object as Readonly<Record<string, unknown>>)[other];
        return typeof value !== 'number' || typeof start !== 'number' || value >= start;
      },
      defaultMessage: () => `A period does not end before its ${other}.`,
    },
  });

@InputType({ description: 'What is left out is open.' })
export class Period {
  @Field(() => DateTime, { nullable: true, description: 'Inclusive.' })
  @IsOptional()
  from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Exclusive.' })
  @IsOptional()
  @NotBefore('from')
  until?: number | null;
}

@InputType({ description: 'Which conversions; what is left out restricts nothing.' })
export class ConversionFilter {
  @Field(() => [ConversionKindEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(conversionKinds.length)
  kinds?: ConversionKind[] | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Stakeholder')
  stakeholderId?: string | null;

  @Field(() => Period, { nullable: true })
  @IsOptional()
  during?: Period | null;
}

@ObjectType()
export class StanceCount {
  @Field(() => StanceEnum)
  readonly stance!: Stance;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType()
export class PassageCount {
  @Field(() => StanceEnum)
  readonly from!: Stance;

  @Field(() => StanceEnum)
  readonly to!: Stance;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType()
export class ConversionCount {
  @Field(() => ConversionKindEnum)
  readonly kind!: ConversionKind;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType()
export class EpisodeCount {
  @Field(() => ConversionKindEnum, { nullable: true, description: 'The highest rung counted; null: none yet.' })
  readonly highest!: Rung | null;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType({ description: 'Totals over everybody: where they stand, and what happened in the period.' })
export class AdvocacySummary {
  @Field(() => [StanceCount], { description: 'All six.' })
  readonly stakeholdersByStance!: readonly StanceCount[];

  @Field(() => [PassageCount], { description: 'From one stance to another in the period; what has none is left out.' })
  readonly passages!: readonly PassageCount[];

  @Field(() => [ConversionCount], { description: 'All seven kinds.' })
  readonly conversions!: readonly ConversionCount[];

  @Field(() => [EpisodeCount], {
    description: 'Each episode that began in the period once, by the highest rung counted.',
  })
  readonly episodes!: readonly EpisodeCount[];

  @Field(() => String, { description: 'By which conversions were counted.' })
  readonly rule!: string;

  @Field(() => String, { description: 'By which the standings were read.' })
  readonly stanceRule!: string;
}

/** Totals as GraphQL shows them. */
export const shownSummary = (summary: Summed): AdvocacySummary => {
  const counted = new Map(summary.conversions.map(({ kind, count }) => [kind, count]));
  return {
    stakeholdersByStance: stances.map((stance) => ({ stance, count: summary.stakeholdersByStance[stance] })),
    passages: summary.passages,
    conversions: conversionKinds.map((kind) => ({ kind, count: counted.get(kind) ?? 0 })),
    episodes: summary.episodes,
    rule: summary.conversionRule,
    stanceRule: summary.toneRule,
  };
};
