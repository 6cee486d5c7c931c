import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advocacyActs } from '../src/advocacy/advocacy-acts.js';
import { standingSpan } from '../src/advocacy/standing-tables.js';
import type { Slice } from '../src/event-sourcing/page.js';
import { type Past, present } from '../src/event-sourcing/past.js';
import type { Projection } from '../src/event-sourcing/projection.js';
import type { RowReader } from '../src/event-sourcing/read-store.js';
import { conversation } from '../src/interactions/conversation.js';
import { recordedView } from '../src/interactions/interaction-view.js';
import {
  type TimelineEntry,
  countEntries,
  entriesPage,
  interactionCounts,
  interactionTimes,
  interactionsById,
  touches,
} from '../src/interactions/timeline-pages.js';
import { timelineWith } from '../src/interactions/timeline.js';
import { careRows } from '../src/relationships/care-rows.js';
import {
  type RelationshipFactEntry,
  countFacts,
  factById,
  factsPage,
  furthestSteps,
  relationshipRevisions,
} from '../src/relationships/relationship-facts-pages.js';
import { ownershipRows } from '../src/owners/ownership-rows.js';
import { relationshipFacts } from '../src/relationships/relationship-facts.js';
import { surveyAnswers } from '../src/relationships/survey-answers.js';
import {
  type ListedStakeholder,
  holdersOfHandles,
  holdingsOf,
  identifiedById,
  mergesOf,
  stakeholdersById,
  countStakeholders,
  stakeholdersPage,
} from '../src/stakeholders/directory-pages.js';
import { directory } from '../src/stakeholders/directory.js';
import { everythingOfCare, relationshipFactNames, wholeOf } from './care.js';
import { type Told, addresses, interactions, logOf, people, told, who } from './random-logs.js';
import { affiliationRows } from '../src/ties/affiliation-rows.js';
import { tieRows } from '../src/ties/tie-rows.js';
import { dayMs, email, forgetful, projected, rowsOf } from './small-logs.js';

const noSpans: Projection<null> = {
  name: 'no-spans',
  version: 1,
  tables: [standingSpan],
  reads: new Set(),
  load: () => Promise.resolve(null),
  evolve: () => undefined,
};
const timeline = timelineWith(2);
const projections = [
  directory,
  timeline,
  relationshipFacts,
  ownershipRows,
  careRows,
  advocacyActs,
  affiliationRows,
  tieRows,
  surveyAnswers,
  noSpans,
];

/** Everything that the queries answer about one past. */
const everythingOf = async (rows: RowReader, past: Past, withMerges = true): Promise<unknown> => {
  const answers: unknown[] = [];
  const found = await identifiedById(rows, people, past);
  answers.push(found);
  const groups = [...found.values()].map(({ members }) => members.map(({ key }) => key));
  const keys = groups.flat();
  for (const members of groups) {
    const of = { members, past };
    answers.push(await wholeOf((slice: Slice<TimelineEntry>) => entriesPage(rows, { ...of, ...slice }), 'desc', false));
    answers.push(
      await wholeOf(
        (slice: Slice<TimelineEntry>) =>
          entriesPage(rows, { ...of, ...slice, filter: { topics: ['a'], until: dayMs(6) } }),
        'asc',
        true,
      ),
    );
    answers.push(
      await wholeOf((slice: Slice<RelationshipFactEntry>) => factsPage(rows, { ...of, ...slice }), 'asc', false),
    );
    answers.push(
      await countEntries(rows, of),
      await countFacts(rows, of),
      await interactionTimes(rows, of),
      await touches(rows, of, dayMs(2), dayMs(7)),
    );
  }
  answers.push(...(await everythingOfCare(rows, people, past)));
  answers.push(await countStakeholders(rows, past, { lifecycles: ['customer'] }));
  for (const contactPermitted of [true, false]) answers.push(await countStakeholders(rows, past, { contactPermitted }));
  for (const orderBy of ['name', 'identified-at'] as const)
    answers.push(
      await wholeOf(
        (slice: Slice<ListedStakeholder>) => stakeholdersPage(rows, { past, orderBy, ...slice }),
        'asc',
        true,
      ),
    );
  answers.push(
    await wholeOf(
      (slice: Slice<ListedStakeholder>) =>
        stakeholdersPage(rows, { past, orderBy: 'name', where: { text: 'ex', retired: false }, ...slice }),
      'desc',
      false,
    ),
  );
  answers.push(await countStakeholders(rows, past, { channel: 'email', interactionSince: dayMs(4) }));
  answers.push(
    await holdersOfHandles(
      rows,
      addresses.map((each) => email(each).claim),
      past,
    ),
    await holdingsOf(rows, groups, past),
    withMerges ? await mergesOf(rows, keys, past) : [],
  );
  answers.push(await stakeholdersById(rows, people, past), await interactionsById(rows, interactions, past));
  answers.push(
    await interactionCounts(rows, groups, past),
    await furthestSteps(rows, groups, past),
    await relationshipRevisions(rows, keys, past),
  );
  for (const id of interactions) answers.push(await conversation(rows, id, past));
  for (const id of people)
    for (const fact of relationshipFactNames) answers.push(await factById(rows, `${id} ${fact}`, past));
  return answers;
};

