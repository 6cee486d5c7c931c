import { Inject } from '@nestjs/common';
import { Args, ArgsType, Extensions, Field, Float, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { dear } from '../graphql/cost.js';
import { refused } from '../graphql/errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { departmentsOf } from '../owners/departments.js';
import type { Colleague } from '../owners/our-own.types.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { READ_STORE } from '../tokens.js';
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
  TouchGroupingEnum,
} from './attribution.types.js';
import {
  type JourneyOfOne,
  type JourneysAsked,
  TooManyJourneys,
  journeysOf,
  touchDefinition,
  unconvertedJourneys,
} from './journeys.js';
import { LiveRules } from './rules.live.js';
import { ByRules, RulesAsked } from './rules.types.js';
import { type TouchGroup, type TouchGrouping, TouchGroups } from './touch-groups.js';

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

@Resolver()
export class AttributionResolver {
  constructor(
    private readonly moments: Moments,
    private readonly stakeholders: StakeholderNodes,
    private readonly owners: OwnerNodes,
    private readonly live: LiveRules,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => Attribution, {
    description:
      'Which of our touches are credited for conversions: of what passed between the fact that opened an episode and what counted.',
  })
  @Extensions(dear)
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
    const grouping = by ?? 'channel';
    const asked: JourneysAsked = {
      kinds: where?.kinds ?? ['won-over', 'converted'],
      during: { from: during?.from ?? null, until: during?.until ?? null },
      owners: grouping === 'owner' || grouping === 'department',
      ...(stakeholder === undefined ? {} : { stakeholder }),
    };
    const { rules, rows } = await this.live.of(moment, named);
    const askedModels = models ?? attributionModels;
    const journeys = await bounded(journeysOf(rows, asked, moment));
    const unconverted = askedModels.includes('markov') ? await bounded(unconvertedJourneys(rows, asked, moment)) : [];
    const groups = await this.#groupsOf(grouping, [...journeys, ...unconverted], moment);
    const how = {
      halfLifeDays: halfLifeDays ?? halfLifeDaysDefault,
      unconverted: unconverted.map(({ touches }) => touches.map((touch) => groups.of(touch))),
    };
    const ways = journeys.map(({ at, touches }) => ({
      at,
      touches: touches.map((touch) => ({ at: touch.at, group: groups.of(touch) })),
    }));
    const attributed = askedModels.map((model) => ({ model, ...attribute(model, ways, how) }));
    const people = await this.owners.colleagues(
      attributed.flatMap(({ credits }) => [...credits.keys()]).flatMap((key) => groups.withKey(key).owner ?? []),
      moment,
    );
    return {
      conversions: journeys.length,
      touches: journeys.reduce((sum, { touches }) => sum + touches.length, 0),
      touchDefinition,
      byModel: attributed.map(({ model, credits, unattributed }) => ({
        model,
        definition: attributionDefinition(model),
        credits: [...credits]
          .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
          .map(([key, credit]) => creditOf(groups.withKey(key), credit, people)),
        unattributed,
      })),
      rule: rules.conversion.name,
      stanceRule: rules.tone.name,
    };
  }

  /** What touches are credited by; in which department owners were is read for all of them at once, where it is asked. */
  async #groupsOf(by: TouchGrouping, journeys: readonly JourneyOfOne[], moment: Moment): Promise<TouchGroups> {
    const owners =
      by === 'department' ? journeys.flatMap(({ touches }) => touches.flatMap(({ owner }) => owner ?? [])) : [];
    return new TouchGroups(by, await departmentsOf(this.rows, owners, moment));
  }
}

/** @throws where one of ours is credited whom nobody ever added. */
const creditOf = (
  { owner, ...group }: TouchGroup,
  credit: number,
  people: ReadonlyMap<string, Colleague>,
): TouchCredit => {
  if (owner === null) return { ...group, owner, credit };
  const colleague = people.get(owner);
  if (colleague === undefined) throw new Error(`Person of ours ${owner} is not among the rows.`);
  return { ...group, owner: colleague, credit };
};

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
