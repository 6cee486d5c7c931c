import { Args, ArgsType, Field, Float, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { refused } from '../graphql/errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import type { Act } from '../interactions/interaction.js';
import type { Channel } from '../stakeholders/handle.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Period } from './advocacy.types.js';
import {
  type AttributionModel,
  attribute,
  attributionDefinition,
  attributionModels,
  halfLifeDaysDefault,
} from './attribution.js';
import {
  Attribution,
  AttributionFilter,
  AttributionModelEnum,
  type TouchCredit,
  type TouchGrouping,
  TouchGroupingEnum,
} from './attribution.types.js';
import {
  type JourneyOfOne,
  type JourneysAsked,
  TooManyJourneys,
  type TouchOnJourney,
  journeysOf,
  unconvertedJourneys,
} from './journeys.js';
import { LiveRules } from './rules.live.js';
import { ByRules, RulesAsked } from './rules.types.js';

const halfLifeMessage = 'A half-life is from 0.01 to 3650 days.';

@ArgsType()
class AttributionArgs extends OneOfPastArgs {
  @ByRules()
  rules?: RulesAsked | null;

  @Field(() => Period, { nullable: true, description: 'When they counted. Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @Field(() => AttributionFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AttributionFilter)
  where?: AttributionFilter | null;

  @Field(() => TouchGroupingEnum, { nullable: true, defaultValue: 'channel' })
  @IsOptional()
  by?: TouchGrouping | null;

  @Field(() => [AttributionModelEnum], { nullable: true, description: 'All of them, when left out.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(attributionModels.length)
  @ArrayUnique({ message: 'Each model once.' })
  models?: AttributionModel[] | null;

  @Field(() => Float, {
    nullable: true,
    defaultValue: halfLifeDaysDefault,
    description: 'Of TIME_DECAY: a touch so many days earlier weighs half.',
  })
  @IsOptional()
  @Min(0.01, { message: halfLifeMessage })
  @Max(3_650, { message: halfLifeMessage })
  halfLifeDays?: number | null;
}

type Group = Act | Channel;

const groupOf = (touch: TouchOnJourney, by: TouchGrouping): Group => touch[by];

const creditOf = (group: Group, credit: number, by: TouchGrouping): TouchCredit => ({
  act: by === 'act' ? (group as Act) : null,
  channel: by === 'channel' ? (group as Channel) : null,
  credit,
});

@Resolver()
export class AttributionResolver {
  constructor(
    private readonly moments: Moments,
    private readonly stakeholders: StakeholderNodes,
    private readonly live: LiveRules,
  ) {}

  @Query(() => Attribution, {
    description:
      'Which of our touches are credited for conversions: of what passed between the fact that opened an episode and what counted.',
  })
  async attribution(
    @Args() { during, where, by, models, halfLifeDays, rules: named, ...pastArgs }: AttributionArgs,
    @Now() now: number,
  ): Promise<Attribution> {
    const moment = await this.moments.of(pastArgs, now);
    const id =
      where?.stakeholderId == null
        ? null
        : fromGlobalId(where.stakeholderId, 'Stakeholder', 'where', 'stakeholderId').id;
    const stakeholder =
      id === null ? undefined : ((await this.stakeholders.identified([id], moment)).get(id)?.key ?? -1);
    const asked: JourneysAsked = {
      kinds: where?.kinds ?? ['won-over', 'converted'],
      during: { from: during?.from ?? null, until: during?.until ?? null },
      ...(stakeholder === undefined ? {} : { stakeholder }),
    };
    const { rules, rows } = await this.live.of(moment, named);
    const askedModels = models ?? attributionModels;
    const journeys = await bounded(journeysOf(rows, asked, moment));
    const unconverted = askedModels.includes('markov') ? await bounded(unconvertedJourneys(rows, asked, moment)) : [];
    const grouping = by ?? 'channel';
    const how = {
      halfLifeDays: halfLifeDays ?? halfLifeDaysDefault,
      unconverted: unconverted.map(({ touches }) => touches.map((touch) => groupOf(touch, grouping))),
    };
    const ways = journeys.map(({ at, touches }) => ({
      at,
      touches: touches.map((touch) => ({ at: touch.at, group: groupOf(touch, grouping) })),
    }));
    return {
      conversions: journeys.length,
      touches: journeys.reduce((sum, { touches }) => sum + touches.length, 0),
      byModel: askedModels.map((model) => {
        const { credits, unattributed } = attribute(model, ways, how);
        const ranked = [...credits].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
        return {
          model,
          definition: attributionDefinition(model),
          credits: ranked.map(([group, credit]) => creditOf(group, credit, grouping)),
          unattributed,
        };
      }),
      rule: rules.conversion.name,
      stanceRule: rules.tone.name,
    };
  }
}

/** @throws LIMIT_EXCEEDED, where more is asked for than is read at once. */
const bounded = (reading: Promise<readonly JourneyOfOne[]>): Promise<readonly JourneyOfOne[]> =>
  reading.catch((error: unknown) => {
    if (!(error instanceof TooManyJourneys)) throw error;
    const { of, max } = error;
    throw refused('LIMIT_EXCEEDED', `during: more than ${max} ${of} lie in this period; ask for a shorter one.`, {
      limit: of,
      allowed: max,
    });
  });
