import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  Args,
  ArgsType,
  Context,
  Extensions,
  Field,
  ID,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { RevisionConflict } from '../event-sourcing/transact.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { OneOf, commandContext } from '../graphql/commands.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { NodeRegistry } from '../graphql/node.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import {
  type DirectoryFilter,
  countStakeholders,
  holdersOfExternalIds,
  holdersOfHandles,
  holdingsOf,
  stakeholdersPage,
} from './directory-pages.js';
import type { Handle as HandleOf } from './handle.js';
import type { Identity, IdentityOutcome, IdentityRequest } from './identity.js';
import { IDENTITY, StakeholderCommand } from './stakeholders.handler.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import {
  AddExternalIdInput,
  AddExternalIdResult,
  AddHandleInput,
  AddHandleResult,
  ExternalId,
  ExternalIdInput,
  Handle,
  HandleInput,
  IdentifyStakeholderInput,
  IdentifyStakeholderResult,
  RemoveExternalIdInput,
  RemoveExternalIdResult,
  RemoveHandleInput,
  RemoveHandleResult,
  RenameStakeholderInput,
  RenameStakeholderResult,
  RetireStakeholderInput,
  RetireStakeholderResult,
  Stakeholder,
  StakeholderConnection,
  StakeholderFilter,
  type StakeholderOrder,
  StakeholderOrderEnum,
  stakeholderOrders,
} from './stakeholders.types.js';

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

const handleOf = ({ channel, site, address }: HandleInput): HandleOf => ({
  channel,
  ...(site == null ? {} : { site }),
  address,
});

const filterOf = ({
  text,
  kind,
  retired,
  stances,
  channel,
  interactionSince,
}: StakeholderFilter = {}): DirectoryFilter => ({
  text: text ?? undefined,
  kind: kind ?? undefined,
  retired: retired ?? undefined,
  stances: stances ?? undefined,
  channel: channel ?? undefined,
  interactionSince: interactionSince ?? undefined,
});

