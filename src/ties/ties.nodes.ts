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
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import { endThen } from './ending.js';
import { stateAt } from './lasting.js';
import { tie } from './tie.js';
import { type TiesAsked, countTies, tiesById, tiesPage } from './tie-pages.js';
import { type TieCorrection, type TieView, recordedTie } from './tie-view.js';
import type { Tie } from './ties.types.js';

/** Ties as GraphQL shows them. */
@Injectable()
export class TieNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly stakeholders: StakeholderNodes,
    registry: NodeRegistry,
  ) {
    registry.register('Tie', async (ids, moment) => {
      const found = await this.byId(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  nodeOf(view: TieView, moment: Moment): Tie {
    const { tieId, kind, stakeholderId, otherId, occurredAt, source, saidBy, evidence, note, url } = view;
    const { recordedAt, by, reason, revision, retraction, corrections } = view;
    const { until, ending } = endThen(view, moment);
    return {
      __typename: 'Tie',
      id: toGlobalId('Tie', tieId, moment),
      moment,
      kind,
      stakeholderId,
      otherId,
      evidenceIds: evidence,
      note,
      url,
      from: occurredAt === null ? null : Date.parse(occurredAt),
      until: until === null ? null : Date.parse(until),
      state: stateAt(view, moment),
      source,
      saidById: saidBy,
      recordedAt,
      by,
      reason,
      revision,
      ending,
      retraction,
      corrections: corrections.map(correctionOf),
    };
  }

  /** Those that were known and had begun at that moment, by their ids. */
  async byId(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Tie>> {
    const found = await tiesById(this.rows, ids, moment);
    return new Map([...found].map(([id, view]) => [id, this.nodeOf(view, moment)]));
  }

  /** A page of ties as a connection: what began last first. @param list tells lists' cursors apart. */
  async page(
    list: string,
    asked: TiesAsked & { readonly past: Moment },
    args: ConnectionArgs,
  ): Promise<Connection<Tie>> {
    const page = pageOf(args, list, 'nn');
    const slice = sliceOf(page, 'desc', ([at, tie]) => ({ at: Number(at), tie: Number(tie) }));
    return foundConnection(
      page,
      list,
      await tiesPage(this.rows, { ...asked, ...slice }),
      ({ at, tie }) => [at, tie],
      ({ view }) => this.nodeOf(view, asked.past),
      () => countTies(this.rows, asked),
    );
  }

  /** One just written about: as new as the ordinal, or as its stream says where the rows are behind. */
  async justNow(id: string, ordinal: number, now: number): Promise<Tie> {
    const moment = present(now);
    const found = (await this.stakeholders.readable(ordinal)) ? (await this.byId([id], moment)).get(id) : undefined;
    if (found !== undefined) return found;
    const view = recordedTie(await this.store.readStream(streamOf(tie, id)));
    if (view === null) throw new Error(`Tie ${id} was never recorded.`);
    return this.nodeOf(view, moment);
  }
}

/** Fields by the names that clients know, evidence by its global ids. */
const correctionOf = ({ at, by, reason, from, to }: TieCorrection): Correction => {
  const shown = (field: string, value: unknown): unknown =>
    field === 'evidence' && Array.isArray(value)
      ? value.map((id: string) => toGlobalId('Interaction', id))
      : (value ?? null);
  const before: Readonly<Record<string, unknown>> = from;
  const changes = Object.entries(to).map(([field, after]) => ({
    field: field === 'occurredAt' ? 'from' : field,
    from: shown(field, before[field]),
    to: shown(field, after),
  }));
  return { at, by, reason, changes };
};
