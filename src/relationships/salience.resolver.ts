import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Influence } from '../stakeholders/influence.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import type { Attribute } from './attribute.js';
import { heldNodeOf } from './care.nodes.js';
import { type HeldAttribute, attributesThen } from './care-word-pages.js';
import { RelationshipDesk, when } from './relationships.desk.js';
import { salienceDefinition, salienceOf, salientAttributes } from './salience.js';
import {
  AssessAttributeInput,
  AssessAttributeResult,
  AttributeAssessed,
  Salience,
  WithdrawAttributeInput,
  WithdrawAttributeResult,
} from './salience.types.js';

interface Whose {
  readonly memberIds: readonly string[];
  readonly moment: Moment;
}

/** The assessments that held then, in the order of their dates. */
const assessmentsOf = async (
  rows: ReadStore,
  { memberIds, moment }: Whose,
  request: RequestContext,
): Promise<readonly AttributeAssessed[]> => {
  const load = (groups: readonly (readonly string[])[], at: Moment) => attributesThen(rows, groups, at);
  const held = await batchedOfGroups(request, 'attributes', moment, load, memberIds);
  return [...(held ?? [])].sort(byDate).flatMap((word) => {
    const node = heldNodeOf(word, moment);
    return node.__typename === 'AttributeAssessed' ? [node] : [];
  });
};

const byDate = (a: HeldAttribute, b: HeldAttribute): number => a.at - b.at || a.key - b.key;

/** What people of ours see in somebody, and what follows from it. */
@Resolver(() => Stakeholder)
export class SalienceResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Salience, { description: 'How much they matter, by what people of ours assessed.' })
  async salience(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<Salience> {
    const assessments = await assessmentsOf(this.rows, parent, request);
    const assessed: Partial<Record<Attribute, boolean>> = {};
    for (const { attribute, present } of assessments) assessed[attribute] = present;
    return {
      class: salienceOf(assessed),
      missing: salientAttributes.filter((attribute) => assessed[attribute] === undefined),
      assessments,
      definition: salienceDefinition,
    };
  }

  @Mutation(() => AssessAttributeResult, {
    description: "A person's word on whether somebody has influence, power, legitimacy or urgency, from a date on.",
  })
  assessAttribute(
    @Args('input') input: AssessAttributeInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssessAttributeResult> {
    const { attribute, topic = null, present } = input;
    const data = { attribute, topic, present, occurredAt: when(input, request) };
    const asked = { type: 'AssessAttribute', data } as const;
    return this.desk.care('AttributeWasAssessed', 'assessAttribute', asked, input, request);
  }

  @Mutation(() => WithdrawAttributeResult, {
    description: 'Ends the assessment that holds at a date. A mistaken one is retracted.',
  })
  withdrawAttribute(
    @Args('input') input: WithdrawAttributeInput,
    @Context() request: RequestContext,
  ): Promise<typeof WithdrawAttributeResult> {
    const { attribute, topic = null } = input;
    const asked = { type: 'WithdrawAttribute', data: { attribute, topic, occurredAt: when(input, request) } } as const;
    return this.desk.care('AttributeWasWithdrawn', 'withdrawAttribute', asked, input, request);
  }
}

@Resolver(() => Influence)
export class AssessedInfluenceResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => AttributeAssessed, {
    nullable: true,
    description: "A person's word on whether they are heard on this topic; null without one. It changes no number.",
  })
  async assessed(
    @Parent() influence: Influence,
    @Context() request: RequestContext,
  ): Promise<AttributeAssessed | null> {
    const assessments = await assessmentsOf(this.rows, influence, request);
    return assessments.find(({ attribute, topic }) => attribute === 'influence' && topic === influence.topic) ?? null;
  }
}
