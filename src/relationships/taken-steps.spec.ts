import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  day,
  dayMs,
  forgetful,
  identified,
  passed,
  plansOf,
  projected,
  relationshipFact,
  rowsOf,
  stakeholderFact,
} from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Slice } from '../event-sourcing/page.js';
import { type Past, present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import { timeline } from '../interactions/timeline.js';
import { directory } from '../stakeholders/directory.js';
import { type Step, steps } from './relationship.js';
import { findingsOf, firstSteps, stepFindings } from './steps-v1.js';
import { countFindings, firstStepsIn, firstStepsWith, foundOf } from './taken-steps-pages.js';
import { takenStepTable, takenSteps } from './taken-steps.js';

const { given } = specifyProjection(takenSteps);
const taken = (who: string, factId: string, step: Step, on: number, interactionId?: string) =>
  relationshipFact(who, {
    type: 'StepTaken',
    data: {
      ...{ stakeholderId: who, factId, occurredAt: day(on), step, skipped: [] },
      ...(interactionId === undefined ? {} : { interactionId }),
    },
  });
const takenBack = (who: string, factId: string, on = 1) =>
  relationshipFact(who, {
    type: 'RelationshipFactRetracted',
    data: { stakeholderId: who, factId, was: { type: 'StepTaken', occurredAt: day(on) } },
  });
const today: Past = { known: present, validAt: dayMs(30) };

describe('the rows of steps', () => {
  it('have their dates and where they were taken, until they are taken back', () =>
    given(
      ...[
        taken('mia', 'f', 'engage', 3, 'i'),
        taken('mia', 'g', 'listen', 1),
        takenBack('mia', 'f'),
        takenBack('mia', 'x'),
      ],
    ).thenRows(takenStepTable, [
      {
        ...{ stakeholder: 'mia', at: dayMs(1), key: 2, known_from: 2, known_until: open, fact_id: 'g', step: 0 },
        interaction: null,
      },
      {
        ...{ stakeholder: 'mia', at: dayMs(3), key: 1, known_from: 1, known_until: 3, fact_id: 'f', step: 2 },
        interaction: 'i',
      },
    ]));
});

describe('what is found of relationships', () => {
  const log = numbered(
    ...[identified('mia'), identified('leo'), identified('max'), passed('i', 'mia'), passed('j', 'leo')],
    taken('mia', 'f', 'engage', 3, 'i'),
    taken('leo', 'g', 'listen', 2),
    taken('leo', 'h', 'involve', 4, 'j'),
    taken('mia', 'k', 'listen', 1),
    taken('max', 'l', 'listen', 9),
    takenBack('max', 'l', 9),
    taken('mia', 'm', 'involve', 20, 'i'),
  );
  const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
    const rows = await projected([timeline, directory, takenSteps], log);
    return read(rows).finally(() => rows.close());
  };
  const countsAt = async (rows: RowReader, past: Past) => {
    const { relationships, counts } = await countFindings(rows, past);
    return [relationships, Object.fromEntries([...counts].filter(([, count]) => count > 0))];
  };
  const all = (
    rows: RowReader,
    finding: (typeof stepFindings)[number],
    past: Past,
    slice: Partial<Slice<string>> = {},
  ) => foundOf(rows, { finding, past, order: 'asc', limit: 9, ...slice });

  it('is counted at any past, by the dates of the steps and not by when they were recorded', () =>
    reading(async (rows) => {
      // Mia was listened to on the 1st, as was said later.
      expect(await countsAt(rows, today)).toEqual([
        2,
        {
          'engaged-before-acknowledging': 1,
          'involved-before-acknowledging': 2,
          'involved-before-engaging': 1,
        },
      ]);
      expect(await countsAt(rows, { ...today, known: 6 })).toEqual([
        1,
        { 'engaged-before-listening': 1, 'engaged-before-acknowledging': 1, 'never-involved': 1 },
      ]);
      expect(await countsAt(rows, { ...today, validAt: dayMs(2) })).toEqual([2, { 'never-involved': 2 }]);
      expect(await countsAt(rows, { ...today, known: 10 })).toMatchObject([3, { 'never-involved': 2 }]);
      expect(await countsAt(rows, { ...today, known: 0 })).toEqual([0, {}]);
    }));

  it('is told of whom', () =>
    reading(async (rows) => {
      expect(await all(rows, 'involved-before-acknowledging', today)).toEqual({ entries: ['leo', 'mia'], more: false });
      expect(await all(rows, 'involved-before-acknowledging', today, { limit: 1 })).toEqual({
        entries: ['leo'],
        more: true,
      });
      expect((await all(rows, 'involved-before-acknowledging', today, { after: 'leo' })).entries).toEqual(['mia']);
      const fromEnd = { fromEnd: true, before: 'mia', limit: 1 };
      expect((await all(rows, 'involved-before-acknowledging', today, fromEnd)).entries).toEqual(['leo']);
      expect((await all(rows, 'engaged-before-listening', { ...today, known: 6 })).entries).toEqual(['mia']);
    }));

  it('is told of one stakeholder, and of one conversation', () =>
    reading(async (rows) => {
      const first = await firstStepsWith(rows, [['mia'], ['max']], today);
      expect(first).toEqual(
        new Map([
          [
            'mia',
            new Map([
              ['listen', dayMs(1)],
              ['engage', dayMs(3)],
              ['involve', dayMs(20)],
            ]),
          ],
        ]),
      );
      const ofConversation = await firstStepsIn(rows, [4], today);
      expect(findingsOf(ofConversation)).toEqual([
        ...['engaged-before-listening', 'engaged-before-acknowledging', 'involved-before-listening'],
        'involved-before-acknowledging',
      ]);
      expect(await firstStepsIn(rows, [4], { ...today, known: 5 })).toEqual(new Map());
      expect(await firstStepsIn(rows, [4], { ...today, validAt: dayMs(4) })).toEqual(new Map([['engage', dayMs(3)]]));
      expect(await firstStepsIn(rows, [5, 99], today)).toEqual(new Map([['involve', dayMs(4)]]));
    }));

  it('is read by ranges of an index', () =>
    reading(async (rows) => {
      const plans = await plansOf(rows, async (planned) => {
        await firstStepsWith(planned, [['mia']], today);
        await firstStepsIn(planned, [4], today);
      });
      for (const plan of plans) expect(plan).toMatch(/^SEARCH|^USE TEMP B-TREE FOR GROUP BY/);
    }));
});

