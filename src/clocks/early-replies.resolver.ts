import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, InputType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import { Period } from '../advocacy/advocacy.types.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Interaction, InteractionConnection } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { READ_STORE } from '../tokens.js';
import { clocksDefinition } from './clocks-v1.js';
import { type EarlyAsked, countEarly, earlyAmong, earlyPage } from './early-pages.js';

@InputType({ description: 'Which early replies; what is left out restricts nothing.' })
export class EarlyReplyFilter {
  @Field(() => [ChannelEnum], { nullable: true, description: 'On which the replies were sent.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  channels?: Channel[] | null;
}

@ArgsType()
class EarlyRepliesArgs extends PageOfPastArgs {
  @Field(() => Period, { nullable: true, description: 'By the dates of the replies. Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @Field(() => EarlyReplyFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => EarlyReplyFilter)
  where?: EarlyReplyFilter | null;
}

const list = 'early replies';

/** Replies that are dated before what they answer, whoever sent them: kept as they came, and marked. */
@Resolver(() => Interaction)
export class EarlyRepliesResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Boolean, {
    description: `It answers something that is on record with a later date: one of the two dates is wrong (${clocksDefinition}). Where either is retracted, it is not told.`,
  })
  async early(@Parent() { view, moment, readable }: Interaction, @Context() request: RequestContext): Promise<boolean> {
    if (view.inReplyTo === null) return false;
    await readable();
    const load = (ids: readonly string[], at: Moment) => earlyAmong(this.rows, ids, at);
    return (await batched(request, 'early', moment, load, view.interactionId)) ?? false;
  }

  @Query(() => InteractionConnection, {
    description: `Replies that are dated before what they answer, ours and theirs, newest first (${clocksDefinition}).`,
  })
  async earlyReplies(
    @Args() { during, where, ...args }: EarlyRepliesArgs,
    @Now() now: number,
  ): Promise<Connection<Interaction>> {
    const moment = await this.moments.of(args, now);
    const asked: EarlyAsked = {
      during: { from: during?.from ?? null, until: during?.until ?? null },
      channels: where?.channels ?? [],
    };
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'desc', ([at, key]) => ({ at: Number(at), key: Number(key) }));
    const { entries, more } = await earlyPage(this.rows, asked, moment, slice);
    const shown = await this.interactions.byKey(
      entries.map(({ key }) => key),
      moment,
    );
    const found = entries.flatMap((entry) => {
      const node = shown.get(entry.key);
      return node ? [{ ...entry, node }] : [];
    });
    return foundConnection(
      page,
      list,
      { entries: found, more },
      ({ at, key }) => [at, key],
      ({ node }) => node,
      () => countEarly(this.rows, asked, moment),
    );
  }
}
