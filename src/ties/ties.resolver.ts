import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, ArgsType, Context, Field, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { type Connection, ConnectionArgs } from '../graphql/connections.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import { tieKinds } from './tie.js';
import { TyingCommand } from './ties.handler.js';
import { TieNodes } from './ties.nodes.js';
import {
  EndTieInput,
  EndTieResult,
  RecordTieInput,
  RecordTieResult,
  RetractTieInput,
  RetractTieResult,
  type Tie,
  TieConnection,
  TieFilter,
} from './ties.types.js';
import type { TyingOutcome, TyingRequest } from './tying.js';

@ArgsType()
class TiesArgs extends ConnectionArgs {
  @Field(() => TieFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => TieFilter)
  where?: TieFilter | null;
}

type Happened = Extract<TyingOutcome, { already: boolean }>;

/** Who is tied to whom. */
@Resolver(() => Stakeholder)
export class TiesResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: TieNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @ResolveField(() => TieConnection, {
    description: 'Their ties, whichever end they are: what began last first, what nobody says when last.',
  })
  ties(@Parent() { memberIds, moment }: Stakeholder, @Args() { where, ...args }: TiesArgs): Promise<Connection<Tie>> {
    const asked = {
      ids: memberIds,
      kinds: where?.kinds ?? tieKinds,
      states: where?.states ?? (['holding'] as const),
      past: moment,
    };
    return this.nodes.page('ties', asked, args);
  }

  @Mutation(() => RecordTieResult, { description: 'Two stakeholders are tied, as somebody says.' })
  recordTie(@Args('input') input: RecordTieInput, @Context() request: RequestContext): Promise<typeof RecordTieResult> {
    const { kind, source, saidById, from, until, evidence, note = null, url = null } = input;
    const asked = {
      type: 'Record',
      kind,
      stakeholderId: fromGlobalId(input.stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id,
      otherId: fromGlobalId(input.otherId, 'Stakeholder', 'input', 'otherId').id,
      occurredAt: from == null ? null : happened(from, request.now, 'input', 'from'),
      until: until == null ? null : new Date(until).toISOString(),
      source: source == null ? null : { name: source.name, id: source.id },
      saidBy: saidById == null ? null : fromGlobalId(saidById, 'Colleague', 'input', 'saidById').id,
      evidence: (evidence ?? []).map((id, index) => fromGlobalId(id, 'Interaction', 'input', 'evidence', index).id),
      note,
      url,
    } as const;
    return this.#execute('TieRecorded', 'recordTie', asked, input, request);
  }

  @Mutation(() => EndTieResult)
  endTie(@Args('input') input: EndTieInput, @Context() request: RequestContext): Promise<typeof EndTieResult> {
    const occurredAt = happened(input.occurredAt ?? request.now, request.now, 'input', 'occurredAt');
    return this.#execute('TieEnded', 'endTie', { type: 'End', tieId: idIn(input), occurredAt }, input, request);
  }

  @Mutation(() => RetractTieResult, { description: 'It never was so; it stays, marked.' })
  retractTie(
    @Args('input') input: RetractTieInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractTieResult> {
    return this.#execute('TieRetracted', 'retractTie', { type: 'Retract', tieId: idIn(input) }, input, request);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: TyingRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new TyingCommand(asked, context));
    const shown =
      'already' in outcome ? await this.#happened(happening, outcome, request) : await this.#refusal(outcome, request);
    return shown as Result;
  }

  async #happened(happening: string, { tieId, already, ordinal }: Happened, { now }: RequestContext): Promise<object> {
    const tie = await this.nodes.justNow(tieId, ordinal, now);
    return { __typename: happening, tie, already, position: positionOf(this.store.logId, ordinal) };
  }

  async #refusal(outcome: Exclude<TyingOutcome, Happened>, { now }: RequestContext): Promise<object> {
    const { refused: __typename } = outcome;
    switch (outcome.refused) {
      case 'StakeholderNotFound': {
        const stakeholderId = toGlobalId('Stakeholder', outcome.stakeholderId);
        return { __typename, message: 'Nobody has this id.', stakeholderId };
      }
      case 'InteractionNotFound': {
        const interactionId = toGlobalId('Interaction', outcome.interactionId);
        return { __typename, message: 'No interaction has this id.', interactionId };
      }
      case 'ColleagueNotFound': {
        const colleagueId = toGlobalId('Colleague', outcome.colleagueId);
        return { __typename, message: 'Nobody of ours has this id.', colleagueId };
      }
      case 'TieNotFound':
        return { __typename, message: 'No tie has this id.', tieId: toGlobalId('Tie', outcome.tieId) };
      case 'TieWithThemselves':
        return { __typename, message: 'Nobody is tied to themselves.' };
      case 'EndsBeforeItBegins':
        return { __typename, message: 'It would end before it begins, or at once.' };
      case 'CommandIdReused':
        return commandIdReused;
      default: {
        const tie = await this.nodes.justNow(outcome.tieId, await this.store.head(), now);
        return { __typename, message: inWords[outcome.refused], tie };
      }
    }
  }
}

const inWords = {
  TieIsRetracted: 'This tie was taken back.',
  TieHasEnded: 'It ended before that date already; retract it where that was mistaken.',
  TieSourceIdTaken: "This source's id is on record with another content; retract that one.",
} as const;

const idIn = ({ tieId }: { readonly tieId: string }): string => fromGlobalId(tieId, 'Tie', 'input', 'tieId').id;
