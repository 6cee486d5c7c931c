import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { RevisionConflict } from '../event-sourcing/transact.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import { type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import type { IdentityOutcome, IdentityRequest } from './identity.js';
import { StakeholderCommand } from './stakeholders.handler.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import { handleIn } from './handles.types.js';
import {
  AddExternalIdInput,
  AddExternalIdResult,
  AddHandleInput,
  AddHandleResult,
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
} from './stakeholders.types.js';

@Resolver()
export class StakeholdersResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: StakeholderNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

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
      handles: (handles ?? []).map(handleIn),
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
      {
        type: 'AddHandle',
        stakeholderId: idIn(input),
        handle: handleIn(input.handle),
        from: dateIn(input.from, request, 'from'),
      },
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
      {
        type: 'RemoveHandle',
        stakeholderId: idIn(input),
        handle: handleIn(input.handle),
        until: dateIn(input.until, request, 'until'),
      },
      input,
      request,
    );
  }

  @Mutation(() => AddExternalIdResult)
  addExternalId(
    @Args('input') input: AddExternalIdInput,
    @Context() request: RequestContext,
  ): Promise<typeof AddExternalIdResult> {
    const asked = {
      type: 'AddExternalId',
      stakeholderId: idIn(input),
      externalId: input.externalId,
      from: dateIn(input.from, request, 'from'),
    } as const;
    return this.#execute('ExternalIdAdded', 'addExternalId', asked, input, request);
  }

  @Mutation(() => RemoveExternalIdResult)
  removeExternalId(
    @Args('input') input: RemoveExternalIdInput,
    @Context() request: RequestContext,
  ): Promise<typeof RemoveExternalIdResult> {
    const asked = {
      type: 'RemoveExternalId',
      stakeholderId: idIn(input),
      externalId: input.externalId,
      until: dateIn(input.until, request, 'until'),
    } as const;
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
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
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
      case 'EndsBeforeItBegan':
        return { __typename: 'EndsBeforeItBegan', message: 'It was not theirs yet at that date.' };
      case 'SameStakeholder':
      case 'KindsDiffer':
      case 'SurvivorIsRetired':
      case 'NotMerged':
      case 'AreOne':
      case 'GroupTooLarge':
        throw new Error(`Only a merge is refused so: ${refusal.refused}.`);
      case 'ClaimsSettled':
        // Lost a race for the claim and took it back: the caller may try again, under an id of its own.
        throw new RevisionConflict(`stakeholder-${stakeholderId}`, -1);
    }
  }
}

/** A date as it is stored, where one is given. */
const dateIn = (at: number | null | undefined, { now }: RequestContext, field: string): string | undefined =>
  at == null ? undefined : happened(at, now, 'input', field);

const idIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;
