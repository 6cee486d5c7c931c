import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Extensions, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { NodeRegistry } from '../graphql/node.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import { type ListedGuideline, guidelinesKnown, inForceAt } from './guideline-pages.js';
import { GuidelineCommand } from './guidelines.handler.js';
import {
  AcknowledgeGuidelineInput,
  AcknowledgeGuidelineResult,
  Guideline,
  type GuidelineVersion,
  PublishGuidelineInput,
  PublishGuidelineResult,
  RetractAcknowledgementInput,
  RetractAcknowledgementResult,
  WithdrawGuidelineInput,
  WithdrawGuidelineResult,
} from './guidelines.types.js';
import type { GuidingOutcome, GuidingRequest } from './guiding.js';

/** How our people engage with others. */
@Resolver()
export class GuidelinesResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
    registry: NodeRegistry,
  ) {
    registry.register('Guideline', async (ids, moment) => {
      const all = await this.#all(moment);
      return ids.map((id) => all.get(id) ?? null);
    });
  }

  @Query(() => [Guideline], { description: 'All that were published by then, what is withdrawn included.' })
  @Extensions({ listSize: 5 })
  async guidelines(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly Guideline[]> {
    return [...(await this.#all(await this.moments.of(args, now))).values()];
  }

  @Mutation(() => PublishGuidelineResult, {
    description: 'A guideline, or its next version: everybody of ours is to acknowledge it.',
  })
  publishGuideline(
    @Args('input') input: PublishGuidelineInput,
    @Context() request: RequestContext,
  ): Promise<typeof PublishGuidelineResult> {
    const { name, text, rules } = input;
    const asked = {
      type: 'Publish',
      guidelineId: input.guidelineId == null ? null : guidelineIn(input),
      occurredAt: when(input, request),
      name,
      text,
      rules: (rules ?? []).map((rule) => ({ channel: rule.channel, site: rule.site ?? null, text: rule.text })),
    } as const;
    return this.#execute('GuidelineWasPublished', 'publishGuideline', asked, input, request);
  }

  @Mutation(() => WithdrawGuidelineResult, {
    description: 'From then on nothing of it holds, until it is published anew.',
  })
  withdrawGuideline(
    @Args('input') input: WithdrawGuidelineInput,
    @Context() request: RequestContext,
  ): Promise<typeof WithdrawGuidelineResult> {
    const asked = { type: 'Withdraw', guidelineId: guidelineIn(input), occurredAt: when(input, request) } as const;
    return this.#execute('GuidelineWasWithdrawn', 'withdrawGuideline', asked, input, request);
  }

  @Mutation(() => AcknowledgeGuidelineResult, { description: 'Somebody of ours has read a version, and keeps to it.' })
  acknowledgeGuideline(
    @Args('input') input: AcknowledgeGuidelineInput,
    @Context() request: RequestContext,
  ): Promise<typeof AcknowledgeGuidelineResult> {
    const asked = {
      type: 'Acknowledge',
      guidelineId: guidelineIn(input),
      version: input.version ?? null,
      colleagueId: colleagueIn(input),
      occurredAt: when(input, request),
    } as const;
    return this.#execute('GuidelineWasAcknowledged', 'acknowledgeGuideline', asked, input, request);
  }

  @Mutation(() => RetractAcknowledgementResult, {
    description:
      'They never acknowledged that version: what they had acknowledged besides stands, and they may acknowledge it yet.',
  })
  retractAcknowledgement(
    @Args('input') input: RetractAcknowledgementInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractAcknowledgementResult> {
    const asked = {
      type: 'RetractAcknowledgement',
      guidelineId: guidelineIn(input),
      version: input.version,
      colleagueId: colleagueIn(input),
    } as const;
    return this.#execute('AcknowledgementWasRetracted', 'retractAcknowledgement', asked, input, request);
  }

  async #all(moment: Moment): Promise<ReadonlyMap<string, Guideline>> {
    const known = (await guidelinesKnown(this.rows, moment)).filter(({ from }) => from <= moment.validAt);
    const current = new Map(inForceAt(known, moment.validAt).map((each) => [each.guidelineId, each]));
    return new Map(
      [...Map.groupBy(known, ({ guidelineId }) => guidelineId)].map(([id, changes]) => {
        const inForce = current.get(id);
        return [
          id,
          {
            __typename: 'Guideline',
            id: toGlobalId('Guideline', id, moment),
            current: inForce === undefined ? null : versionOf(inForce, moment),
            versions: changes.filter(({ withdrawn }) => !withdrawn).map((each) => versionOf(each, moment)),
          },
        ];
      }),
    );
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: GuidingRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new GuidelineCommand(asked, context));
    if ('refused' in outcome) return refusalOf(outcome, asked) as Result;
    const { guidelineId, version, already, ordinal } = outcome;
    return {
      __typename: happening,
      guidelineId: toGlobalId('Guideline', guidelineId),
      version,
      already,
      position: positionOf(this.store.logId, ordinal),
    } as Result;
  }
}

/** A version as GraphQL shows it. */
export const versionOf = (listed: ListedGuideline, moment: Moment): GuidelineVersion => {
  const { guidelineId, version, from, body } = listed;
  const { name, text, by, reason } = body;
  const id = toGlobalId('Guideline', guidelineId);
  return { listed, moment, guidelineId: id, version, name, text, inForceFrom: from, by, reason };
};

const refusalOf = ({ refused }: Extract<GuidingOutcome, { refused: string }>, asked: GuidingRequest): object => {
  switch (refused) {
    case 'GuidelineNotFound':
      return { __typename: refused, message: 'No guideline of ours has this id.' };
    case 'GuidelineVersionNotFound':
      return { __typename: refused, message: 'This guideline has no such version yet.' };
    case 'ColleagueNotFound': {
      const colleagueId = toGlobalId('Colleague', 'colleagueId' in asked ? asked.colleagueId : '');
      return { __typename: refused, message: 'Nobody of ours has this id.', colleagueId };
    }
    case 'AcknowledgementNotFound':
      return { __typename: refused, message: 'They have not acknowledged this version.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};

const guidelineIn = ({ guidelineId }: { readonly guidelineId?: string | null }): string =>
  fromGlobalId(guidelineId ?? '', 'Guideline', 'input', 'guidelineId').id;

const colleagueIn = ({ colleagueId }: { readonly colleagueId: string }): string =>
  fromGlobalId(colleagueId, 'Colleague', 'input', 'colleagueId').id;

const when = ({ occurredAt }: { readonly occurredAt?: number | null }, { now }: RequestContext): string =>
  happened(occurredAt ?? now, now, 'input', 'occurredAt');
