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
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import type { AffiliatingOutcome, AffiliatingRequest } from './affiliating.js';
import type { AffiliationsAsked } from './affiliation-pages.js';
import { AffiliationNodes } from './affiliations.nodes.js';
import {
  type Affiliation,
  AffiliationConnection,
  AffiliationFilter,
  CorrectAffiliationInput,
  CorrectAffiliationResult,
  EndAffiliationInput,
  EndAffiliationResult,
  RetractAffiliationInput,
  RetractAffiliationResult,
  StartAffiliationInput,
  StartAffiliationResult,
} from './affiliations.types.js';
import { AffiliatingCommand } from './ties.handler.js';

@ArgsType()
class AffiliationsArgs extends ConnectionArgs {
  @Field(() => AffiliationFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AffiliationFilter)
  where?: AffiliationFilter | null;
}

type Happened = Extract<AffiliatingOutcome, { already: boolean }>;

/** Where people belong. */
@Resolver(() => Stakeholder)
export class AffiliationsResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: AffiliationNodes,
    private readonly stakeholders: StakeholderNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @ResolveField(() => AffiliationConnection, {
    description: 'The organisations that they belong to, what began last first. An organisation has none.',
  })
  affiliations(@Parent() parent: Stakeholder, @Args() args: AffiliationsArgs): Promise<Connection<Affiliation>> {
    return this.#page('person', parent, args);
  }

  @ResolveField(() => AffiliationConnection, {
    description: 'Who belongs to the organisation, who came last first. A person has none.',
  })
  people(@Parent() parent: Stakeholder, @Args() args: AffiliationsArgs): Promise<Connection<Affiliation>> {
    return this.#page('organisation', parent, args);
  }

  @Mutation(() => StartAffiliationResult, { description: 'A person belongs to an organisation, as somebody says.' })
  startAffiliation(
    @Args('input') input: StartAffiliationInput,
    @Context() request: RequestContext,
  ): Promise<typeof StartAffiliationResult> {
    const { source, saidById, from, until, role = null, title = null } = input;
    const asked = {
      type: 'Start',
      personId: fromGlobalId(input.personId, 'Stakeholder', 'input', 'personId').id,
      organisationId: fromGlobalId(input.organisationId, 'Stakeholder', 'input', 'organisationId').id,
      occurredAt: from == null ? null : happened(from, request.now, 'input', 'from'),
      until: until == null ? null : new Date(until).toISOString(),
      role,
      title,
      source: source == null ? null : { name: source.name, id: source.id },
      saidBy: saidById == null ? null : fromGlobalId(saidById, 'Colleague', 'input', 'saidById').id,
    } as const;
    return this.#execute('AffiliationStarted', 'startAffiliation', asked, input, request);
  }

  @Mutation(() => EndAffiliationResult)
  endAffiliation(
    @Args('input') input: EndAffiliationInput,
    @Context() request: RequestContext,
  ): Promise<typeof EndAffiliationResult> {
    const occurredAt = happened(input.occurredAt ?? request.now, request.now, 'input', 'occurredAt');
    const asked = { type: 'End', affiliationId: idIn(input), occurredAt } as const;
    return this.#execute('AffiliationEnded', 'endAffiliation', asked, input, request);
  }

  @Mutation(() => CorrectAffiliationResult, { description: 'What was recorded wrongly; the correction is shown.' })
  correctAffiliation(
    @Args('input') input: CorrectAffiliationInput,
    @Context() request: RequestContext,
  ): Promise<typeof CorrectAffiliationResult> {
    const { from, until, role, title } = input;
    const asked = {
      type: 'Correct',
      affiliationId: idIn(input),
      period: {
        ...(from === undefined
          ? {}
          : { occurredAt: from === null ? null : happened(from, request.now, 'input', 'from') }),
        ...(until === undefined ? {} : { until: until === null ? null : new Date(until).toISOString() }),
      },
      post: { ...(role === undefined ? {} : { role }), ...(title === undefined ? {} : { title }) },
    } as const;
    return this.#execute('AffiliationCorrected', 'correctAffiliation', asked, input, request);
  }

  @Mutation(() => RetractAffiliationResult, { description: 'It never was so; it stays, marked.' })
  retractAffiliation(
    @Args('input') input: RetractAffiliationInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractAffiliationResult> {
    const asked = { type: 'Retract', affiliationId: idIn(input) } as const;
    return this.#execute('AffiliationRetracted', 'retractAffiliation', asked, input, request);
  }

  #page(
    end: AffiliationsAsked['end'],
    { memberIds: ids, moment }: Stakeholder,
    { where, ...args }: AffiliationsArgs,
  ): Promise<Connection<Affiliation>> {
    const asked = { end, ids, states: where?.states ?? (['holding'] as const), past: moment };
    return this.nodes.page(`affiliations of ${end}`, asked, args);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: AffiliatingRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new AffiliatingCommand(asked, context));
    const shown =
      'already' in outcome ? await this.#happened(happening, outcome, request) : await this.#refusal(outcome, request);
    return shown as Result;
  }

  async #happened(
    happening: string,
    { affiliationId, already, ordinal }: Happened,
    { now }: RequestContext,
  ): Promise<object> {
    const affiliation = await this.nodes.justNow(affiliationId, ordinal, now);
    return { __typename: happening, affiliation, already, position: positionOf(this.store.logId, ordinal) };
  }

  async #refusal(outcome: Exclude<AffiliatingOutcome, Happened>, { now }: RequestContext): Promise<object> {
    switch (outcome.refused) {
      case 'StakeholderNotFound': {
        const stakeholderId = toGlobalId('Stakeholder', outcome.stakeholderId);
        return { __typename: outcome.refused, message: 'Nobody has this id.', stakeholderId };
      }
      case 'NotAPerson':
      case 'NotAnOrganisation': {
        const stakeholder = await this.stakeholders.justNow(outcome.stakeholderId, await this.store.head(), now);
        const message =
          outcome.refused === 'NotAPerson'
            ? `${stakeholder.name} is no person: persons belong to organisations.`
            : `${stakeholder.name} is no organisation.`;
        return { __typename: outcome.refused, message, stakeholder };
      }
      case 'ColleagueNotFound': {
        const colleagueId = toGlobalId('Colleague', outcome.colleagueId);
        return { __typename: outcome.refused, message: 'Nobody of ours has this id.', colleagueId };
      }
      case 'EndsBeforeItBegins':
        return { __typename: outcome.refused, message: 'It would end before it begins, or at once.' };
      case 'AffiliationNotFound': {
        const affiliationId = toGlobalId('Affiliation', outcome.affiliationId);
        return { __typename: outcome.refused, message: 'No affiliation has this id.', affiliationId };
      }
      case 'CommandIdReused':
        return commandIdReused;
      default: {
        const affiliation = await this.nodes.justNow(outcome.affiliationId, await this.store.head(), now);
        return { __typename: outcome.refused, message: inWords[outcome.refused], affiliation };
      }
    }
  }
}

const inWords = {
  AffiliationIsRetracted: 'This affiliation was taken back.',
  AffiliationHasEnded: 'It ended before that date already; correct it where that was mistaken.',
  AffiliationSourceIdTaken: "This source's id is on record with another content; correct or retract that one.",
} as const;

const idIn = ({ affiliationId }: { readonly affiliationId: string }): string =>
  fromGlobalId(affiliationId, 'Affiliation', 'input', 'affiliationId').id;
