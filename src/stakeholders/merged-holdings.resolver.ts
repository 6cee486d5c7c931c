import { Inject } from '@nestjs/common';
import { Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { READ_STORE } from '../tokens.js';
import { type ExternalIdRow, type HandleRow, heldExternalId, heldHandle } from './directory-tables.js';
import { ExternalId, Handle, externalIdShown, handleShown } from './handles.types.js';
import { StakeholderMerge } from './merges.types.js';
import { givenBetween, givenMax } from './staying.js';

/** What was given to those who were one. */
@Resolver(() => StakeholderMerge)
export class MergedHoldingsResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => [Handle], {
    description: `Handles that were added while they were one: where they are unmerged, these stay with who remains. ${givenMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async stayingHandles(@Parent() { stakeholder, ...merge }: StakeholderMerge): Promise<readonly Handle[]> {
    const given = await givenBetween<HandleRow>(this.rows, 'stakeholder_handle', merge, stakeholder.moment);
    return given.map((row) => handleShown(heldHandle(row)));
  }

  @ResolveField(() => [ExternalId], {
    description: `External ids that were added while they were one, likewise. ${givenMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async stayingExternalIds(@Parent() { stakeholder, ...merge }: StakeholderMerge): Promise<readonly ExternalId[]> {
    const given = await givenBetween<ExternalIdRow>(this.rows, 'stakeholder_external_id', merge, stakeholder.moment);
    return given.map((row) => externalIdShown(heldExternalId(row)));
  }
}
