import { Inject, Injectable } from '@nestjs/common';
import { streamOf } from '../event-sourcing/decider.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { type Connection, type ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Moment, present } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import type { Correction } from '../interactions/interaction-node.types.js';
import { stakeholder } from '../stakeholders/stakeholder.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import { personOf } from './affiliating.js';
import { type AffiliationsAsked, affiliationsById, affiliationsPage, countAffiliations } from './affiliation-pages.js';
import { type AffiliationCorrection, type AffiliationView, recordedAffiliation } from './affiliation-view.js';
import type { Affiliation } from './affiliations.types.js';
import { endThen } from './ending.js';
import { stateAt } from './lasting.js';

/** Affiliations as GraphQL shows them. */
@Injectable()
export class AffiliationNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly stakeholders: StakeholderNodes,
    registry: NodeRegistry,
  ) {
    registry.register('Affiliation', async (ids, moment) => {
      const found = await this.byId(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  nodeOf(view: AffiliationView, moment: Moment): Affiliation {
    const { affiliationId, personId, organisationId, role, title, occurredAt, source, saidBy } = view;
    const { recordedAt, by, reason, retraction, corrections } = view;
    const { until, ending } = endThen(view, moment);
    return {
      __typename: 'Affiliation',
      id: toGlobalId('Affiliation', affiliationId, moment),
      moment,
      personId,
      organisationId,
      role,
      title,
      from: occurredAt === null ? null : Date.parse(occurredAt),
      until: until === null ? null : Date.parse(until),
      state: stateAt(view, moment),
      source,
      saidById: saidBy,
      recordedAt,
      by,
      reason,
      ending,
      retraction,
      corrections: corrections.map(correctionOf),
    };
  }

  /** Those that were known and had begun at that moment, by their ids. */
  async byId(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Affiliation>> {
    const found = await affiliationsById(this.rows, ids, moment);
    return new Map([...found].map(([id, view]) => [id, this.nodeOf(view, moment)]));
  }

  /** A page of affiliations as a connection: what began last first. @param list tells lists' cursors apart. */
  async page(
    list: string,
    asked: AffiliationsAsked & { readonly past: Moment },
    args: ConnectionArgs,
  ): Promise<Connection<Affiliation>> {
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'desc', ([at, tie]) => ({ at: Number(at), tie: Number(tie) }));
    return foundConnection(
      page,
      list,
      await affiliationsPage(this.rows, { ...asked, ...slice }),
      ({ at, tie }) => [at, tie],
      ({ view }) => this.nodeOf(view, asked.past),
      () => countAffiliations(this.rows, asked),
    );
  }

  /** One just written about: as new as the ordinal, or as its person's stream says where the rows are behind. */
  async justNow(id: string, ordinal: number, now: number): Promise<Affiliation> {
    const moment = present(now);
    const found = (await this.stakeholders.readable(ordinal)) ? (await this.byId([id], moment)).get(id) : undefined;
    if (found !== undefined) return found;
    const view = recordedAffiliation(await this.store.readStream(streamOf(stakeholder, personOf(id))), id);
    if (view === null) throw new Error(`Affiliation ${id} was never started.`);
    return this.nodeOf(view, moment);
  }
}

const nameOf = (field: string): string => (field === 'occurredAt' ? 'from' : field);

const correctionOf = ({ at, by, reason, from, to }: AffiliationCorrection): Correction => {
  const before: Readonly<Record<string, string | null>> = from;
  const changes = Object.entries(to).map(([field, after]) => ({
    field: nameOf(field),
    from: before[field] ?? null,
    to: after,
  }));
  return { at, by, reason, changes };
};
