import { Inject } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { RequestContext } from '../graphql/request-context.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import type { OwnershipFactView } from '../owners/ownership-rows.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { READ_STORE } from '../tokens.js';
import { Conversion, Touch, TouchConnection } from './advocacy.types.js';
import { countTouches, touchesPage } from './touch-pages.js';

const list = 'touches';
const nothing = { entries: [], more: false };

/** The whole of a journey. */
@Resolver(() => Conversion)
export class TouchesResolver {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    private readonly interactions: InteractionNodes,
    private readonly owners: OwnerNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => TouchConnection, {
    description: 'The journey with every touch, oldest first. Association, not cause.',
  })
  async touches(
    @Parent() { row, moment }: Conversion,
    @Args() args: ConnectionArgs,
    @Context() request: RequestContext,
  ): Promise<Connection<Touch>> {
    const { stakeholder, since_at: since, at: until } = row;
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'asc', ([at, key]) => ({ at: Number(at), key: Number(key) }));
    const load = (keys: readonly number[], at: typeof moment) => this.stakeholders.identifiedByKey(keys, at);
    const whose = await batched(request, 'converted', moment, load, stakeholder);
    if (whose === null) throw new Error(`The stakeholder of conversion ${row.id} is not in the directory.`);
    const { memberKeys, memberIds } = whose;
    const asked = since === null ? null : { memberKeys, memberIds, since, until, past: moment };
    const found = asked === null ? nothing : await touchesPage(this.rows, asked, slice);
    const spoken = await this.interactions.byKey(
      found.entries.flatMap(({ key, handed }) => (handed === null ? [key] : [])),
      moment,
    );
    return foundConnection(
      page,
      list,
      found,
      ({ at, key }) => [at, key],
      ({ at: occurredAt, key, handed }): Touch => {
        const interaction = handed === null ? (spoken.get(key) ?? null) : null;
        if (handed === null) return { occurredAt, interaction, handOver: null };
        const view = JSON.parse(handed) as OwnershipFactView;
        const handOver = this.owners.factOf({ at: occurredAt, tie: key, view }, moment);
        return { occurredAt, interaction, handOver: handOver.__typename === 'OwnerHandedOver' ? handOver : null };
      },
      () => (asked === null ? 0 : countTouches(this.rows, asked)),
    );
  }
}
