import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import { SurveyCommand } from './surveys.handler.js';
import { RecordSurveyAnswerInput, RecordSurveyAnswerResult } from './surveys.types.js';

@Resolver()
export class SurveysResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly stakeholders: StakeholderNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Mutation(() => RecordSurveyAnswerResult, {
    description: 'What somebody answered when they were asked. It changes no stance.',
  })
  async recordSurveyAnswer(
    @Args('input') input: RecordSurveyAnswerInput,
    @Context() request: RequestContext,
  ): Promise<typeof RecordSurveyAnswerResult> {
    const { survey, score } = input;
    const stakeholderId = fromGlobalId(input.stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;
    const occurredAt = happened(input.occurredAt ?? request.now, request.now, 'input', 'occurredAt');
    const context = commandContext(request, input, digestOf(this.hash, 'recordSurveyAnswer', input));
    const outcome = await this.bus.execute(new SurveyCommand({ stakeholderId, survey, score, occurredAt }, context));
    if ('already' in outcome) {
      return {
        __typename: 'SurveyAnswerWasRecorded',
        stakeholder: await this.stakeholders.justNow(stakeholderId, outcome.ordinal, request.now),
        factId: toGlobalId('SurveyAnswered', outcome.factId),
        already: outcome.already,
        position: positionOf(this.store.logId, outcome.ordinal),
      };
    }
    return outcome.refused === 'CommandIdReused'
      ? commandIdReused
      : {
          __typename: 'StakeholderNotFound',
          message: 'Nobody has this id.',
          stakeholderId: toGlobalId('Stakeholder', stakeholderId),
        };
  }
}
