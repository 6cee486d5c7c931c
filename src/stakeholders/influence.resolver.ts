import { Inject } from '@nestjs/common';
import { Args, ArgsType, Extensions, Field, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Length } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { dear } from '../graphql/cost.js';
import { refused } from '../graphql/errors.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { READ_STORE } from '../tokens.js';
import { TooManyVoices, countVoices, topicNumbers, voicesMax, voicesOn } from './influence-pages.js';
import { type ListedVoice, type Voice, type VoiceList, magicMiddleOf, rankingOf } from './influence-ranking.js';
import { joinedVoices, voicesSpokenFor } from './influence-voices.js';
import { evidenceMin, inProportion, influenceDefinition, weightsV1 } from './influence.js';
import { InfluenceNodes, type Told } from './influence.nodes.js';
import {
  type Discovery,
  DiscoveryConnection,
  InfluenceRanking,
  MagicMiddle,
  MagicMiddleArgs,
  MagicMiddleConnection,
  type MagicMiddleInfluence,
  type RankedInfluence,
  RankedInfluenceConnection,
  RankingArgs,
  TopicInfluence,
} from './influence.types.js';

@ArgsType()
class TopicInfluenceArgs extends OneOfPastArgs {
  @Field(() => String)
  @Length(1, 200)
  topic!: string;
}

/** A page of voices, with what is told of each. */
const voicesPage = async <Node>(
  nodes: InfluenceNodes,
  { topicNumber, joined, moment }: TopicInfluence,
  { list, name }: { readonly list: VoiceList; readonly name: string },
  args: ConnectionArgs,
  nodeOf: (told: Told, listed: ListedVoice) => Node,
): Promise<Connection<Node>> => {
  const page = pageOf(args, name, 'nn');
  const found = list.page(sliceOf(page, 'asc', ([value, voice]) => ({ value: Number(value), voice: Number(voice) })));
  const voices = found.entries.map(({ voice }) => voice);
  const told = topicNumber === null ? new Map<number, Told>() : await nodes.told(voices, topicNumber, joined, moment);
  const entries = found.entries.flatMap((listed) => {
    const its = told.get(listed.voice);
    return its === undefined ? [] : [{ listed, node: nodeOf(its, listed) }];
  });
  return foundConnection(
    page,
    name,
    { entries, more: found.more },
    ({ listed: { value, voice } }) => [value, voice],
    ({ node }) => node,
    () => list.size,
  );
};

/** Who is heard on a topic. */
@Resolver(() => TopicInfluence)
export class InfluenceResolver {
  constructor(
    private readonly moments: Moments,
    private readonly nodes: InfluenceNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => TopicInfluence, {
    description: 'Who is heard on a topic: ranked, in the magic middle, or to be discovered.',
  })
  async topicInfluence(
    @Args() { topic, ...pastArgs }: TopicInfluenceArgs,
    @Now() now: number,
  ): Promise<TopicInfluence> {
    const moment = await this.moments.of(pastArgs, now);
    const [number = null] = await topicNumbers(this.rows, [topic]);
    const joined = await joinedVoices(this.rows, moment);
    const read = new Map<number, Promise<readonly Voice[]>>();
    const voices = (least: number): Promise<readonly Voice[]> => {
      const known =
        read.get(least) ?? bounded(number === null ? [] : voicesOn(this.rows, number, moment, least, joined));
      read.set(least, known);
      return known;
    };
    return {
      moment,
      topicNumber: number,
      joined,
      voices,
      topic,
      minimum: evidenceMin,
      definition: influenceDefinition,
    };
  }

  @ResolveField(() => Int, {
    description: 'How many are heard on it, those with too little evidence for a number included.',
  })
  async people(@Parent() { topicNumber, joined, moment }: TopicInfluence): Promise<number> {
    return topicNumber === null ? 0 : countVoices(this.rows, topicNumber, moment, joined);
  }

  @ResolveField(() => InfluenceRanking)
  @Extensions(dear)
  ranking(@Parent() of: TopicInfluence, @Args() { weights }: RankingArgs): InfluenceRanking {
    const asked = weights ?? weightsV1;
    const byDefinition = weights == null;
    return { of, asked, weights: inProportion(asked), byDefinition, definition: influenceDefinition };
  }

  @ResolveField(() => MagicMiddle)
  @Extensions(dear)
  async magicMiddle(
    @Parent() of: TopicInfluence,
    @Args() { fromPercentile, toPercentile }: MagicMiddleArgs,
  ): Promise<MagicMiddle> {
    const { voices: list, ...band } = magicMiddleOf(await of.voices(evidenceMin), fromPercentile, toPercentile);
    return { of, list, fromPercentile, toPercentile, ...band, definition: influenceDefinition };
  }

  @ResolveField(() => DiscoveryConnection, {
    description:
      'Whom nobody of ours answers for and who are not retired, in the order in which a ranking has them on whatever evidence there is.',
  })
  @Extensions(dear)
  async discoveries(@Parent() of: TopicInfluence, @Args() args: ConnectionArgs): Promise<Connection<Discovery>> {
    const spokenFor = await voicesSpokenFor(this.rows, of.moment);
    const candidates = (await of.voices(1)).filter(({ voice }) => !spokenFor.has(voice));
    const name = `discoveries ${of.topic}`;
    return voicesPage(this.nodes, of, { list: rankingOf(candidates, weightsV1, 1), name }, args, (told, listed) => ({
      ...told,
      ...{ place: listed.place, moment: of.moment },
    }));
  }
}

@Resolver(() => InfluenceRanking)
export class InfluenceRankingResolver {
  constructor(private readonly nodes: InfluenceNodes) {}

  @ResolveField(() => RankedInfluenceConnection)
  async voices(
    @Parent() { of, asked }: InfluenceRanking,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<RankedInfluence>> {
    const ranking = rankingOf(await of.voices(evidenceMin), asked);
    const name = `ranking ${asked.reach} ${asked.resonance} ${asked.relevance} ${of.topic}`;
    return voicesPage(this.nodes, of, { list: ranking, name }, args, ({ heard, ...told }, { place, value: score }) => ({
      ...{ ...told, place, score, placeByReach: ranking.placeByReach(heard) },
    }));
  }
}

@Resolver(() => MagicMiddle)
export class MagicMiddleResolver {
  constructor(private readonly nodes: InfluenceNodes) {}

  @ResolveField(() => MagicMiddleConnection, { description: 'The most relevant first.' })
  async voices(
    @Parent() { of, list, fromPercentile, toPercentile }: MagicMiddle,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<MagicMiddleInfluence>> {
    const name = `magic middle ${fromPercentile} ${toPercentile} ${of.topic}`;
    return voicesPage(this.nodes, of, { list, name }, args, (told, { place }) => ({ ...told, place }));
  }
}

/** @throws LIMIT_EXCEEDED, where more were heard on a topic than are ranked. */
const bounded = async (reading: Promise<readonly Voice[]> | readonly Voice[]): Promise<readonly Voice[]> => {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof TooManyVoices)) throw error;
    throw refused('LIMIT_EXCEEDED', `topic: more than ${voicesMax} are heard on it; so many are ranked at most.`, {
      limit: 'voices',
      allowed: voicesMax,
    });
  }
};
