import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { pageOf as pageFound } from '../event-sourcing/page.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { OneOf } from '../graphql/commands.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { NodeRegistry } from '../graphql/node.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { type Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { conversation } from './conversation.js';
import { Conversation, Interaction, InteractionConnection, Participant } from './interaction-node.types.js';
import { InteractionNodes } from './interactions.nodes.js';
import { SourceInput } from './interactions.types.js';
import { interactionOfSource } from './recording.js';

@ArgsType()
class InteractionArgs extends OneOfPastArgs {
  @Field(() => ID, { nullable: true })
  @OneOf('id', 'source')
  id?: string | null;

  @Field(() => SourceInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => SourceInput)
  source?: SourceInput | null;
}

@ArgsType()
class ConversationArgs extends OneOfPastArgs {
  @Field(() => ID, { description: 'Of the conversation, or of any interaction in it.' })
  id!: string;
}

@Resolver(() => Conversation)
export class ConversationsResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    registry.register('Interaction', async (ids, moment) => {
      const found = await nodes.byId(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
    registry.register('Conversation', (ids, moment) => Promise.all(ids.map((id) => this.#conversationOf(id, moment))));
  }

  @Query(() => Interaction, {
    nullable: true,
    description: "By id, or by its source's own id; null where there is none.",
  })
  async interaction(
    @Args() { id, source, ...pastArgs }: InteractionArgs,
    @Now() now: number,
  ): Promise<Interaction | null> {
    const asked = await this.moments.of(pastArgs, now);
    const global = id == null ? null : fromGlobalId(id, 'Interaction', 'id');
    const moment = asked.live && global?.past ? global.past : asked;
    const interactionId = global?.id ?? (source ? interactionOfSource(source) : '');
    return (await this.nodes.byId([interactionId], moment)).get(interactionId) ?? null;
  }

  @Query(() => Conversation, { nullable: true, name: 'conversation' })
  async conversationById(
    @Args() { id, ...pastArgs }: ConversationArgs,
    @Now() now: number,
  ): Promise<Conversation | null> {
    const asked = await this.moments.of(pastArgs, now);
    const global = fromGlobalId(id, ['Conversation', 'Interaction'], 'id');
    return this.#conversationOf(global.id, asked.live && global.past ? global.past : asked);
  }

  @ResolveField(() => InteractionConnection, { description: 'Oldest first, what was retracted included, marked.' })
  async interactions(
    @Parent() { keys, moment }: Conversation,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Interaction>> {
    const list = 'conversation';
    const page = pageOf(args, list, 'n');
    const slice = sliceOf(page, 'asc', ([place]) => Number(place));
    const [from, until] = [(slice.after ?? -1) + 1, slice.before ?? keys.length];
    const places = Array.from({ length: Math.max(until - from, 0) }, (_, index) => from + index);
    if (slice.fromEnd) places.reverse();
    const found = pageFound(places.slice(0, slice.limit + 1), slice);
    const shown = await this.nodes.byKey(
      found.entries.flatMap((place) => keys[place] ?? []),
      moment,
    );
    const entries = found.entries.flatMap((place) => {
      const node = shown.get(keys[place] ?? -1);
      return node ? [{ place, node }] : [];
    });
    return foundConnection(
      page,
      list,
      { entries, more: found.more },
      ({ place }) => [place],
      ({ node }) => node,
      () => keys.length,
    );
  }

  @ResolveField(() => [ChannelEnum], { description: 'Where it was held, in the order in which it went there.' })
  async channels(@Parent() { keys, moment }: Conversation): Promise<readonly Channel[]> {
    const shown = await this.nodes.byKey(keys, moment);
    return [...new Set(keys.flatMap((key) => shown.get(key)?.channel ?? []))];
  }

  async #conversationOf(id: string, moment: Moment): Promise<Conversation | null> {
    const found = await conversation(this.rows, id, moment);
    return found && conversationNode(found.id, found.keys, found.cut, moment);
  }
}

const conversationNode = (rootId: string, keys: readonly number[], cut: boolean, moment: Moment): Conversation => ({
  __typename: 'Conversation',
  id: toGlobalId('Conversation', rootId, moment),
  liveId: toGlobalId('Conversation', rootId),
  moment,
  keys,
  cut,
});

@Resolver(() => Interaction)
export class InteractionFieldsResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Conversation, {
    nullable: true,
    description: 'Those tied to it by reply-to.',
    name: 'conversation',
  })
  async conversationOf(@Parent() { view, moment, readable }: Interaction): Promise<Conversation | null> {
    await readable();
    const found = await conversation(this.rows, view.interactionId, moment);
    return found && conversationNode(found.id, found.keys, found.cut, moment);
  }

  @ResolveField(() => Interaction, {
    nullable: true,
    description: 'Null where it answers nothing, or what it answers is not on record.',
  })
  async inReplyTo(
    @Parent() { view, moment, readable }: Interaction,
    @Context() request: RequestContext,
  ): Promise<Interaction | null> {
    if (view.inReplyTo === null) return null;
    await readable();
    return batched(request, 'interaction', moment, (ids, at) => this.nodes.byId(ids, at), view.inReplyTo);
  }
}

@Resolver(() => Participant)
export class ParticipantResolver {
  constructor(private readonly stakeholders: StakeholderNodes) {}

  @ResolveField(() => Stakeholder)
  async stakeholder(
    @Parent() { stakeholderId, moment, readable }: Participant,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    await readable();
    const found = await batched(
      request,
      'participant',
      moment,
      (ids, at) => this.stakeholders.identified(ids, at),
      stakeholderId,
    );
    return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
  }

  @ResolveField(() => Boolean, { description: 'They had been retired when this was recorded.' })
  async retired(
    @Parent() { stakeholderId, moment, recordedAsOf, readable }: Participant,
    @Context() request: RequestContext,
  ): Promise<boolean> {
    await readable();
    const then = { ...moment, known: recordedAsOf };
    const found = await batched(
      request,
      'participant',
      then,
      (ids, at) => this.stakeholders.identified(ids, at),
      stakeholderId,
    );
    return found?.retired ?? false;
  }
}
