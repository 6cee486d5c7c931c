import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { dear } from '../graphql/cost.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { Period } from './advocacy.types.js';
import {
  type ConnectedActFilter as Where,
  connectedActCounts,
  connectedActsPage,
  disclosureDefinition,
  type ConnectedAct as Found,
} from './disclosure-pages.js';
import { ConnectedAct, ConnectedActConnection, DisclosureCount, DisclosureFilter } from './disclosures.types.js';

@ArgsType()
class DisclosuresArgs extends PageOfPastArgs {
  @Field(() => DisclosureFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => DisclosureFilter)
  where?: DisclosureFilter | null;
}

@ArgsType()
class DisclosureCountsArgs extends OneOfPastArgs {
  @Field(() => Period, { nullable: true, description: 'When they did it.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

const filterOf = ({ states, during }: DisclosureFilter = {}): Where => ({
  states: states === undefined ? ['missing'] : (states ?? undefined),
  from: during?.from ?? undefined,
  until: during?.until ?? undefined,
});

const list = 'disclosures';

/** Who spoke for us while they were connected with us, and whether they said so. */
@Resolver()
export class DisclosuresResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => ConnectedActConnection, {
    description:
      'Advocacy acts by people who were materially connected with us at that time (16 CFR Part 255), newest first: those of which nobody said whether it was disclosed, unless other states are asked for. A connection that is recorded after the act counts.',
  })
  async disclosures(
    @Args() { where, ...args }: DisclosuresArgs,
    @Now() now: number,
  ): Promise<Connection<ConnectedAct>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'nss');
    const filter = filterOf(where ?? undefined);
    const slice = sliceOf(page, 'desc', ([at, interactionId, stakeholderId]) => ({
      at: Number(at),
      interactionId: String(interactionId),
      stakeholderId: String(stakeholderId),
    }));
    const found = await connectedActsPage(this.rows, { past: moment, where: filter, ...slice });
    return foundConnection(
      page,
      list,
      found,
      ({ at, interactionId, stakeholderId }) => [at, interactionId, stakeholderId],
      (act) => actOf(act, moment),
      async () => [...(await connectedActCounts(this.rows, moment, filter)).values()].reduce((a, b) => a + b, 0),
    );
  }

  @Query(() => [DisclosureCount], {
    description:
      'How many advocacy acts by connected people there are, by what is known of their disclosure; all states.',
  })
  @Extensions({ ...dear, listSize: 4 })
  async disclosureCounts(
    @Args() { during, ...args }: DisclosureCountsArgs,
    @Now() now: number,
  ): Promise<readonly DisclosureCount[]> {
    const moment = await this.moments.of(args, now);
    const counts = await connectedActCounts(this.rows, moment, {
      from: during?.from ?? undefined,
      until: during?.until ?? undefined,
    });
    return [...counts].map(([state, count]) => ({ state, count, definition: disclosureDefinition }));
  }
}

const actOf = ({ stakeholderId, interactionId, at, act, state }: Found, moment: Moment): ConnectedAct => ({
  stakeholderId,
  interactionId,
  moment,
  act,
  occurredAt: at,
  state,
  definition: disclosureDefinition,
});

/** Of an act: who did what. */
@Resolver(() => ConnectedAct)
export class ConnectedActResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly stakeholders: StakeholderNodes,
  ) {}

  @ResolveField(() => Interaction, { nullable: true })
  interaction(
    @Parent() { interactionId, moment }: ConnectedAct,
    @Context() request: RequestContext,
  ): Promise<Interaction | null> {
    const load = (ids: readonly string[], at: Moment) => this.interactions.byId(ids, at);
    return batched(request, 'interaction', moment, load, interactionId);
  }

  @ResolveField(() => Stakeholder)
  async stakeholder(
    @Parent() { stakeholderId, moment }: ConnectedAct,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
    const found = await batched(request, 'participant', moment, load, stakeholderId);
    return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
  }
}
