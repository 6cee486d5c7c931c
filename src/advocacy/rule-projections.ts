import { streamOf } from '../event-sourcing/decider.js';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import { ruleInForce, ruleKinds } from './rule-in-force.js';
import { keptLive, rulesInTime, type RulesInTime } from './rules-in-time.js';
import { standingBeside } from './standing-projection.js';

const pageMax = 1_000;

/** What the log says of rules: their streams are short. */
export async function ruleEvents(store: Pick<EventStore, 'readStream'>): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (const decides of ruleKinds)
    for (let revision = -1; ;) {
      const page = await store.readStream(streamOf(ruleInForce, decides), revision, pageMax);
      events.push(...page);
      revision = page.at(-1)?.revision ?? revision;
      if (page.length < pageMax) break;
    }
  return events;
}

/** What has rows beside the standard rules'. */
export function besideStandard(inTime: RulesInTime): readonly Projection[] {
  return keptLive(inTime).slice(1).map(standingBeside);
}

/** The projections that the log's rules take, beside every program's own. */
export async function projectionsOfRules(store: Pick<EventStore, 'readStream'>): Promise<readonly Projection[]> {
  return besideStandard(rulesInTime(await ruleEvents(store)));
}

/** Whether a projection of this name is, or was, of other rules than the standard ones. */
export const isOfRules = (name: string): boolean => name.startsWith('standing-');

/** Whether this names a projection of rules that have no rows any more. */
export const isLeftOver =
  (projections: readonly Pick<Projection, 'name'>[]) =>
  (name: string): boolean =>
    isOfRules(name) && !projections.some((projection) => projection.name === name);
