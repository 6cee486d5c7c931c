import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Extensions, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import { answersMax, answersOf } from './survey-answers.js';
import type { SurveyAsked } from './surveying.js';
import { SurveyCommand } from './surveys.handler.js';
import {
  RecordSurveyAnswerInput,
  RecordSurveyAnswerResult,
  RetractSurveyAnswerInput,
  RetractSurveyAnswerResult,
  SurveyAnswer,
  surveyAnswerShown,
  surveyFactId,
} from './surveys.types.js';

@Resolver(() => Stakeholder)
export class SurveysResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @ResolveField(() => [SurveyAnswer], {
    description: `What they answered when they were asked, newest first, ${answersMax} at most; what was taken back is left out.`,
  })
  @Extensions({ listSize: 10 })
  async surveyAnswers(
    @Parent() { memberIds, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly SurveyAnswer[]> {
    const load = (groups: readonly (readonly string[])[], at: Moment) => answersOf(this.rows, groups, at);
    const found = (await batchedOfGroups(request, 'survey answers', moment, load, memberIds)) ?? [];
    return found.map(surveyAnswerShown);
  }

  @Mutation(() => RecordSurveyAnswerResult, {
    description: 'What somebody answered when they were asked. It changes no stance.',
  })
  recordSurveyAnswer(
    @Args('input') input: RecordSurveyAnswerInput,
    @Context() request: RequestContext,
  ): Promise<typeof RecordSurveyAnswerResult> {
    const { survey, score } = input;
    const occurredAt = happened(input.occurredAt ?? request.now, request.now, 'input', 'occurredAt');
    const asked = { type: 'Record', stakeholderId: stakeholderIn(input), survey, score, occurredAt } as const;
    return this.#execute('SurveyAnswerWasRecorded', 'recordSurveyAnswer', asked, input, request);
  }

  @Mutation(() => RetractSurveyAnswerResult, {
    description: 'Takes back an answer that was recorded by mistake: the one before it counts again.',
  })
  retractSurveyAnswer(
    @Args('input') input: RetractSurveyAnswerInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractSurveyAnswerResult> {
    const factId = fromGlobalId(input.factId, 'SurveyAnswered', 'input', 'factId').id;
    const asked = { type: 'Retract', stakeholderId: stakeholderIn(input), factId } as const;
    return this.#execute('SurveyAnswerWasRetracted', 'retractSurveyAnswer', asked, input, request);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: SurveyAsked,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new SurveyCommand(asked, context));
    if ('refused' in outcome) return refusalOf(outcome.refused, asked) as Result;
    const { stakeholderId, factId, already, ordinal } = outcome;
    return {
      __typename: happening,
      stakeholder: await this.stakeholders.justNow(stakeholderId, ordinal, request.now),
      factId: surveyFactId(factId),
      already,
      position: positionOf(this.store.logId, ordinal),
    } as Result;
  }
}

const stakeholderIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;

const refusalOf = (
  refused: 'StakeholderNotFound' | 'SurveyAnswerNotFound' | 'CommandIdReused',
  { stakeholderId }: SurveyAsked,
): object => {
  switch (refused) {
    case 'StakeholderNotFound':
      return {
        __typename: refused,
        message: 'Nobody has this id.',
        stakeholderId: toGlobalId('Stakeholder', stakeholderId),
      };
    case 'SurveyAnswerNotFound':
      return { __typename: refused, message: 'This stakeholder gave no such answer.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};
