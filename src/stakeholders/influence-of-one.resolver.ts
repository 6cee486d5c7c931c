import { Inject } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { READ_STORE } from '../tokens.js';
import { type Links, linksMax, linksOf } from './influence-links.js';
import { type HeardOn, heardOn, topicNumbers } from './influence-pages.js';
import { joinedVoices, voicesOf } from './influence-voices.js';
import { InfluenceNodes } from './influence.nodes.js';
import {
  Discovery,
  type DiscoveryReason,
  Influence,
  InfluenceEvidence,
  InfluenceOfOneArgs,
  SpeakingInteraction,
} from './influence.types.js';
import { Stakeholder } from './stakeholders.types.js';

/** On so many topics at most is somebody's influence told at once. */
const topicsMax = 20;

@Resolver(() => Stakeholder)
export class InfluenceOfOneResolver {
  constructor(
    private readonly nodes: InfluenceNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [Influence], {
    description: `On each topic they were heard on, the most relevant first, ${topicsMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async influence(
    @Parent() stakeholder: Stakeholder,
    @Args() { topics }: InfluenceOfOneArgs,
    @Context() request: RequestContext,
  ): Promise<readonly Influence[]> {
    const load = (groups: readonly (readonly string[])[], at: Moment) => this.#heard(groups, topics ?? null, at);
    const name = `influence ${JSON.stringify(topics ?? null)}`;
    const heard = await batchedOfGroups(request, name, stakeholder.moment, load, stakeholder.memberIds);
    return [...(heard ?? [])]
      .sort((a, b) => b.love - a.love || (a.topic < b.topic ? -1 : 1))
      .slice(0, topicsMax)
      .map((each) => this.nodes.influenceOf(each, stakeholder));
  }

  async #heard(
    groups: readonly (readonly string[])[],
    topics: readonly string[] | null,
    moment: Moment,
  ): Promise<ReadonlyMap<string, readonly HeardOn[]>> {
    const voices = await voicesOf(this.rows, groups);
    const asked = {
      groups: [...voices.values()],
      topics: topics === null ? undefined : await topicNumbers(this.rows, topics),
      joined: await joinedVoices(this.rows, moment),
    };
    const byVoice = Map.groupBy(await heardOn(this.rows, asked, moment), ({ voice }) => voice);
    return new Map([...voices].map(([id, [voice = -1]]) => [id, byVoice.get(voice) ?? []]));
  }
}

@Resolver(() => InfluenceEvidence)
export class InfluenceEvidenceResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [Interaction], {
    description: `Some of it, ${linksMax} at most: the widest audiences, the newest reactions, what most joined, the newest utterances.`,
  })
  @Extensions({ listSize: linksMax })
  async interactions(@Parent() { heard, links, moment }: InfluenceEvidence): Promise<readonly Interaction[]> {
    const found = await linksOf(this.rows, links, { topic: heard.topicNumber, voices: heard.voices }, moment);
    const shown = await this.nodes.byId(
      found.map(({ interactionId }) => interactionId),
      moment,
    );
    return found.flatMap(({ interactionId }) => shown.get(interactionId) ?? []);
  }
}

const reasons: readonly (readonly [DiscoveryReason, Links])[] = [
  ['most-joined', 'joined'],
  ['widest-audience', 'widest'],
  ['newest', 'newest'],
];

@Resolver(() => Discovery)
export class DiscoveryResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [SpeakingInteraction], {
    description: 'What they said on the topic that speaks for them, and why.',
  })
  @Extensions({ listSize: reasons.length })
  async because(
    @Parent() { heard: { topicNumber: topic, voices }, moment }: Discovery,
  ): Promise<readonly SpeakingInteraction[]> {
    const chosen = new Map<string, DiscoveryReason[]>();
    for (const [reason, links] of reasons) {
      const [link] = await linksOf(this.rows, links, { topic, voices }, moment, 1);
      if (link === undefined) continue;
      const known = chosen.get(link.interactionId);
      if (known === undefined) chosen.set(link.interactionId, [reason]);
      else known.push(reason);
    }
    const shown = await this.nodes.byId([...chosen.keys()], moment);
    return [...chosen].flatMap(([id, its]) => {
      const interaction = shown.get(id);
      return interaction === undefined ? [] : [{ interaction, reasons: its }];
    });
  }
}
