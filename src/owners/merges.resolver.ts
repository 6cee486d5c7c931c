import { Inject } from '@nestjs/common';
import { Extensions, Parent, ResolveField, Resolver, createUnionType } from '@nestjs/graphql';
import { open } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { MergePreview, StakeholderMerge } from '../stakeholders/merges.types.js';
import { READ_STORE } from '../tokens.js';
import { OwnerNodes, type OwnershipFactNode } from './owners.nodes.js';
import { OwnerAssigned, OwnerHandedOver, OwnerReleased, Ownership } from './owners.types.js';
import { ownersThen, ownershipFactsPage } from './ownership-pages.js';

/** Who of ours would answer for both. */
@Resolver(() => MergePreview)
export class PreviewedOwnerResolver {
  constructor(
    private readonly nodes: OwnerNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Ownership, {
    nullable: true,
    description: 'Who would answer for them: the owner of who remains, else of the other.',
  })
  async ownership(@Parent() { memberIds, moment }: MergePreview): Promise<Ownership | null> {
    const span = (await ownersThen(this.rows, [memberIds], moment)).get(memberIds[0] ?? '');
    return span === undefined ? null : this.nodes.spanOf(span, moment);
  }
}

const OwnerChange = createUnionType({
  name: 'OwnerChange',
  description: 'A change of who of ours answers for somebody.',
  types: () => [OwnerAssigned, OwnerHandedOver, OwnerReleased] as const,
  resolveType: ({ __typename }: OwnershipFactNode) => __typename,
});

const changesMax = 100;

/** Who was to answer for two while they were one. */
@Resolver(() => StakeholderMerge)
export class MergedOwnersResolver {
  constructor(
    private readonly nodes: OwnerNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [OwnerChange], {
    description: `Changes of owner that were recorded for who remains while they were one: where they are unmerged, these stay. A change of another's owner, where nobody answered for who remains, goes with that other. Newest first, ${changesMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async stayingOwnerChanges(
    @Parent() { stakeholder: { moment }, stayingIds: memberIds, from: after, until }: StakeholderMerge,
  ): Promise<readonly OwnershipFactNode[]> {
    const filter = { recordedBetween: { after, before: until ?? open } };
    const page = { memberIds, past: moment, filter, order: 'desc', limit: changesMax } as const;
    return (await ownershipFactsPage(this.rows, page)).entries.map((entry) => this.nodes.factOf(entry, moment));
  }
}