describe('what is found of those who are one', () => {
  const merged = (type: 'StakeholdersMerged' | 'StakeholderUnmerged') =>
    stakeholderFact(
      'mia',
      type === 'StakeholdersMerged'
        ? { type, data: { stakeholderId: 'mia', mergedId: 'ann', token: 't', guard: 'g' } }
        : { type, data: { stakeholderId: 'mia', mergedId: 'ann', token: 't' } },
    );
  const log = numbered(
    ...[identified('mia'), identified('ann'), taken('ann', 'f', 'engage', 3), taken('mia', 'g', 'listen', 2)],
    ...[merged('StakeholdersMerged'), merged('StakeholderUnmerged')],
  );

  it('is told of who remains, by the steps with all of them, and again of each once they are parted', async () => {
    const rows = await projected([directory, takenSteps], log);
    const at = async (known: number) => {
      const past = { known, validAt: dayMs(30) };
      const { relationships, counts } = await countFindings(rows, past);
      const found = (finding: (typeof stepFindings)[number]) =>
        foundOf(rows, { finding, past, order: 'asc', limit: 5 }).then(({ entries }) => entries);
      expect((await found('engaged-before-listening')).length).toBe(counts.get('engaged-before-listening'));
      return [relationships, await found('engaged-before-listening'), await found('never-involved')];
    };
    expect(await at(4)).toEqual([2, ['ann'], ['ann', 'mia']]);
    expect(await at(5)).toEqual([1, [], ['mia']]);
    expect(await at(6)).toEqual([2, ['ann'], ['ann', 'mia']]);
    expect(await firstStepsWith(rows, [['mia', 'ann']], { known: 5, validAt: dayMs(30) })).toEqual(
      new Map([
        [
          'mia',
          new Map([
            ['listen', dayMs(2)],
            ['engage', dayMs(3)],
          ]),
        ],
      ]),
    );
    await rows.close();
  });
});

