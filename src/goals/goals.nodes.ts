import { Inject, Injectable } from '@nestjs/common';
import { conversionKinds } from '../advocacy/advocacy-v1.js';
import { streamOf } from '../event-sourcing/decider.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Moment, present } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import { type StoredCohort, goal } from './goal.js';
import { type ListedGoal, goalsById } from './goal-pages.js';
import { type GoalView, viewAfter } from './goal-view.js';
import type { Goal, GoalBaseline, GoalCohort, GoalTermsThen } from './goals.types.js';

/** Goals as GraphQL shows them. */
@Injectable()
export class GoalNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly stakeholders: StakeholderNodes,
    registry: NodeRegistry,
  ) {
    registry.register('Goal', async (ids, moment) => {
      const found = await this.byId(ids, moment);
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  nodeOf({ view, revision }: Pick<ListedGoal, 'view' | 'revision'>, moment: Moment): Goal {
    const { goalId, measure, dropped } = view;
    const { name, kinds, stances, survey, topic, cohort } = measure;
    return {
      __typename: 'Goal',
      id: toGlobalId('Goal', goalId, moment),
      goalId,
      stored: measure,
      revision,
      measure: name,
      kinds: kinds && conversionKinds.filter((kind) => kinds.includes(kind)),
      stances,
      survey,
      topic,
      cohort: cohort === undefined ? null : cohortOf(cohort, moment),
      dropped: dropped === null ? null : { at: Date.parse(dropped.at), by: dropped.by, reason: dropped.reason },
      ...termsIn(view, moment),
    };
  }

  termsOf(view: GoalView, moment: Moment): GoalTermsThen {
    return termsIn(view, moment);
  }

  async byId(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Goal>> {
    const found = await goalsById(this.rows, ids, moment);
    return new Map([...found].map(([id, listed]) => [id, this.nodeOf(listed, moment)]));
  }

  /** A goal just written about: as new as the ordinal, or as its own stream says where the rows are behind. */
  async justNow(id: string, ordinal: number, now: number): Promise<Goal> {
    const moment = present(now);
    const found = (await this.stakeholders.readable(ordinal)) ? (await this.byId([id], moment)).get(id) : undefined;
    return found ?? this.#fromStream(id, moment);
  }

  async #fromStream(id: string, moment: Moment): Promise<Goal> {
    const events = await this.store.readStream(streamOf(goal, id));
    let view: GoalView | undefined;
    for (const event of events) view = viewAfter(view, event);
    if (view === undefined) throw new Error(`Goal ${id} was never set.`);
    return this.nodeOf({ view, revision: events.at(-1)?.revision ?? 0 }, moment);
  }
}

const cohortOf = ({ owner, ...rest }: StoredCohort, moment: Moment): GoalCohort => ({
  ...rest,
  ownerId: owner,
  moment,
});

const termsIn = (view: GoalView, moment: Moment) => {
  const { target, direction, from, until, owner, setAt, recordedAt, by, reason, baseline } = view;
  return {
    ...{ moment, target, direction, ownerId: owner, recordedAt, by, reason },
    from: Date.parse(from),
    until: Date.parse(until),
    setAt: Date.parse(setAt),
    baseline: baselineOf(baseline),
  };
};

const baselineOf = ({ from, until, ...measured }: GoalView['baseline']): GoalBaseline => ({
  ...measured,
  from: from === null ? null : Date.parse(from),
  until: Date.parse(until),
});
