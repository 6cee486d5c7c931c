import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import { itemOf } from '../event-sourcing/growing.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import type { RelatingOutcome, RelatingRequest } from './relating.js';
import type { Step } from './relationship.js';
import { furthestSteps, relationshipRevisions } from './relationship-facts-pages.js';
import { RelationshipCommand } from './relationships.handler.js';
import {
  AssessStanceInput,
  AssessStanceResult,
  RetractRelationshipFactInput,
  RetractRelationshipFactResult,
  StepEnum,
  TakeStepInput,
  TakeStepResult,
  WithdrawStanceInput,
  WithdrawStanceResult,
  relationshipFactTypes,
} from './relationships.types.js';

type Happened = Extract<RelatingOutcome, { already: boolean }>;

@Resolver(() => Stakeholder)
export class RelationshipsResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @ResolveField(() => StepEnum, {
    nullable: true,
    description: 'The furthest step that we have taken with them; null: none yet.',
  })
  step(@Parent() { memberKeys, moment }: Stakeholder, @Context() request: RequestContext): Promise<Step | null> {
    return batchedOfGroups(request, 'step', moment, (all, at) => furthestSteps(this.rows, all, at), memberKeys);
  }

  @ResolveField(() => Int, {
    description: 'Revision to expect: of what we decided about the relationship. -1: nothing yet.',
  })
  async relationshipRevision(
    @Parent() { key, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<number> {
    return (
      (await batched(
        request,
        'relationship revision',
        moment,
        (keys, at) => relationshipRevisions(this.rows, keys, at),
        key,
      )) ?? -1
    );
  }

  @Mutation(() => AssessStanceResult, {
    description: "A person's word on where somebody stands: it holds from its date until the next, or a withdrawal.",
  })
  assessStance(
    @Args('input') input: AssessStanceInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssessStanceResult> {
    const asked = {
      type: 'AssessStance',
      stakeholderId: idIn(input),
      stance: input.stance,
      occurredAt: when(input, request),
    } as const;
    return this.#execute('StanceWasAssessed', 'assessStance', asked, input, request);
  }

  @Mutation(() => WithdrawStanceResult)
  withdrawStance(
    @Args('input') input: WithdrawStanceInput,
    @Context() request: RequestContext,
  ): Promise<typeof WithdrawStanceResult> {
    const asked = { type: 'WithdrawStance', stakeholderId: idIn(input), occurredAt: when(input, request) } as const;
    return this.#execute('StanceWasWithdrawn', 'withdrawStance', asked, input, request);
  }

  @Mutation(() => TakeStepResult, { description: 'A step that was skipped is recorded as skipped, not forbidden.' })
  takeStep(@Args('input') input: TakeStepInput, @Context() request: RequestContext): Promise<typeof TakeStepResult> {
    const asked = {
      type: 'TakeStep',
      stakeholderId: idIn(input),
      step: input.step,
      occurredAt: when(input, request),
    } as const;
    return this.#execute('StepWasTaken', 'takeStep', asked, input, request);
  }

  @Mutation(() => RetractRelationshipFactResult, {
    description: 'Takes back a mistaken step, assessment or withdrawal; the row stays, marked.',
  })
  retractRelationshipFact(
    @Args('input') input: RetractRelationshipFactInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractRelationshipFactResult> {
    const factId = fromGlobalId(input.factId, relationshipFactTypes, 'input', 'factId').id;
    return this.#execute(
      'RelationshipFactRetracted',
      'retractRelationshipFact',
      { type: 'Retract', stakeholderId: idIn(input), factId },
      input,
      request,
    );
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: RelatingRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const outcome = await this.bus.execute(
      new RelationshipCommand(asked, commandContext(request, input, digestOf(this.hash, mutation, input))),
    );
    const shown =
      'already' in outcome ? await this.#happened(happening, asked, outcome, request) : refusalOf(outcome, asked);
    return shown as Result;
  }

  async #happened(
    happening: string,
    asked: RelatingRequest,
    { stakeholderId, factId, already, ordinal, state }: Happened,
    { now }: RequestContext,
  ): Promise<object> {
    const retracted = itemOf(state.entries, factId);
    const type = asked.type === 'Retract' ? (retracted?.type ?? 'StepTaken') : factTypes[asked.type];
    return {
      __typename: happening,
      stakeholder: await this.stakeholders.justNow(stakeholderId, ordinal, now),
      factId: toGlobalId(type, factId),
      already,
      position: positionOf(this.store.logId, ordinal),
    };
  }
}

const factTypes = { AssessStance: 'StanceAssessed', WithdrawStance: 'StanceWithdrawn', TakeStep: 'StepTaken' } as const;

const refusalOf = ({ refused }: Exclude<RelatingOutcome, Happened>, { stakeholderId }: RelatingRequest): object => {
  switch (refused) {
    case 'StakeholderNotFound':
      return {
        __typename: refused,
        message: 'Nobody has this id.',
        stakeholderId: toGlobalId('Stakeholder', stakeholderId),
      };
    case 'NoStanceToWithdraw':
      return { __typename: refused, message: "No person's assessment holds at that date." };
    case 'RelationshipFactNotFound':
      return { __typename: refused, message: 'This stakeholder has no such step, assessment or withdrawal.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};

const idIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;

const when = ({ occurredAt }: { readonly occurredAt?: number | null }, { now }: RequestContext): string =>
  happened(occurredAt ?? now, now, 'input', 'occurredAt');
