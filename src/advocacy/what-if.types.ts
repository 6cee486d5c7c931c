import { Extensions, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Moment } from '../graphql/moment.js';
import { Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime, PositionScalar } from '../graphql/scalars.js';
import type { ConversionKind } from './advocacy-v1.js';
import { AdvocacySummary, ConversionKindEnum } from './advocacy.types.js';
import { CurveOfTime } from './conversion-curve.types.js';
import { ConversionRule, StanceRule } from './rules.types.js';
import type { Period } from './standing-pages.js';
import type { Rules } from './standing.js';
import { conversionsToldMax } from './what-if.js';

@ObjectType({ description: 'A curve of time to conversion under the rules that it names.' })
export class WhatIfCurve extends CurveOfTime {}

@ObjectType({ description: 'How far a what-if is. What is not taken in time is replaced by what is newer.' })
export class WhatIfProgress {
  readonly __typename = 'WhatIfProgress';

  @Field(() => ID)
  readonly id!: string;

  @Field(() => Int, { description: 'Facts of standing read.' })
  readonly facts!: number;

  @Field(() => Int, { description: 'Stakeholders read to their end, of those of whom something was heard.' })
  readonly stakeholders!: number;

  @Field(() => Int, { description: 'Stakeholders that there are, also those of whom nothing was heard.' })
  readonly ofStakeholders!: number;
}

@ObjectType({ description: 'A passage that the asked rules count, or the live ones.' })
export class WhatIfConversion {
  readonly stakeholderKey!: number;
  readonly becauseId!: string;
  readonly moment!: Moment;

  @Field(() => ConversionKindEnum)
  readonly kind!: ConversionKind;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DateTime, { nullable: true, description: 'When the episode began; null outside episodes.' })
  readonly since!: number | null;

  @Field(() => Boolean, { description: 'The live rules count it too: the same, because of the same.' })
  readonly liveToo!: boolean;
}

@ObjectType({ description: 'What would be counted under other rules, beside what is.' })
export class WhatIfAnswer {
  readonly __typename = 'WhatIfAnswer';
  readonly moment!: Moment;
  readonly live!: Rules;
  readonly during!: Period;
  readonly horizonDays!: number;
  readonly existing!: number;

  @Field(() => ID)
  readonly id!: string;

  @Field(() => PositionScalar, { description: 'What was recorded up to here counts.' })
  readonly position!: string;

  @Field(() => Int, { description: 'Facts of standing read.' })
  readonly facts!: number;

  @Field(() => StanceRule, { description: 'By which the standings were read.' })
  readonly stanceRule!: StanceRule;

  @Field(() => ConversionRule, { description: 'By which passages were counted.' })
  readonly conversionRule!: ConversionRule;

  @Field(() => AdvocacySummary)
  readonly summary!: AdvocacySummary;

  @Field(() => WhatIfCurve)
  readonly curve!: WhatIfCurve;

  @Field(() => Int, { description: 'Conversions in the period that both count.' })
  readonly countedByBoth!: number;

  @Field(() => Int, { description: 'Conversions in the period that only the asked rules count.' })
  readonly gained!: number;

  @Field(() => Int, { description: 'Conversions in the period that only the live rules count.' })
  readonly missing!: number;

  @Field(() => [WhatIfConversion], { description: `The newest ${conversionsToldMax} in the period, newest first.` })
  @Extensions({ listSize: conversionsToldMax })
  readonly conversions!: readonly WhatIfConversion[];

  @Field(() => [WhatIfConversion], {
    description: `The newest ${conversionsToldMax} in the period that only the live rules count, newest first.`,
  })
  @Extensions({ listSize: conversionsToldMax })
  readonly missingConversions!: readonly WhatIfConversion[];
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when a what-if of the same key runs: one at a time. It ends when its subscription does.',
})
export class WhatIfIsRunning extends Refusal {
  readonly __typename = 'WhatIfIsRunning';

  @Field(() => ID, { nullable: true, description: 'Of the one that runs; null where another instance runs it.' })
  readonly runningId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when; null where another instance runs it.' })
  readonly startedAt!: number | null;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when as many what-ifs of other keys run here as may at a time. Ask again when one has ended.',
})
export class TooManyWhatIfs extends Refusal {
  readonly __typename = 'TooManyWhatIfs';

  @Field(() => Int)
  readonly runningMax!: number;
}

export const WhatIf = resultOf(
  'WhatIf',
  () => [WhatIfProgress, WhatIfAnswer, WhatIfIsRunning, TooManyWhatIfs] as const,
);
