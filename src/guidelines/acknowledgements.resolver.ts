import { Inject, type Type as Class } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { Period } from '../advocacy/advocacy.types.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { refused } from '../graphql/errors.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { pageOf as pageFound } from '../event-sourcing/page.js';
import { Interaction, InteractionConnection } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { ourAddressForm } from '../owners/colleague.js';
import { Colleague } from '../owners/our-own.types.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { READ_STORE } from '../tokens.js';
import {
  type Acknowledged,
  type Unacknowledged,
  TooMuchWentOut,
  acknowledgedBy,
  acknowledgementsMax,
  acknowledgementsOf,
  guidelinesKnown,
  inForceAt,
  unacknowledged,
  wentOut,
  wentOutMax,
} from './guideline-pages.js';
import { versionOf } from './guidelines.resolver.js';
import { Acknowledgement, GuidelineRule, GuidelineVersion, WithoutGuideline } from './guidelines.types.js';

@ArgsType()
class RulesArgs {
  @Field(() => ChannelEnum, { nullable: true, description: 'Those alone that hold there.' })
  @IsOptional()
  channel?: Channel | null;

  @Field(() => String, { nullable: true, description: 'Of the channel: with those that hold on all of it.' })
  @IsOptional()
  @IsString()
  @Length(1, 253)
  site?: string | null;
}

@ArgsType()
class OutboundArgs extends PageOfPastArgs {
  @Field(() => Period, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

const acknowledgementOf = (
  { colleagueId, guidelineId, version, at, by }: Acknowledged,
  moment: Moment,
): Acknowledgement => ({
  colleagueId,
  moment,
  guidelineId: toGlobalId('Guideline', guidelineId),
  version,
  acknowledgedAt: at,
  by,
});

/** Of a version: its rules, and who has acknowledged it. */
@Resolver(() => GuidelineVersion)
export class GuidelineVersionResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => [GuidelineRule], { description: 'What holds on a channel or a site.' })
  @Extensions({ listSize: 10 })
  rules(@Parent() { listed }: GuidelineVersion, @Args() { channel, site }: RulesArgs): readonly GuidelineRule[] {
    return listed.body.rules.filter(
      (rule) =>
        (channel == null || rule.channel === channel) && (site == null || rule.site === null || rule.site === site),
    );
  }

  @ResolveField(() => [Acknowledgement], { description: `The first first, ${acknowledgementsMax} at most.` })
  @Extensions({ listSize: 50 })
  async acknowledgements(@Parent() { listed, moment }: GuidelineVersion): Promise<readonly Acknowledgement[]> {
    const found = await acknowledgementsOf(this.rows, listed.guidelineId, listed.version, moment);
    return found.map((each) => acknowledgementOf(each, moment));
  }
}

/** Of one of ours: what they have acknowledged, and what they have not. */
@Resolver(() => Colleague)
export class ColleagueGuidelinesResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => [Acknowledgement])
  @Extensions({ listSize: 5 })
  async acknowledgements(
    @Parent() parent: Colleague,
    @Context() request: RequestContext,
  ): Promise<readonly Acknowledgement[]> {
    return (await this.#theirs(parent, request)).map((each) => acknowledgementOf(each, parent.moment));
  }

  @ResolveField(() => [GuidelineVersion], { description: 'What is in force, and they have not acknowledged.' })
  @Extensions({ listSize: 2 })
  async unacknowledgedGuidelines(
    @Parent() parent: Colleague,
    @Context() request: RequestContext,
  ): Promise<readonly GuidelineVersion[]> {
    const { moment } = parent;
    const theirs = await this.#theirs(parent, request);
    return inForceAt(await guidelinesKnown(this.rows, moment), moment.validAt)
      .filter(
        (each) =>
          !theirs.some(({ guidelineId, version }) => guidelineId === each.guidelineId && version >= each.version),
      )
      .map((each) => versionOf(each, moment));
  }

  async #theirs({ colleagueId, moment }: Colleague, request: RequestContext): Promise<readonly Acknowledged[]> {
    const load = (ids: readonly string[], at: Moment) => acknowledgedBy(this.rows, ids, at);
    return (await batched(request, 'acknowledged', moment, load, colleagueId)) ?? [];
  }
}

