import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { type Slice, pageOf as pageFound, scanOf } from '../event-sourcing/page.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { type Stance, stances as allStances } from '../relationships/relationship.js';
import { stakeholdersStanding } from '../stakeholders/directory-pages.js';
import type { RowsByRules } from '../stakeholders/rows-by-rules.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { StanceEnum, Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE, ROWS_BY_RULES } from '../tokens.js';
import { AffiliationNodes } from './affiliations.nodes.js';
import { Affiliation } from './affiliations.types.js';
import { type Depth, depths, nearLimits, nearRule, nearTo } from './near.js';
import { NearConnection, NearStep, type Nearby } from './near.types.js';
import { PeopleNodes } from './people.nodes.js';
import { TieNodes } from './ties.nodes.js';
import { Tie } from './ties.types.js';

@ArgsType()
class NearArgs extends ConnectionArgs {
  @Field(() => [StanceEnum], {
    nullable: true,
    description: 'Only those who stand so, such as DETRACTOR or ADVOCATE. Left out: whoever is near.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(allStances.length)
  stances?: Stance[] | null;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: 'How many steps away at most: 1 or 2.' })
  @IsOptional()
  @IsIn(depths, { message: `As far as ${depths.join(' or ')} steps.` })
  depth?: Depth | null;
}

interface Place {
  readonly distance: number;
  readonly key: number;
}

/** Who is near whom, and why. */
@Resolver(() => Stakeholder)
export class NearResolver {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(ROWS_BY_RULES) private readonly byRules: RowsByRules,
  ) {}

  @ResolveField(() => NearConnection, {
    description: `Who is near them, over the ties and affiliations that hold: the nearest first, of those whoever was recorded first. Looks at ${nearLimits.ties} ties of each, ${nearLimits.people} people of each organisation, ${nearLimits.expanded} stakeholders for a second step, and ${nearLimits.near} in all; where there is more, totalCount is null.`,
  })
  async near(
    @Parent() { stakeholderId: id, memberIds: members, moment }: Stakeholder,
    @Args() { stances: asked, depth, ...args }: NearArgs,
  ): Promise<Connection<Nearby>> {
    const list = `near ${depth ?? 1}`;
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'asc', ([distance, key]) => ({ distance: Number(distance), key: Number(key) }));
    const { near, cut } = await nearTo(this.rows, { id, members }, depth ?? 1, moment);
    const ids = near.map((each) => each.id);
    const stances = asked ?? [];
    // Where they stand is told by the rules in force.
    const rows = stances.length === 0 ? this.rows : (await this.byRules.of(moment)).rows;
    const there = await stakeholdersStanding(rows, ids, stances, moment);
    const found = near.flatMap(({ id: nearby, path }) => {
      const listed = there.get(nearby);
      return listed === undefined ? [] : [{ distance: path.length, key: listed.key, listed, path }];
    });
    return foundConnection(
      page,
      list,
      sliced(found.sort(compare), slice),
      ({ distance, key }) => [distance, key],
      ({ distance, listed, path }) => ({
        stakeholder: this.stakeholders.nodeOf(listed, moment),
        distance,
        path: path.map(({ from, to, kind, tieId, affiliationIds }) => ({
          moment,
          fromId: from,
          toId: to,
          kind,
          tieId,
          affiliationIds,
        })),
        definition: nearRule,
      }),
      () => (cut ? null : found.length),
    );
  }
}

const compare = (a: Place, b: Place): number => a.distance - b.distance || a.key - b.key;

/** A slice of what is all there, in its order. */
const sliced = <Entry extends Place>(all: readonly Entry[], slice: Slice<Place>) => {
  const { ascending, above, below } = scanOf(slice);
  const between = all.filter(
    (each) => (above === undefined || compare(each, above) > 0) && (below === undefined || compare(each, below) < 0),
  );
  return pageFound((ascending ? between : between.reverse()).slice(0, slice.limit + 1), slice);
};

/** Whom a step leads from and to, and by what. */
@Resolver(() => NearStep)
export class NearStepResolver {
  constructor(
    private readonly people: PeopleNodes,
    private readonly tied: TieNodes,
    private readonly affiliated: AffiliationNodes,
  ) {}

  @ResolveField(() => Stakeholder)
  from(@Parent() { fromId, moment }: NearStep, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.people.stakeholder(fromId, moment, request);
  }

  @ResolveField(() => Stakeholder)
  to(@Parent() { toId, moment }: NearStep, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.people.stakeholder(toId, moment, request);
  }

  @ResolveField(() => Tie, { nullable: true, description: 'The tie, where the step is one.' })
  async tie(@Parent() { tieId, moment }: NearStep, @Context() request: RequestContext): Promise<Tie | null> {
    if (tieId === null) return null;
    const load = (ids: readonly string[], at: Moment) => this.tied.byId(ids, at);
    return batched(request, 'tie', moment, load, tieId);
  }

  @ResolveField(() => [Affiliation], {
    description: 'The affiliation, or that of each with the organisation they share.',
  })
  @Extensions({ listSize: 2 })
  async affiliations(
    @Parent() { affiliationIds, moment }: NearStep,
    @Context() request: RequestContext,
  ): Promise<readonly Affiliation[]> {
    const load = (ids: readonly string[], at: Moment) => this.affiliated.byId(ids, at);
    const found = await Promise.all(affiliationIds.map((id) => batched(request, 'affiliation', moment, load, id)));
    return found.filter((each) => each !== null);
  }
}
