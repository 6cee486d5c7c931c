import { Inject, Injectable } from '@nestjs/common';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Moment } from '../graphql/moment.js';
import { READ_STORE } from '../tokens.js';
import type { Links } from './influence-links.js';
import { type HeardOn, heardOn } from './influence-pages.js';
import { type JoinedVoices, stakeholdersOf } from './influence-voices.js';
import { evidenceMin, influenceDefinition, joinedOf, reachOf, relevanceOf, resonanceOf } from './influence.js';
import type { Influence, InfluenceMeasure } from './influence.types.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import type { Stakeholder } from './stakeholders.types.js';

/** Somebody who was heard on a topic. */
export interface Told {
  readonly heard: HeardOn;
  readonly stakeholder: Stakeholder;
  readonly influence: Influence;
}

/** Influence as GraphQL shows it. */
@Injectable()
export class InfluenceNodes {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  influenceOf(heard: HeardOn, { memberIds, moment }: Pick<Stakeholder, 'memberIds' | 'moment'>): Influence {
    const measured = measuring(heard, moment);
    const { utterances, reported, reactions, joined, audience } = heard;
    return {
      moment,
      memberIds,
      topic: heard.topic,
      reach: measured(
        reachOf(heard),
        { count: reported, newestAt: heard.newestReportedAt, links: 'widest' },
        'The mean audience of what they said on the topic, as it was reported: people.',
        'Of too little of what they said on the topic is the audience reported.',
        reported,
      ),
      resonance: measured(
        resonanceOf(heard),
        { count: reactions, newestAt: heard.newestReactionToReportedAt, links: 'reactions-to-reported' },
        'Reactions of others, per thousand whom they reached.',
        reported >= evidenceMin && audience === 0
          ? 'What they said on the topic reached nobody, as it was reported.'
          : 'Of too little of what they said on the topic is the audience reported.',
        reported,
      ),
      conversations: measured(
        joinedOf(heard),
        { count: joined, newestAt: heard.newestReactionAt, links: 'joined' },
        'The part of what they said on the topic that others joined: 0 to 1.',
        'They said too little on the topic.',
        utterances,
      ),
      relevance: measured(
        relevanceOf(heard),
        { count: utterances, newestAt: heard.newestAt, links: 'newest' },
        'What they said on the topic, each 0.9^(whole months ago).',
        'They said too little on the topic.',
        utterances,
      ),
      people: heard.people,
      definition: influenceDefinition,
    };
  }

  /** Whose voices these are and what is told of them on one topic; every voice is there, the least of those who are one. */
  async told(
    voices: readonly number[],
    topic: number,
    joined: JoinedVoices,
    moment: Moment,
  ): Promise<ReadonlyMap<number, Told>> {
    const ids = await stakeholdersOf(this.rows, voices);
    const people = await this.stakeholders.identified([...new Set(ids.values())], moment);
    const groups = voices.map((voice) => joined.get(voice) ?? [voice]);
    const found = new Map<number, Told>();
    for (const heard of await heardOn(this.rows, { groups, topics: [topic], joined }, moment)) {
      const stakeholder = people.get(ids.get(heard.voice) ?? '');
      // Rows of two projections may be a batch apart: who is not listed yet is there when it is asked for again.
      if (stakeholder === undefined) continue;
      found.set(heard.voice, { heard, stakeholder, influence: this.influenceOf(heard, stakeholder) });
    }
    return found;
  }
}

const measuring =
  (heard: HeardOn, moment: Moment) =>
  (
    value: number | null,
    its: { readonly count: number; readonly newestAt: number | null; readonly links: Links },
    meaning: string,
    reason: string,
    has: number,
  ): typeof InfluenceMeasure => {
    const evidence = { ...its, heard, moment };
    return value === null
      ? {
          __typename: 'NotEnoughEvidence',
          ...{ reason, minimum: evidenceMin, missing: Math.max(0, evidenceMin - has), evidence },
        }
      : { __typename: 'InfluenceMeasured', value, meaning, evidence };
  };
