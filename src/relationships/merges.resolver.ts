import { Inject } from '@nestjs/common';
import { Extensions, Parent, ResolveField, Resolver, createUnionType } from '@nestjs/graphql';
import { open } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { StakeholderMerge } from '../stakeholders/merges.types.js';
import { READ_STORE } from '../tokens.js';
import { factsPage } from './relationship-facts-pages.js';
import { type RelationshipFactNode, RelationshipFactNodes } from './relationships.nodes.js';
import { answersMax, answersOf } from './survey-answers.js';
import { SurveyAnswer, surveyAnswerShown } from './surveys.types.js';
import { relationshipFactClasses } from './relationship-fact.types.js';

const RelationshipFact = createUnionType({
  name: 'RelationshipFact',
  description: 'What we decided about a relationship.',
  types: () => relationshipFactClasses,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
});

const factsMax = 100;

/** What was decided while two were one. */
@Resolver(() => StakeholderMerge)
export class MergedFactsResolver {
  constructor(
    private readonly facts: RelationshipFactNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [RelationshipFact], {
    description: `What was decided while they were one: where they are unmerged, they stay with who remains. Newest first, ${factsMax} at most.`,
  })
  @Extensions({ listSize: 10 })
  async stayingFacts(
    @Parent() { stakeholder: { moment }, stayingKeys: members, from: after, until }: StakeholderMerge,
  ): Promise<readonly RelationshipFactNode[]> {
    const filter = { recordedBetween: { after, before: until ?? open } };
    const page = { members, past: moment, filter, order: 'desc', limit: factsMax } as const;
    return (await factsPage(this.rows, page)).entries.map((entry) => this.facts.nodeOf(entry, moment));
  }

  @ResolveField(() => [SurveyAnswer], {
    description: `Answers to surveys that were recorded while they were one, likewise. Newest first, ${answersMax} at most; what was taken back is left out.`,
  })
  @Extensions({ listSize: 10 })
  async stayingSurveyAnswers(
    @Parent() { stakeholder: { moment }, stayingIds, from: after, until }: StakeholderMerge,
  ): Promise<readonly SurveyAnswer[]> {
    const found = await answersOf(this.rows, [stayingIds], moment, { after, before: until ?? open });
    return (found.get(stayingIds[0] ?? '') ?? []).map(surveyAnswerShown);
  }
}
