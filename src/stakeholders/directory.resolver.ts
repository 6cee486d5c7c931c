import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import { OneOf } from '../graphql/commands.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { NodeRegistry } from '../graphql/node.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { attributesOf } from '../relationships/salience.js';
import { groupsOf } from '../ties/groups.js';
import { READ_STORE, ROWS_BY_RULES } from '../tokens.js';
import {
  type DirectoryFilter,
  type Holdings,
  countStakeholders,
  holdersOfExternalIds,
  holdersOfHandles,
  holdingsOf,
  stakeholdersPage,
} from './directory-pages.js';
import {
  StakeholderFilter,
  type StakeholderOrder,
  StakeholderOrderEnum,
  stakeholderOrders,
} from './directory.types.js';
import type { Identity } from './identity.js';
import type { RowsByRules } from './rows-by-rules.js';
import { IDENTITY } from './stakeholders.handler.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import {
  ExternalId,
  ExternalIdInput,
  Handle,
  HandleInput,
  externalIdShown,
  handleIn,
  handleShown,
} from './handles.types.js';
import { Stakeholder, StakeholderConnection } from './stakeholders.types.js';

@ArgsType()
class StakeholderArgs extends OneOfPastArgs {
  @Field(() => ID, { nullable: true })
  @OneOf('id', 'handle', 'externalId')
  id?: string | null;

  @Field(() => HandleInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => HandleInput)
  handle?: HandleInput | null;

  @Field(() => ExternalIdInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ExternalIdInput)
  externalId?: ExternalIdInput | null;
}

@ArgsType()
class StakeholdersByHandleArgs extends OneOfPastArgs {
  @Field(() => [HandleInput])
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => HandleInput)
  handles!: HandleInput[];
}

@ArgsType()
class StakeholdersArgs extends PageOfPastArgs {
  @Field(() => StakeholderFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => StakeholderFilter)
  where?: StakeholderFilter | null;

  @Field(() => StakeholderOrderEnum, { nullable: true, defaultValue: 'name' })
  @IsOptional()
  @IsIn(stakeholderOrders)
  orderBy?: StakeholderOrder | null;
}

const filterOf = ({
  text,
  kind,
  retired,
  stances,
  lifecycles,
  salience,
  contactPermitted,
  channel,
  ownerId,
  tier,
  owned,
  interactionSince,
}: StakeholderFilter = {}): DirectoryFilter => ({
  text: text ?? undefined,
  kind: kind ?? undefined,
  retired: retired ?? undefined,
  stances: stances ?? undefined,
  lifecycles: lifecycles ?? undefined,
  salient: salience?.map(attributesOf),
  contactPermitted: contactPermitted ?? undefined,
  channel: channel ?? undefined,
  owner: ownerId == null ? undefined : fromGlobalId(ownerId, 'Colleague', 'where', 'ownerId').id,
  tier: tier ?? undefined,
  owned: owned ?? undefined,
  interactionSince: interactionSince ?? undefined,
});

@Resolver(() => Stakeholder)
export class DirectoryResolver {
  constructor(
    private readonly nodes: StakeholderNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(ROWS_BY_RULES) private readonly byRules: RowsByRules,
    @Inject(IDENTITY) private readonly identity: Identity,
    registry: NodeRegistry,
  ) {
    registry.register('Stakeholder', (ids, moment) => nodes.existing(ids, moment));
  }

  @Query(() => Stakeholder, {
    nullable: true,
    description: 'By id, by a handle they hold, or by what another system calls them; null where there is none.',
  })
  async stakeholder(
    @Args() { id, handle, externalId, ...pastArgs }: StakeholderArgs,
    @Now() now: number,
  ): Promise<Stakeholder | null> {
    const asked = await this.moments.of(pastArgs, now);
    if (id != null) {
      const global = fromGlobalId(id, 'Stakeholder', 'id');
      // An id of a past is answered as of that past, unless the question names another.
      const moment = asked.live && global.past ? global.past : asked;
      const [found] = await this.nodes.existing([global.id], moment);
      return found ?? null;
    }
    const found = handle
      ? await this.#byHandle([handle], asked)
      : await holdersOfExternalIds(
          this.rows,
          externalId ? [this.identity.externalIdClaim(externalId).claim] : [],
          asked,
        );
    return found[0] ? this.nodes.nodeOf(found[0], asked) : null;
  }

  @Query(() => [Stakeholder], {
    nullable: 'items',
    description: 'As many as asked, in that order; null where nobody holds the handle. Up to 100.',
  })
  @Extensions({ listSize: 'handles' })
  async stakeholdersByHandle(
    @Args() { handles, ...pastArgs }: StakeholdersByHandleArgs,
    @Now() now: number,
  ): Promise<readonly (Stakeholder | null)[]> {
    const moment = await this.moments.of(pastArgs, now);
    const found = await this.#byHandle(handles, moment);
    return found.map((listed) => listed && this.nodes.nodeOf(listed, moment));
  }

  @Query(() => StakeholderConnection)
  async stakeholders(
    @Args() { where, orderBy, ...args }: StakeholdersArgs,
    @Now() now: number,
  ): Promise<Connection<Stakeholder>> {
    const moment = await this.moments.of(args, now);
    const asked = orderBy ?? 'name';
    const list = `stakeholders ${asked}`;
    const page = pageOf(args, list, 'sn');
    const organisations = await this.#organisations(where?.organisationId, moment);
    const filter = { ...filterOf(where ?? undefined), organisations };
    const slice = sliceOf(page, asked.endsWith('descending') ? 'desc' : 'asc', ([sortName, key]) => ({
      sortName: String(sortName),
      key: Number(key),
    }));
    // Where they stand is told by the rules in force.
    const rows = filter.stances === undefined ? this.rows : (await this.byRules.of(moment)).rows;
    const found = await stakeholdersPage(rows, {
      past: moment,
      where: filter,
      orderBy: asked.startsWith('name') ? 'name' : 'identified-at',
      ...slice,
    });
    return foundConnection(
      page,
      list,
      found,
      ({ sortName, key }) => [sortName, key],
      (listed) => this.nodes.nodeOf(listed, moment),
      () => countStakeholders(rows, moment, filter),
    );
  }

  @ResolveField(() => [Handle])
  async handles(
    @Parent() { memberKeys, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly Handle[]> {
    const held = await this.#holdings(memberKeys, moment, request);
    return (held?.handles ?? []).map(handleShown);
  }

  @ResolveField(() => [ExternalId])
  async externalIds(
    @Parent() { memberKeys, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly ExternalId[]> {
    const held = await this.#holdings(memberKeys, moment, request);
    return (held?.externalIds ?? []).map(externalIdShown);
  }

  /** All ids of the organisation whose people are asked for. */
  async #organisations(id: string | null | undefined, moment: Moment): Promise<readonly string[] | undefined> {
    if (id == null) return undefined;
    const organisation = fromGlobalId(id, 'Stakeholder', 'where', 'organisationId').id;
    return (await groupsOf(this.rows, [organisation], moment)).get(organisation)?.members;
  }

  #holdings(memberKeys: readonly number[], moment: Moment, request: RequestContext): Promise<Holdings | null> {
    return batchedOfGroups(request, 'holdings', moment, (all, at) => holdingsOf(this.rows, all, at), memberKeys);
  }

  #byHandle(handles: readonly HandleInput[], moment: Moment) {
    const asked = handles.map((handle) => this.identity.handleClaim(handleIn(handle)).claim);
    return holdersOfHandles(this.rows, asked, moment);
  }
}
