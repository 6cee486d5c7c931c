import { Inject, Injectable } from '@nestjs/common';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Moment, present } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { READ_STORE, TRANSACTIONS } from '../tokens.js';
import { colleague } from './colleague.js';
import { type ListedColleague, type ListedTeam, colleaguesById, teamsById } from './our-own-pages.js';
import type { Colleague, Team } from './our-own.types.js';
import {
  type OwnerAssigned,
  type OwnerHandedOver,
  type OwnerReleased,
  type Ownership,
  ownershipFactTypes,
} from './owners.types.js';
import { type OwnerSpan, type OwnershipFactEntry, ownershipFactById } from './ownership-pages.js';
import type { OwnershipFactKind } from './ownership-rows.js';
import { team } from './team.js';

export type OwnershipFactNode = OwnerAssigned | OwnerHandedOver | OwnerReleased;

const typeOf: Record<OwnershipFactKind, (typeof ownershipFactTypes)[number]> = {
  'owner-assigned': 'OwnerAssigned',
  'owner-handed-over': 'OwnerHandedOver',
  'owner-released': 'OwnerReleased',
};

/** Our own people and teams, and who answers for whom, as GraphQL shows them. */
@Injectable()
export class OwnerNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions,
    private readonly stakeholders: StakeholderNodes,
    registry: NodeRegistry,
  ) {
    registry.register('Colleague', async (ids, moment) => {
      const found = await this.colleagues(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
    registry.register('Team', async (ids, moment) => {
      const found = await this.teams(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
    for (const type of ownershipFactTypes) registry.register(type, (ids, moment) => this.#facts(ids, moment));
  }

  colleagueOf({ id, name, teamId, addresses, left, revision }: ListedColleague, moment: Moment): Colleague {
    return {
      __typename: 'Colleague',
      id: toGlobalId('Colleague', id, moment),
      colleagueId: id,
      teamId,
      moment,
      name,
      addresses,
      left,
      revision,
    };
  }

  teamOf({ id, name, department, revision }: ListedTeam, moment: Moment): Team {
    return { __typename: 'Team', id: toGlobalId('Team', id, moment), name, department, revision };
  }

  /** People of ours by id, as they were known then. */
  async colleagues(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Colleague>> {
    const found = await colleaguesById(this.rows, ids, moment);
    return new Map([...found].map(([id, listed]) => [id, this.colleagueOf(listed, moment)]));
  }

  /** Teams of ours by id, as they were known then. */
  async teams(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Team>> {
    const found = await teamsById(this.rows, ids, moment);
    return new Map([...found].map(([id, listed]) => [id, this.teamOf(listed, moment)]));
  }

  /** One of ours just written about: as new as the ordinal, or as their own stream says where the rows are behind. */
  async colleagueJustNow(id: string, ordinal: number, now: number): Promise<Colleague> {
    const moment = present(now);
    const found = (await this.stakeholders.readable(ordinal))
      ? (await this.colleagues([id], moment)).get(id)
      : undefined;
    if (found !== undefined) return found;
    const { state, revision } = await this.transactions.read(colleague, id);
    return this.colleagueOf({ key: 0, sortName: '', id, ...state, revision }, moment);
  }

  /** A team just written about, likewise. */
  async teamJustNow(id: string, now: number): Promise<Team> {
    const { state, revision } = await this.transactions.read(team, id);
    if (state === null) throw new Error(`Team ${id} was never named.`);
    return this.teamOf({ id, ...state, revision }, present(now));
  }

  spanOf({ owner, tier, from, until, because }: OwnerSpan, moment: Moment): Ownership {
    const { previousOwner, rank, by, reason } = because;
    return { moment, ownerId: owner, previousOwnerId: previousOwner, tier, from, until, rank, by, reason };
  }

  factOf({ view }: OwnershipFactEntry, moment: Moment): OwnershipFactNode {
    const { stakeholderId, factId, kind, occurredAt, recordedAt, by, reason, tier, owner, previousOwner, rank } = view;
    const type = typeOf[kind];
    const fact = {
      id: toGlobalId(type, factId, moment),
      moment,
      stakeholderId,
      ownerId: owner,
      previousOwnerId: previousOwner,
      occurredAt: Date.parse(occurredAt),
      recordedAt,
      by,
      reason,
      tier,
    };
    return type === 'OwnerAssigned' ? { __typename: type, ...fact, rank } : { __typename: type, ...fact };
  }

  async #facts(ids: readonly string[], moment: Moment): Promise<readonly (OwnershipFactNode | null)[]> {
    return Promise.all(
      ids.map(async (id) => {
        const found = await ownershipFactById(this.rows, id, moment);
        return found && this.factOf(found, moment);
      }),
    );
  }
}