@Resolver(() => Stakeholder)
export class StakeholdersResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: StakeholderNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
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
    const filter = filterOf(where ?? undefined);
    const slice = sliceOf(page, asked.endsWith('descending') ? 'desc' : 'asc', ([sortName, key]) => ({
      sortName: String(sortName),
      key: Number(key),
    }));
    const found = await stakeholdersPage(this.rows, {
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
      () => countStakeholders(this.rows, moment, filter),
    );
  }

  @ResolveField(() => [Handle])
  async handles(
    @Parent() { key, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly Handle[]> {
    const held = await batched(request, 'holdings', moment, (keys, at) => holdingsOf(this.rows, keys, at), key);
    return (held?.handles ?? []).map(({ channel, site, address }) => ({ channel, site: site ?? null, address }));
  }

  @ResolveField(() => [ExternalId])
  async externalIds(
    @Parent() { key, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly ExternalId[]> {
    const held = await batched(request, 'holdings', moment, (keys, at) => holdingsOf(this.rows, keys, at), key);
    return held?.externalIds ?? [];
  }

  @Mutation(() => IdentifyStakeholderResult)
  identifyStakeholder(
    @Args('input') input: IdentifyStakeholderInput,
    @Context() request: RequestContext,
  ): Promise<typeof IdentifyStakeholderResult> {
    const { kind, name, handles, externalIds } = input;
    const asked = {
      type: 'Identify',
      kind,
      name,
      handles: (handles ?? []).map(handleOf),
      externalIds: externalIds ?? [],
    } as const;
    return this.#execute('StakeholderIdentified', 'identifyStakeholder', asked, input, request);
  }

  @Mutation(() => RenameStakeholderResult)
  renameStakeholder(
    @Args('input') input: RenameStakeholderInput,
    @Context() request: RequestContext,
  ): Promise<typeof RenameStakeholderResult> {
    return this.#execute(
      'StakeholderRenamed',
      'renameStakeholder',
      { type: 'Rename', stakeholderId: idIn(input), name: input.name },
      input,
      request,
    );
  }

  @Mutation(() => AddHandleResult)
  addHandle(@Args('input') input: AddHandleInput, @Context() request: RequestContext): Promise<typeof AddHandleResult> {
    return this.#execute(
      'HandleAdded',
      'addHandle',
      { type: 'AddHandle', stakeholderId: idIn(input), handle: handleOf(input.handle) },
      input,
      request,
    );
  }

  @Mutation(() => RemoveHandleResult)
  removeHandle(
    @Args('input') input: RemoveHandleInput,
    @Context() request: RequestContext,
  ): Promise<typeof RemoveHandleResult> {
    return this.#execute(
      'HandleRemoved',
      'removeHandle',
      { type: 'RemoveHandle', stakeholderId: idIn(input), handle: handleOf(input.handle) },
      input,
      request,
    );
  }

  @Mutation(() => AddExternalIdResult)
  addExternalId(
    @Args('input') input: AddExternalIdInput,
    @Context() request: RequestContext,
  ): Promise<typeof AddExternalIdResult> {
    const asked = { type: 'AddExternalId', stakeholderId: idIn(input), externalId: input.externalId } as const;
    return this.#execute('ExternalIdAdded', 'addExternalId', asked, input, request);
  }

  @Mutation(() => RemoveExternalIdResult)
  removeExternalId(
    @Args('input') input: RemoveExternalIdInput,
    @Context() request: RequestContext,
  ): Promise<typeof RemoveExternalIdResult> {
    const asked = { type: 'RemoveExternalId', stakeholderId: idIn(input), externalId: input.externalId } as const;
    return this.#execute('ExternalIdRemoved', 'removeExternalId', asked, input, request);
  }

  @Mutation(() => RetireStakeholderResult, { description: 'What is recorded about them later is kept.' })
  retireStakeholder(
    @Args('input') input: RetireStakeholderInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetireStakeholderResult> {
    return this.#execute(
      'StakeholderRetired',
      'retireStakeholder',
      { type: 'Retire', stakeholderId: idIn(input) },
      input,
      request,
    );
  }

  async #execute<Result>(
    happened: string,
    mutation: string,
    asked: IdentityRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, this.hash, mutation, input);
    const outcome = await this.bus.execute(new StakeholderCommand(asked, context));
    const shown =
      'refused' in outcome
        ? await this.#refusal(outcome, asked, request)
        : await this.#happened(happened, outcome, request);
    return shown as Result;
  }

  async #happened(
    happened: string,
    { stakeholderId, already, ordinal }: Extract<IdentityOutcome, { already: boolean }>,
    { now }: RequestContext,
  ): Promise<object> {
    const stakeholder = await this.nodes.justNow(stakeholderId, ordinal, now);
    return { __typename: happened, stakeholder, already, position: positionOf(this.store.logId, ordinal) };
  }

  async #refusal(
    refusal: Extract<IdentityOutcome, { refused: string }>,
    asked: IdentityRequest,
    { now }: RequestContext,
  ): Promise<object> {
    const stakeholderId = 'stakeholderId' in asked ? asked.stakeholderId : '';
    switch (refusal.refused) {
      case 'HandleTaken':
      case 'ExternalIdTaken': {
        const holder = await this.nodes.justNow(refusal.holder, await this.store.head(), now);
        const what = refusal.refused === 'HandleTaken' ? 'This handle' : 'This external id';
        return { __typename: refusal.refused, message: `${what} belongs to ${holder.name}.`, holder };
      }
      case 'StakeholderNotFound':
        return {
          __typename: 'StakeholderNotFound',
          message: 'Nobody has this id.',
          stakeholderId: toGlobalId('Stakeholder', stakeholderId),
        };
      case 'HandleNotHeld':
        return { __typename: 'HandleNotHeld', message: 'This handle is not theirs.' };
      case 'ExternalIdNotHeld':
        return { __typename: 'ExternalIdNotHeld', message: 'This external id is not theirs.' };
      case 'CommandIdReused':
        return commandIdReused;
      case 'ClaimsSettled':
        // Lost a race for the claim and took it back: the caller may try again, under an id of its own.
        throw new RevisionConflict(`stakeholder-${stakeholderId}`, -1);
    }
  }

  #byHandle(handles: readonly HandleInput[], moment: Moment) {
    const asked = handles.map((handle) => this.identity.handleClaim(handleOf(handle)).claim);
    return holdersOfHandles(this.rows, asked, moment);
  }
}

const idIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;