describe('the laws of steps', () => {
  const who = fc.constantFrom('mia', 'leo');
  const fact = fc.oneof(
    { weight: 4, arbitrary: fc.record({ who, step: fc.constantFrom(...steps), on: fc.integer({ min: 1, max: 6 }) }) },
    fc.record({ who, back: fc.nat(20) }),
  );
  /** Steps that are taken, and some of them taken back. */
  const logOf = (facts: readonly ({ who: string; step: Step; on: number } | { who: string; back: number })[]) => {
    const log: RecordedEvent[] = [];
    const back = new Set<string>();
    for (const [index, each] of facts.entries()) {
      if ('step' in each) log.push(taken(each.who, `${each.who} ${index}`, each.step, each.on));
      else if (!back.has(`${each.who} ${each.back}`)) {
        back.add(`${each.who} ${each.back}`);
        log.push(takenBack(each.who, `${each.who} ${each.back}`));
      }
    }
    return numbered(...log);
  };
  const answers = async (rows: RowReader, past: Past): Promise<unknown> => [
    await countFindings(rows, past),
    await firstStepsWith(rows, [['mia'], ['leo']], past),
    ...(await Promise.all(stepFindings.map((finding) => foundOf(rows, { finding, past, order: 'desc', limit: 5 })))),
  ];

  it('are that batches change nothing, that a past is what a cut log told, and that SQL finds what the definition does', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fact, { maxLength: 20 }),
        fc.nat(20),
        fc.integer({ min: 0, max: 7 }),
        async (facts, cut, on) => {
          const log = logOf(facts);
          const past = { known: Math.min(cut, log.length), validAt: dayMs(on) };
          const whole = await projected([directory, takenSteps], log);
          const one = await projected([directory, forgetful(takenSteps)], log, 1);
          const shorter = await projected([directory, takenSteps], log.slice(0, past.known), 3);
          expect(await rowsOf(one, takenStepTable)).toEqual(await rowsOf(whole, takenStepTable));
          expect(await answers(whole, past)).toEqual(await answers(shorter, { ...past, known: present }));

          const first = await firstStepsWith(whole, [['mia'], ['leo']], past);
          const rows = (await rowsOf(whole, takenStepTable)) as readonly {
            stakeholder: string;
            at: number;
            step: number;
            known_from: number;
            known_until: number;
          }[];
          const naive = Map.groupBy(
            rows.filter(
              (row) => row.known_from <= past.known && row.known_until > past.known && row.at <= past.validAt,
            ),
            ({ stakeholder }) => stakeholder,
          );
          expect(first).toEqual(
            new Map(
              [...naive].map(([id, its]) => [
                id,
                firstSteps(its.map(({ step, at }) => ({ step: steps[step] ?? 'listen', at }))),
              ]),
            ),
          );
          for (const finding of stepFindings) {
            const found = [...first].flatMap(([id, its]) => (findingsOf(its).includes(finding) ? [id] : [])).sort();
            expect((await foundOf(whole, { finding, past, order: 'asc', limit: 5 })).entries).toEqual(found);
            expect((await countFindings(whole, past)).counts.get(finding)).toBe(found.length);
          }
          for (const each of [whole, one, shorter]) await each.close();
        },
      ),
      { numRuns: 60 },
    ));
});
