import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { MergePreview } from '../stakeholders/merges.types.js';
import { READ_STORE } from '../tokens.js';
import { OwnerNodes } from './owners.nodes.js';
import { Ownership } from './owners.types.js';
import { ownersThen } from './ownership-pages.js';

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
