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
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { RevisionConflict } from '../event-sourcing/transact.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { IsGlobalId, fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { present } from '../graphql/moment.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import { type Member, holdingsOf, mergesMax, mergesOf, namesByKey } from './directory-pages.js';
import { groupMax } from './groups.js';
import type { Identity, IdentityOutcome } from './identity.js';
import {
  MergePreview,
  MergeStakeholdersInput,
  MergeStakeholdersResult,
  StakeholderMerge,
  TellApartInput,
  TellApartResult,
  UnmergeStakeholderInput,
  UnmergeStakeholderResult,
} from './merges.types.js';
import type { MergeRequest } from './merging.js';
import { IDENTITY, StakeholderCommand } from './stakeholders.handler.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import { stayingAfter } from './staying.js';
import { externalIdShown, handleShown } from './handles.types.js';
import { Stakeholder } from './stakeholders.types.js';

@ArgsType()
class MergePreviewArgs {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  survivorId!: string;

  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  mergedId!: string;
}

/** Who was recorded as two, and is one. */
@Resolver(() => Stakeholder)
export class MergesResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

  @ResolveField(() => [StakeholderMerge], {
    description: `Who was merged into them, those that were unmerged since included. Newest first, ${mergesMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  merges(@Parent() stakeholder: Stakeholder): Promise<readonly StakeholderMerge[]> {
    return this.#mergesOf(stakeholder);
  }

  @Query(() => MergePreview, {
    nullable: true,
    description: 'What merging these two would come to. Null where nobody has one of the ids.',
  })
  async mergePreview(
    @Args() { survivorId, mergedId }: MergePreviewArgs,
    @Now() now: number,
  ): Promise<MergePreview | null> {
    const moment = present(now);
    const [survivorIs, mergedIs] = [
      fromGlobalId(survivorId, 'Stakeholder', 'survivorId').id,
      fromGlobalId(mergedId, 'Stakeholder', 'mergedId').id,
    ];
    const [survivor, merged] = await this.nodes.existing([survivorIs, mergedIs], moment);
    if (survivor == null || merged == null) return null;
    const alreadyOne = survivor.key === merged.key;
    const others = alreadyOne ? { memberKeys: [], memberIds: [] } : merged;
    const memberKeys = [...survivor.memberKeys, ...others.memberKeys];
    const refusal = await this.identity.mergeRefusal(survivorIs, mergedIs);
    const held = (await holdingsOf(this.rows, [memberKeys], moment)).get(survivor.key);
    return {
      ...{ survivor, merged, moment, alreadyOne, memberKeys },
      memberIds: [...survivor.memberIds, ...others.memberIds],
      refusal: refusal && ((await this.#refusal(refusal, { survivorId: survivorIs }, now)) as MergePreview['refusal']),
      handles: (held?.handles ?? []).map(handleShown),
      externalIds: (held?.externalIds ?? []).map(externalIdShown),
    };
  }

  @Mutation(() => TellApartResult, {
    description: 'These are two: what they have in common suggests no merge any more. They may be merged all the same.',
  })
  tellApart(@Args('input') input: TellApartInput, @Context() request: RequestContext): Promise<typeof TellApartResult> {
    const both = {
      type: 'TellApart',
      survivorId: fromGlobalId(input.stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id,
      mergedId: fromGlobalId(input.otherId, 'Stakeholder', 'input', 'otherId').id,
    } as const;
    return this.#execute('StakeholdersToldApart', 'tellApart', both, input, request);
  }

  @Mutation(() => MergeStakeholdersResult, {
    description:
      'Who was recorded as two is one from then on: every old id answers with who remains, and all that is told is told over both. Nothing is rewritten, and it can be unmerged.',
  })
  mergeStakeholders(
    @Args('input') input: MergeStakeholdersInput,
    @Context() request: RequestContext,
  ): Promise<typeof MergeStakeholdersResult> {
    return this.#execute('StakeholdersMerged', 'mergeStakeholders', asked('Merge', input), input, request);
  }

  @Mutation(() => UnmergeStakeholderResult, {
    description:
      'They are two after all. What was recorded meanwhile goes where its handle says; what names no handle stays with who remained, and is listed by the merge.',
  })
  unmergeStakeholder(
    @Args('input') input: UnmergeStakeholderInput,
    @Context() request: RequestContext,
  ): Promise<typeof UnmergeStakeholderResult> {
    return this.#execute('StakeholderUnmerged', 'unmergeStakeholder', asked('Unmerge', input), input, request);
  }

  async #mergesOf(stakeholder: Stakeholder): Promise<readonly StakeholderMerge[]> {
    const { memberKeys, memberIds, moment } = stakeholder;
    const found = await mergesOf(this.rows, memberKeys, moment);
    const names = await namesByKey(
      this.rows,
      found.flatMap(({ merged, survivor }) => [merged, survivor]),
      moment,
    );
    const idOf = (key: number): string => toGlobalId('Stakeholder', names.get(key)?.id ?? '', moment);
    const members = memberKeys.map((key, index) => ({ key, id: memberIds[index] ?? '' }));
    const staying = await stayingAfter(this.rows, members, moment);
    return found.map(({ merged, survivor, ...merge }) => ({
      ...merge,
      stakeholder,
      ...stays(staying({ merged, survivor })),
      mergedId: idOf(merged),
      mergedName: names.get(merged)?.name ?? '',
      intoId: idOf(survivor),
    }));
  }

  async #execute<Result>(
    happened: string,
    mutation: string,
    request: MergeRequest,
    input: MergeStakeholdersInput | TellApartInput,
    by: RequestContext,
  ): Promise<Result> {
    const context = commandContext(by, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new StakeholderCommand(request, context));
    const shown =
      'refused' in outcome
        ? await this.#refusal(outcome, request, by.now)
        : await this.#happened(happened, outcome, request, by);
    return shown as Result;
  }

  async #happened(
    happened: string,
    { stakeholderId, already, ordinal }: Extract<IdentityOutcome, { already: boolean }>,
    { type, survivorId, mergedId }: MergeRequest,
    { now }: RequestContext,
  ): Promise<object> {
    const asNamed = type === 'TellApart' ? survivorId : stakeholderId;
    const stakeholder = await this.nodes.justNow(asNamed, ordinal, now);
    const second = type === 'Merge' ? null : await this.nodes.justNow(mergedId, ordinal, now);
    const told = { __typename: happened, stakeholder, already, position: positionOf(this.store.logId, ordinal) };
    if (type === 'TellApart') return { ...told, other: second };
    if (type === 'Merge') return told;
    const merge = (await this.#mergesOf(stakeholder)).find(({ until }) => until === ordinal) ?? null;
    return { ...told, unmerged: second, merge };
  }

  async #refusal(
    refusal: Extract<IdentityOutcome, { refused: string }>,
    { survivorId }: Pick<MergeRequest, 'survivorId'>,
    now: number,
  ): Promise<object> {
    const { refused } = refusal;
    switch (refused) {
      case 'SameStakeholder':
        return { __typename: refused, message: 'This is one and the same.' };
      case 'KindsDiffer':
        return { __typename: refused, message: 'One is a person and the other an organisation.' };
      case 'SurvivorIsRetired': {
        const stakeholder = await this.nodes.justNow(survivorId, await this.store.head(), now);
        return { __typename: refused, message: `${stakeholder.name} was retired: let the other remain.`, stakeholder };
      }
      case 'GroupTooLarge': {
        const { size } = refusal;
        return {
          __typename: refused,
          message: `${size} would be one; up to ${groupMax} may.`,
          size,
          allowed: groupMax,
        };
      }
      case 'NotMerged':
        return { __typename: refused, message: 'The second was not merged into the first, or no longer is.' };
      case 'AreOne':
        return { __typename: refused, message: 'They are one by a merge: unmerge them.' };
      case 'StakeholderNotFound': {
        const id = 'stakeholderId' in refusal ? refusal.stakeholderId : survivorId;
        return { __typename: refused, message: 'Nobody has this id.', stakeholderId: toGlobalId('Stakeholder', id) };
      }
      case 'CommandIdReused':
        return commandIdReused;
      case 'ClaimsSettled':
        // Lost a race and took it back: the caller may try again, under an id of its own.
        throw new RevisionConflict(`stakeholder-${survivorId}`, -1);
      case 'HandleTaken':
      case 'ExternalIdTaken':
      case 'HandleNotHeld':
      case 'ExternalIdNotHeld':
      case 'EndsBeforeItBegan':
        throw new Error(`A merge was refused as no merge is: ${refused}.`);
    }
  }
}

const asked = (type: MergeRequest['type'], input: MergeStakeholdersInput): MergeRequest => ({
  type,
  survivorId: fromGlobalId(input.survivorId, 'Stakeholder', 'input', 'survivorId').id,
  mergedId: fromGlobalId(input.mergedId, 'Stakeholder', 'input', 'mergedId').id,
});

const stays = (members: readonly Member[]): Pick<StakeholderMerge, 'stayingKeys' | 'stayingIds'> => ({
  stayingKeys: members.map(({ key }) => key),
  stayingIds: members.map(({ id }) => id),
});
