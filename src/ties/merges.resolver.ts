import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { open } from '../event-sourcing/position.js';
import { type Connection, ConnectionArgs } from '../graphql/connections.js';
import { StakeholderMerge } from '../stakeholders/merges.types.js';
import { type Affiliation, AffiliationConnection } from './affiliations.types.js';
import { AffiliationNodes } from './affiliations.nodes.js';
import { states } from './lasting.js';
import { tieKinds } from './tie.js';
import { TieNodes } from './ties.nodes.js';
import { type Tie, TieConnection } from './ties.types.js';

/** Who was tied to whom, and who belonged where, as it was recorded while two were one: it names ids, and no handle. */
@Resolver(() => StakeholderMerge)
export class MergedTiesResolver {
  constructor(
    private readonly ties: TieNodes,
    private readonly affiliations: AffiliationNodes,
  ) {}

  @ResolveField(() => TieConnection, {
    description:
      'Ties that were recorded while they were one, whatever became of them: where they are unmerged, these stay with who remains. What began last first.',
  })
  stayingTies(
    @Parent() { stakeholder: { moment }, stayingIds: ids, from: after, until }: StakeholderMerge,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Tie>> {
    const recordedBetween = { after, before: until ?? open };
    const asked = { ids, kinds: tieKinds, states, past: moment, recordedBetween };
    return this.ties.page('staying ties', asked, args);
  }

  @ResolveField(() => AffiliationConnection, {
    description:
      'Where they belong (of an organisation: who belongs to it), as it was recorded while they were one and whatever became of it: where they are unmerged, it stays with who remains. What began last first.',
  })
  stayingAffiliations(
    @Parent() { stakeholder: { kind, moment }, stayingIds: ids, from: after, until }: StakeholderMerge,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Affiliation>> {
    const recordedBetween = { after, before: until ?? open };
    const asked = { end: kind, ids, states, past: moment, recordedBetween };
    return this.affiliations.page('staying affiliations', asked, args);
  }
}