const list = 'outbound without guideline';

/** What our people wrote who had not acknowledged what was in force: shown, and blocked only where a setting says so. */
@Resolver(() => Interaction)
export class WithoutGuidelineResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [WithoutGuideline], {
    description:
      'Who of ours wrote it and had not acknowledged by then the version that was in force. Of an address that several people share it is enough that one of them had. None of what is not outbound.',
  })
  @Extensions({ listSize: 2 })
  async withoutGuideline(@Parent() parent: Interaction): Promise<readonly WithoutGuideline[]> {
    const { moment, readable } = parent;
    await readable();
    const [missing = []] = await this.#missing([parent], moment);
    return missing.map(({ colleagueId, guideline }) => ({
      colleagueId,
      moment,
      guideline: versionOf(guideline, moment),
    }));
  }

  @Query(() => InteractionConnection, {
    description: `Outbound interactions of a period by people of ours who had not acknowledged by then what was in force, newest first. It looks through ${wentOutMax} at most: else LIMIT_EXCEEDED, and a shorter period is answered.`,
  })
  async outboundWithoutGuideline(
    @Args() { during, ...args }: OutboundArgs,
    @Now() now: number,
  ): Promise<Connection<Interaction>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'ns');
    const slice = sliceOf(page, 'desc', ([at, id]) => ({ at: Number(at), id: String(id) }));
    const shown = await this.#out(moment, during ?? {});
    const missing = await this.#missing(shown, moment);
    const all = shown.filter((_, index) => (missing[index]?.length ?? 0) > 0);
    const placeOf = (cursor: { readonly at: number; readonly id: string } | undefined): number =>
      all.findIndex(({ occurredAt, view }) => occurredAt === cursor?.at && view.interactionId === cursor.id);
    const from = slice.after === undefined ? 0 : placeOf(slice.after) + 1;
    const until = slice.before === undefined ? all.length : Math.max(placeOf(slice.before), 0);
    const within = all.slice(from, until);
    if (slice.fromEnd) within.reverse();
    return foundConnection(
      page,
      list,
      pageFound(within.slice(0, slice.limit + 1), slice),
      ({ occurredAt, view }) => [occurredAt, view.interactionId],
      (interaction) => interaction,
      () => all.length,
    );
  }

  async #out(moment: Moment, during: Period): Promise<readonly Interaction[]> {
    try {
      const ids = await wentOut(this.rows, moment, { from: during.from ?? null, until: during.until ?? null });
      const found = await this.interactions.byId(ids, moment);
      return ids.flatMap((id) => found.get(id) ?? []);
    } catch (error) {
      if (!(error instanceof TooMuchWentOut)) throw error;
      const message = `during: more than ${wentOutMax} outbound interactions lie in this period; ask for a shorter one.`;
      throw refused('LIMIT_EXCEEDED', message, { limit: 'outbound', allowed: wentOutMax });
    }
  }

  #missing(of: readonly Interaction[], moment: Moment): Promise<readonly (readonly Unacknowledged[])[]> {
    const out = of.map(({ direction, occurredAt, ourPeople }) => ({
      at: occurredAt,
      addresses: direction === 'outbound' ? ourPeople.map(ourAddressForm) : [],
    }));
    return unacknowledged(this.rows, out, moment);
  }
}

/** Of an acknowledgement, or of its lack: whose. */
const colleagueOf = (type: typeof Acknowledgement | typeof WithoutGuideline): Class => {
  @Resolver(() => type)
  class WhoseResolver {
    constructor(readonly nodes: OwnerNodes) {}

    @ResolveField(() => Colleague)
    async colleague(
      @Parent() { colleagueId, moment }: WithoutGuideline,
      @Context() request: RequestContext,
    ): Promise<Colleague> {
      const load = (ids: readonly string[], at: Moment) => this.nodes.colleagues(ids, at);
      const found = await batched(request, 'colleague', moment, load, colleagueId);
      return found ?? this.nodes.colleagueJustNow(colleagueId, 0, moment.validAt);
    }
  }
  return WhoseResolver;
};

export const whoseResolvers: readonly Class[] = [Acknowledgement, WithoutGuideline].map(colleagueOf);
