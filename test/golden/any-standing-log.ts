import fc from 'fast-check';
import type { StandingFact } from '../../src/advocacy/facts-of-standing.js';
import { changesOf } from '../../src/advocacy/standing-changes.js';
import { marksReading } from '../../src/advocacy/standing-history.js';
import type { spansPage } from '../../src/advocacy/standing-pages.js';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import { numbered } from '../../src/event-sourcing/specification.js';
import { dayMs } from './standing-facts.js';
import * as log from './standing-log.js';

/** Any log from which standings are read: few people, many amendments, late facts, long histories. */
export const people = ['mia', 'leo', 'max'];

/** Every second one has the reading after it stored where it comes last at its instant; else one in 64 would. */
const ids = [true, false].map((stored) => {
  const facts = (id: string): StandingFact[] => [
    { kind: 'expression', factId: id, at: 0, tone: 0, act: 'comment', channel: null },
  ];
  return Array.from({ length: 10_000 }, (_, n) => `i${n}`).filter((id) => marksReading(facts(id)) === stored);
});
const idOf = (n: number): string => ids[n % 2]?.[n >>> 1] ?? `i${n}`;

/** Days far apart and close together. */
export const day = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 12 }).map((n) => n * 60),
  fc.nat(700),
);
const tone = fc.oneof(fc.constant(null), fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(-1, 0, 1));
const content = fc.record({
  at: day.map((n) => n * dayMs),
  tone,
  by: fc.array(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }),
  direction: fc.constantFrom('inbound', 'inbound', 'observed', 'outbound'),
  act: fc.constantFrom('comment', 'comment', 'recommendation', 'praise'),
  channel: fc.constantFrom('email', 'forum'),
});
const amendment = fc.oneof(fc.constant('retracted' as const), fc.double({ min: -1, max: 1, noNaN: true }), content);
const interaction = fc.record({ first: content, amendments: fc.array(amendment, { maxLength: 2 }) });
const view = fc.record({
  stakeholder: fc.constantFrom(...people),
  at: day.map((n) => n * dayMs),
  stance: fc.constantFrom(null, 'detractor', 'critic', 'neutral', 'supporter', 'advocate'),
  retracted: fc.boolean(),
});

/** What happened to one interaction, or became of one view, in order. */
type Strand = readonly RecordedEvent[];

function strandOf(
  { first, amendments }: typeof interaction extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Strand {
  let was: log.Said = { ...first, id: idOf(n) };
  const events = [log.said(was)];
  for (const amendment of amendments) {
    if (amendment === 'retracted') return [...events, log.retracted(was)];
    if (typeof amendment === 'number') {
      events.push(log.toneAssessed(was, amendment));
      was = { ...was, tone: amendment };
    } else {
      const is = { ...amendment, id: was.id };
      events.push(log.corrected(was, is));
      was = is;
    }
  }
  return events;
}

function viewStrand(
  { stakeholder, at, stance, retracted }: typeof view extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Strand {
  const factId = `v${n}`;
  const type = stance === null ? 'StanceWithdrawn' : 'StanceAssessed';
  const event =
    stance === null
      ? log.withdrew(stakeholder, factId, at)
      : log.assessed(stakeholder, factId, at, stance, `p${n % 3}`);
  return retracted ? [event, log.factRetracted(stakeholder, factId, at, type)] : [event];
}

const strands = fc
  .tuple(
    fc.array(interaction, { maxLength: 25 }),
    // What persons say at one instant is ordered by when it was recorded: for other orders to come to the same, no two.
    fc.uniqueArray(view, { maxLength: 6, selector: ({ stakeholder, at }) => `${stakeholder} ${at}` }),
  )
  .map(([said, views]) => [...said.map(strandOf), ...views.map(viewStrand)]);

/** Readings are stored in long histories only: what mia has said before is nearly enough. */
export const before = people.map(log.identified);
for (let n = -60; n < 0; n += 1)
  before.push(log.said({ id: `before ${n}`, at: n * dayMs, tone: Math.sin(n * 12.9898) }));

/** The strands, woven into a log: each in its order, one another anyhow. */
const woven = (all: readonly Strand[]) =>
  fc
    .shuffledSubarray(
      all.flatMap((strand, n) => strand.map(() => n)),
      { minLength: all.flat().length },
    )
    .map((turns) => {
      const next = all.map(() => 0);
      const events = turns.flatMap((n) => {
        const event = all[n]?.[next[n] ?? 0];
        next[n] = (next[n] ?? 0) + 1;
        return event === undefined ? [] : [event];
      });
      return numbered(...before, ...events);
    });

export const anyLog = strands.chain(woven);
/** The same, woven in two ways. */
export const twoLogs = strands.chain((all) => fc.tuple(woven(all), woven(all)));

/** The facts about each stakeholder, found by nothing but going through the log. */
export function factsIn(events: readonly RecordedEvent[]): readonly (readonly StandingFact[])[] {
  const facts = people.map(() => new Map<string, StandingFact>());
  for (const event of events)
    for (const { stakeholderId, gone, come } of changesOf(event)) {
      const its = facts[people.indexOf(stakeholderId)];
      if (gone !== null) its?.delete(gone.factId);
      if (come !== null) its?.set(come.factId, come);
    }
  return facts.map((its) => [...its.values()]);
}

/** A span of a page as the rules tell it. */
export function spanOf(row: Awaited<ReturnType<typeof spansPage>>[number]) {
  const { stance, from_at: from, until_at: until, previous, because, assessed_by: assessedBy } = row;
  return { stance, from, until, previous, because, assessedBy };
}
