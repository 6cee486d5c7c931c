import { Inject } from '@nestjs/common';
import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { open } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { MergePreview, StakeholderMerge } from '../stakeholders/merges.types.js';
import { READ_STORE } from '../tokens.js';
import { type Interaction, InteractionConnection } from './interaction-node.types.js';
import { InteractionNodes } from './interactions.nodes.js';
import { countEntries, entriesPage, interactionCounts } from './timeline-pages.js';

/** What was recorded while two were one. */
@Resolver(() => StakeholderMerge)
export class MergedInteractionsResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => InteractionConnection, {
    description:
      'Recorded while they were one, under an id and without a handle: where they are unmerged, it stays with who remains. Oldest first.',
  })
  async staying(
    @Parent() { stakeholder: { moment }, stayingKeys: members, from: after, until }: StakeholderMerge,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Interaction>> {
    const list = 'staying';
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'asc', ([at, tie]) => ({ at: Number(at), tie: Number(tie) }));
    const of = { members, past: moment, filter: { byIdBetween: { after, before: until ?? open } } };
    const found = await entriesPage(this.rows, { ...of, ...slice });
    const shown = await this.nodes.byKey(
      found.entries.map(({ tie }) => tie),
      moment,
    );
    const entries = found.entries.flatMap((place) => {
      const node = shown.get(place.tie);
      return node ? [{ place, node }] : [];
    });
    return foundConnection(
      page,
      list,
      { entries, more: found.more },
      ({ place: { at, tie } }) => [at, tie],
      ({ node }) => node,
      () => countEntries(this.rows, of),
    );
  }
}

/** How much would be told of both. */
@Resolver(() => MergePreview)
export class PreviewedInteractionsResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => Int, {
    description: 'Of both, not counting what was retracted; what passed with both counts once.',
  })
  async interactionCount(@Parent() { memberKeys, moment }: MergePreview): Promise<number> {
    return (await interactionCounts(this.rows, [memberKeys], moment)).get(memberKeys[0] ?? 0) ?? 0;
  }
}
