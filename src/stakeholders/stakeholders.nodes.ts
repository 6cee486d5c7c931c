import { Inject, Injectable } from '@nestjs/common';
import { streamOf } from '../event-sourcing/decider.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Projecting } from '../event-sourcing/projecting.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Moment, present } from '../graphql/moment.js';
import { EVENT_STORE, PROJECTOR, READ_STORE } from '../tokens.js';
import { type ListedStakeholder, identifiedById, identifiedByKey, stakeholdersById } from './directory-pages.js';
import { type StakeholderFact, stakeholder } from './stakeholder.js';
import type { Stakeholder } from './stakeholders.types.js';

/** How long a mutation waits for its own fact to be readable before it answers from the fact itself, in milliseconds. */
const shownWithinMs = 2_000;

/** Stakeholders as GraphQL shows them. */
@Injectable()
export class StakeholderNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(PROJECTOR) private readonly projector: Projecting,
  ) {}

  nodeOf(
    { key, id, members, kind, name, retired, revision, identifiedAt }: ListedStakeholder,
    moment: Moment,
  ): Stakeholder {
    return {
      __typename: 'Stakeholder',
      id: toGlobalId('Stakeholder', id, moment),
      liveId: toGlobalId('Stakeholder', id),
      stakeholderId: id,
      key,
      memberKeys: members.map((member) => member.key),
      memberIds: members.map((member) => member.id),
      moment,
      kind,
      name,
      retired,
      revision,
      identifiedAt,
    };
  }

  /** Those who existed at that moment (under an old id, who remains), in the order asked for; null for who did not. */
  async existing(ids: readonly string[], moment: Moment): Promise<readonly (Stakeholder | null)[]> {
    const found = await stakeholdersById(this.rows, ids, moment);
    return ids.map((id) => this.#orNull(found.get(id), moment));
  }

  /** Those who had been identified by then, by id: whoever took part in what is shown, retracted or not. */
  async identified(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Stakeholder>> {
    const found = await identifiedById(this.rows, ids, moment);
    return new Map([...found].map(([id, listed]) => [id, this.nodeOf(listed, moment)]));
  }

  /** The same by key. */
  async identifiedByKey(keys: readonly number[], moment: Moment): Promise<ReadonlyMap<number, Stakeholder>> {
    const found = await identifiedByKey(this.rows, keys, moment);
    return new Map([...found].map(([key, listed]) => [key, this.nodeOf(listed, moment)]));
  }

  /** A stakeholder just written about: as new as the ordinal, or as its own stream says where the rows are behind. */
  async justNow(id: string, ordinal: number, now: number): Promise<Stakeholder> {
    const moment = present(now);
    const found = (await this.readable(ordinal)) ? (await this.identified([id], moment)).get(id) : undefined;
    return found ?? this.#fromStream(id, moment);
  }

  /** Waits a while for a fact to be readable. */
  async readable(ordinal: number): Promise<boolean> {
    return (await this.projector.waitFor(ordinal, undefined, shownWithinMs)) === 'projected';
  }

  #orNull(found: ListedStakeholder | undefined, moment: Moment): Stakeholder | null {
    return found === undefined ? null : this.nodeOf(found, moment);
  }

  async #fromStream(id: string, moment: Moment): Promise<Stakeholder> {
    const events = await this.store.readStream(streamOf(stakeholder, id));
    const first = events.find(({ type }) => type === 'StakeholderIdentified');
    if (first === undefined) throw new Error(`Stakeholder ${id} was never identified.`);
    const facts = events.map((event) => event as unknown as StakeholderFact);
    const { name, retired } = facts.reduce(stakeholder.evolve, stakeholder.initialState);
    const { kind } = (first as unknown as Extract<StakeholderFact, { type: 'StakeholderIdentified' }>).data;
    const revision = events.at(-1)?.revision ?? 0;
    const members = [{ key: first.ordinal, id }];
    return this.nodeOf(
      {
        key: first.ordinal,
        id,
        members,
        kind,
        name,
        sortName: name,
        retired,
        revision,
        identifiedAt: first.recordedAt,
      },
      moment,
    );
  }
}
