import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  Args,
  ArgsType,
  Context,
  Extensions,
  Field,
  Int,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import { present } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import type { OurOwnOutcome, OurOwnRequest } from './our-own.js';
import {
  allTeams,
  allTiers,
  colleaguesPage,
  countColleagues,
  teamsById,
  type ColleagueFilter as Where,
} from './our-own-pages.js';
import {
  AddColleagueInput,
  AddColleagueResult,
  ChangeColleagueInput,
  ChangeColleagueResult,
  Colleague,
  ColleagueConnection,
  ColleagueFilter,
  DefineTierInput,
  DefineTierResult,
  LetColleagueGoInput,
  LetColleagueGoResult,
  NameTeamInput,
  NameTeamResult,
  Team,
  Tier,
  TierCount,
} from './our-own.types.js';
import { OurOwnCommand } from './owners.handler.js';
import { OwnerNodes } from './owners.nodes.js';
import { tierCounts, workloadDefinition, workloads } from './ownership-pages.js';

@ArgsType()
class ColleaguesArgs extends PageOfPastArgs {
  @Field(() => ColleagueFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ColleagueFilter)
  where?: ColleagueFilter | null;
}

const idOf = (text: string, type: string, field: string): string => fromGlobalId(text, type, 'input', field).id;

const filterOf = ({ address, teamId, department, left }: ColleagueFilter = {}): Where => ({
  address: address ?? undefined,
  teamId: teamId == null ? undefined : fromGlobalId(teamId, 'Team', 'where', 'teamId').id,
  department: department ?? undefined,
  left: left ?? undefined,
});

const list = 'colleagues';

/** Our own people, teams and tiers. */
@Resolver()
export class OurOwnResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: OwnerNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Query(() => ColleagueConnection, { description: 'Our own people, by name.' })
  async colleagues(@Args() { where, ...args }: ColleaguesArgs, @Now() now: number): Promise<Connection<Colleague>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'sn');
    const filter = filterOf(where ?? undefined);
    const slice = sliceOf(page, 'asc', ([sortName, key]) => ({ sortName: String(sortName), key: Number(key) }));
    const found = await colleaguesPage(this.rows, { past: moment, where: filter, ...slice });
    return foundConnection(
      page,
      list,
      found,
      ({ sortName, key }) => [sortName, key],
      (listed) => this.nodes.colleagueOf(listed, moment),
      () => countColleagues(this.rows, moment, filter),
    );
  }

  @Query(() => [Team], { description: 'By department and name.' })
  @Extensions({ listSize: 20 })
  async teams(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly Team[]> {
    const moment = await this.moments.of(args, now);
    return (await allTeams(this.rows, moment)).map((listed) => this.nodes.teamOf(listed, moment));
  }

  @Query(() => [Tier], { description: 'By name; `executive` is there from the first.' })
  @Extensions({ listSize: 10 })
  async tiers(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly Tier[]> {
    const moment = await this.moments.of(args, now);
    return (await allTiers(this.rows, moment)).map((listed) => ({ ...listed, moment }));
  }

  @Mutation(() => NameTeamResult, { description: 'Makes a team, or gives it another name or department.' })
  nameTeam(@Args('input') input: NameTeamInput, @Context() request: RequestContext): Promise<typeof NameTeamResult> {
    const { name, department } = input;
    const teamId = input.teamId == null ? null : idOf(input.teamId, 'Team', 'teamId');
    return this.#execute('TeamNamed', 'nameTeam', { type: 'NameTeam', teamId, name, department }, input, request);
  }

  @Mutation(() => AddColleagueResult)
  addColleague(
    @Args('input') input: AddColleagueInput,
    @Context() request: RequestContext,
  ): Promise<typeof AddColleagueResult> {
    const teamId = input.teamId == null ? null : idOf(input.teamId, 'Team', 'teamId');
    const asked = { type: 'AddColleague', name: input.name, teamId, addresses: input.addresses ?? [] } as const;
    return this.#execute('ColleagueAdded', 'addColleague', asked, input, request);
  }

  @Mutation(() => ChangeColleagueResult)
  changeColleague(
    @Args('input') input: ChangeColleagueInput,
    @Context() request: RequestContext,
  ): Promise<typeof ChangeColleagueResult> {
    const { name, teamId, addresses } = input;
    const asked = {
      type: 'ChangeColleague',
      colleagueId: idOf(input.colleagueId, 'Colleague', 'colleagueId'),
      ...(name == null ? {} : { name }),
      ...(teamId === undefined ? {} : { teamId: teamId === null ? null : idOf(teamId, 'Team', 'teamId') }),
      ...(addresses == null ? {} : { addresses }),
    } as const;
    return this.#execute('ColleagueChanged', 'changeColleague', asked, input, request);
  }

  @Mutation(() => LetColleagueGoResult, { description: 'Somebody has left us: from then on they can be given nobody.' })
  letColleagueGo(
    @Args('input') input: LetColleagueGoInput,
    @Context() request: RequestContext,
  ): Promise<typeof LetColleagueGoResult> {
    const colleagueId = idOf(input.colleagueId, 'Colleague', 'colleagueId');
    return this.#execute('ColleagueLeft', 'letColleagueGo', { type: 'LetColleagueGo', colleagueId }, input, request);
  }

  @Mutation(() => DefineTierResult)
  defineTier(
    @Args('input') input: DefineTierInput,
    @Context() request: RequestContext,
  ): Promise<typeof DefineTierResult> {
    const { name: tier, capacity = null, cadenceDays = null } = input;
    const asked = { type: 'DefineTier', tier, capacity, cadenceDays } as const;
    return this.#execute('TierDefined', 'defineTier', asked, input, request);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: OurOwnRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new OurOwnCommand(asked, context));
    if ('refused' in outcome) return refusalOf(outcome, input) as Result;
    const { already, ordinal } = outcome;
    const about = await this.#about(asked, outcome, request.now);
    return { __typename: happening, already, position: positionOf(this.store.logId, ordinal), ...about } as Result;
  }

  async #about(asked: OurOwnRequest, { id, ordinal }: { id: string; ordinal: number }, now: number): Promise<object> {
    switch (asked.type) {
      case 'NameTeam':
        return { team: await this.nodes.teamJustNow(id, now) };
      case 'DefineTier': {
        const { tier: name, capacity, cadenceDays } = asked;
        return { tier: { name, capacity, cadenceDays, moment: present(now) } };
      }
      default:
        return { colleague: await this.nodes.colleagueJustNow(id, ordinal, now) };
    }
  }
}