/** The revision of who remains tells that something was recorded. */
const withoutRevisions = (answer: unknown): unknown => {
  if (answer instanceof Map) return new Map([...answer].map(([key, value]) => [key, withoutRevisions(value)] as const));
  if (Array.isArray(answer)) return answer.map(withoutRevisions);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).flatMap(([field, value]) =>
      field === 'revision' ? [] : [[field, withoutRevisions(value)] as const],
    ),
  );
};

const runs = { numRuns: 40 };

describe('the rows of the read models', () => {
  it('are the same whatever the batches, and whatever is remembered', () =>
    fc.assert(
      fc.asyncProperty(told, fc.integer({ min: 2, max: 9 }), async (all, batch) => {
        const log = logOf(all);
        const [one, several, once] = [
          await projected(projections, log, 1),
          await projected(projections.map(forgetful), log, batch),
          await projected(projections, log, 100),
        ];
        for (const table of projections.flatMap(({ tables }) => tables)) {
          const expected = await rowsOf(once, table);
          expect(await rowsOf(one, table)).toEqual(expected);
          expect(await rowsOf(several, table)).toEqual(expected);
        }
        for (const each of [one, several, once]) await each.close();
      }),
      runs,
    ));

  it('answer as of a point what they answered when the log ended there', () =>
    fc.assert(
      fc.asyncProperty(told, fc.nat(60), fc.integer({ min: 0, max: 20 }), async (all, at, validDay) => {
        const log = logOf(all);
        const known = at % (log.length + 1);
        const validAt = dayMs(validDay);
        const whole = await projected(projections, log);
        const cut = await projected(projections, log.slice(0, known), 5);
        expect(await everythingOf(whole, { known, validAt })).toEqual(
          await everythingOf(cut, { known: present, validAt }),
        );
        await whole.close();
        await cut.close();
      }),
      runs,
    ));

  it('answer after a merge and its unmerge what they answered before', () =>
    fc.assert(
      fc.asyncProperty(told, who, who, fc.integer({ min: 0, max: 20 }), async (all, one, other, validDay) => {
        const past = { known: present, validAt: dayMs(validDay) };
        const before = logOf(all);
        const parted: Told = { of: 'unmerge', id: other, other: one };
        const log = logOf([...all, { of: 'merge', id: one, other }, parted]);
        // Of two who are one already, or of whom one was merged before, it joins and parts others: these are left out.
        const [joining, parting] = log.slice(before.length).map(({ data }) => data['mergedId']);
        fc.pre(joining !== undefined && joining === parting);
        const [rows, then] = [await projected(projections, log, 7), await projected(projections, before)];
        expect(withoutRevisions(await everythingOf(rows, past, false))).toEqual(
          withoutRevisions(await everythingOf(then, past, false)),
        );
        await rows.close();
        await then.close();
      }),
      runs,
    ));

  it('show of an interaction what its stream shows', () =>
    fc.assert(
      fc.asyncProperty(told, async (all) => {
        const log = logOf(all);
        const rows = await projected(projections, log, 4);
        const shown = await interactionsById(rows, interactions, { known: present, validAt: dayMs(99) });
        for (const id of interactions) {
          const view = recordedView(log.filter(({ stream }) => stream === `interaction-${id}`));
          expect(shown.get(id)?.view ?? null).toEqual(view);
        }
        await rows.close();
      }),
      runs,
    ));
});
