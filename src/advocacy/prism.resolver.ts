import { Inject } from '@nestjs/common';
import { Args, ArgsType, Extensions, Field, Int, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, Max, Min, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { dear } from '../graphql/cost.js';
import { badUserInput } from '../graphql/errors.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { READ_STORE } from '../tokens.js';
import { Period } from './advocacy.types.js';
import {
  boydConversationIndex,
  boydDefinition,
  conversationIndex,
  indexDefinition,
  indexMeanings,
  indexParts,
} from './conversation-index.js';
import {
  type UtterancesAsked,
  channelsOf,
  channelsOverTime,
  conversedIn,
  prismDefinition,
  topicShareDefinition,
  topicsOf,
} from './prism-measures.js';
import {
  ConversationFilter,
  ConversationIndex,
  ConversationPrism,
  ConversationShare,
  type PrismStretch,
} from './prism.types.js';

const stretchMessage = 'A stretch is from 1 to 3660 days.';
const stretchesMax = 400;
const topicsMax = 100;
const dayMs = 86_400_000;

@ArgsType()
class ConversedArgs extends OneOfPastArgs {
  @Field(() => Period, { nullable: true, description: 'Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @Field(() => ConversationFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ConversationFilter)
  where?: ConversationFilter | null;
}

@ArgsType()
class PrismArgs extends ConversedArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Over time, in stretches of so many days from the period's beginning on; ${stretchesMax} at most.`,
  })
  @IsOptional()
  @Min(1, { message: stretchMessage })
  @Max(3_660, { message: stretchMessage })
  everyDays?: number | null;
}

const askedOf = ({ during, where }: ConversedArgs): UtterancesAsked => ({
  during: { from: during?.from ?? null, until: during?.until ?? null },
  channels: where?.channels ?? [],
  topics: where?.topics ?? [],
});

/** Where a period has come to, exclusive: what is dated at `validAt` has happened. */
const endOf = ({ during: { until } }: UtterancesAsked, { validAt }: Moment): number =>
  Math.min(until ?? Infinity, validAt + 1);

@Resolver()
export class PrismResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => ConversationPrism)
  @Extensions(dear)
  async conversationPrism(@Args() args: PrismArgs, @Now() now: number): Promise<ConversationPrism> {
    const moment = await this.moments.of(args, now);
    const asked = askedOf(args);
    return {
      channels: await channelsOf(this.rows, asked, moment),
      stretches: args.everyDays == null ? [] : await this.#stretches(asked, args.everyDays, moment),
      definition: prismDefinition,
    };
  }

  @Query(() => ConversationShare)
  @Extensions(dear)
  async conversationShare(@Args() args: ConversedArgs, @Now() now: number): Promise<ConversationShare> {
    const moment = await this.moments.of(args, now);
    const { heard, aboutNone, topics } = await topicsOf(this.rows, askedOf(args), moment);
    const shown = topics.slice(0, topicsMax).map((topic) => ({
      ...topic,
      share: heard === 0 ? 0 : topic.heard / heard,
      boydIndex: boydConversationIndex(topic.posts, topic.commentsAndTrackbacks),
    }));
    return { heard, aboutNone, topics: shown, definition: topicShareDefinition, boydDefinition };
  }

  @Query(() => ConversationIndex)
  @Extensions(dear)
  async conversationIndex(@Args() args: ConversedArgs, @Now() now: number): Promise<ConversationIndex> {
    const moment = await this.moments.of(args, now);
    const asked = askedOf(args);
    const conversed = await conversedIn(this.rows, asked, moment);
    const before = await this.#heardBefore(asked, moment);
    const values = conversationIndex(conversed, before);
    const { posts, commentsAndTrackbacks } = conversed;
    return {
      parts: indexParts.map((part) => ({
        part,
        value: values[part],
        meaning: indexMeanings[part],
        definition: indexDefinition(part),
      })),
      posts,
      commentsAndTrackbacks,
      boydIndex: boydConversationIndex(posts, commentsAndTrackbacks),
      boydDefinition,
    };
  }

  /** What was heard in as long a time before a period as it has lasted; null where it has no beginning. */
  async #heardBefore(asked: UtterancesAsked, moment: Moment): Promise<number | null> {
    const { from } = asked.during;
    if (from === null) return null;
    const end = endOf(asked, moment);
    return (await conversedIn(this.rows, { ...asked, during: { from: from - (end - from), until: from } }, moment))
      .heard;
  }

  /** @throws BAD_USER_INPUT, for a period without a beginning or of too many stretches. */
  async #stretches(asked: UtterancesAsked, everyDays: number, moment: Moment): Promise<readonly PrismStretch[]> {
    const { from, until } = asked.during;
    if (from === null)
      throw badUserInput([{ path: ['during', 'from'], message: 'Stretches are counted from a beginning: say which.' }]);
    const end = endOf(asked, moment);
    const stretchMs = everyDays * dayMs;
    const count = Math.max(0, Math.ceil((end - from) / stretchMs));
    if (count > stretchesMax) {
      const message = `This period has ${count} such stretches; ${stretchesMax} at most are told.`;
      throw badUserInput([{ path: ['everyDays'], message }]);
    }
    const found = await channelsOverTime(this.rows, { ...asked, during: { from, until } }, everyDays, moment);
    return Array.from({ length: count }, (_, index) => ({
      from: from + index * stretchMs,
      until: Math.min(from + (index + 1) * stretchMs, until ?? Infinity),
      channels: found.get(index) ?? [],
    }));
  }
}