const refusalOf = ({ refused }: Extract<OurOwnOutcome, { refused: string }>, input: object): object => {
  switch (refused) {
    case 'ColleagueNotFound':
      return {
        __typename: refused,
        message: 'Nobody of ours has this id.',
        colleagueId: 'colleagueId' in input ? input.colleagueId : '',
      };
    case 'TeamNotFound':
      return { __typename: refused, message: 'No team of ours has this id.' };
    case 'CapacityIsFixed':
      return {
        __typename: refused,
        message: 'Whether a tier has a capacity is said when it is first defined: define another tier.',
      };
    case 'TierNotFound':
      return { __typename: refused, message: 'Nobody defined a tier of this name.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};

@Resolver(() => Colleague)
export class ColleagueResolver {
  constructor(
    private readonly nodes: OwnerNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Team, { nullable: true })
  async team(@Parent() { teamId, moment }: Colleague, @Context() request: RequestContext): Promise<Team | null> {
    if (teamId === null) return null;
    const found = await batched(request, 'team', moment, (ids, at) => teamsById(this.rows, ids, at), teamId);
    return found && this.nodes.teamOf(found, moment);
  }

  @ResolveField(() => [TierCount], { description: 'For how many stakeholders they answer, by tier.' })
  @Extensions({ listSize: 5 })
  async workload(
    @Parent() { colleagueId, moment }: Colleague,
    @Context() request: RequestContext,
  ): Promise<readonly TierCount[]> {
    const load = (ids: readonly string[], at: typeof moment) => workloads(this.rows, ids, at);
    const counts = (await batched(request, 'workload', moment, load, colleagueId)) ?? [];
    return counts.map((count) => ({ ...count, definition: workloadDefinition }));
  }
}

@Resolver(() => Tier)
export class TierResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => Int, {
    description:
      'How many stakeholders stand in it; who was recorded as two and is one stands in it once. More than its capacity where they are two again and their place was given to another, or the capacity was lowered.',
  })
  async taken(@Parent() { name, moment }: Tier, @Context() request: RequestContext): Promise<number> {
    const load = (_: readonly string[], at: typeof moment) => tierCounts(this.rows, at);
    return (await batched(request, 'tier', moment, load, name)) ?? 0;
  }
}
