import { describe, expect, it } from '@jest/globals';
import { day, dayMs, identified, plansOf, projected, relationshipFact } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import { countFacts, factById, factsPage, furthestSteps, relationshipRevisions } from './relationship-facts-pages.js';
import { relationshipFactTable, relationshipFacts, relationshipStakeholderTable } from './relationship-facts.js';

const { given } = specifyProjection(relationshipFacts);
const ada = identified('ada');
const why = { provenance: { reason: 'Said so' } };
const dated = (factId: string, on: number) => ({ stakeholderId: 'ada', factId, occurredAt: day(on) });
const assessed = relationshipFact('ada', { type: 'StanceAssessed', data: { ...dated('f', 2), stance: 'critic' } }, why);
const withdrawn = relationshipFact('ada', { type: 'StanceWithdrawn', data: dated('g', 4) });
const engaged = relationshipFact('ada', {
  type: 'StepTaken',
  data: { ...dated('h', 3), step: 'engage', skipped: ['listen'] },
});
const listened = relationshipFact('ada', {
  type: 'StepTaken',
  data: { ...dated('k', 1), step: 'listen', skipped: [] },
});
const stepRetracted = relationshipFact('ada', {
  type: 'RelationshipFactRetracted',
  data: { stakeholderId: 'ada', factId: 'h', was: { type: 'StepTaken', occurredAt: day(3) } },
});

const told = { stakeholder: 1, key: 2, known_from: 2, known_until: open, revision: 0, retracted: 0 };
const viewed = {
  stakeholderId: 'ada',
  recordedAt: Date.UTC(2026, 0, 1, 0, 0, 2),
  by: 'tester',
  reason: null,
  step: null,
  skipped: [],
  stance: null,
  retraction: null,
};

const bodyOf = async (rows: RowReader, knownFrom: number): Promise<unknown> =>
  JSON.parse(
    (await rows.first<{ body: string }>('SELECT body FROM relationship_fact WHERE known_from = ?', [knownFrom]))
      ?.body ?? 'null',
  );

describe('relationship facts', () => {
  it('numbers whom it hears of', () => given(ada).thenRows(relationshipStakeholderTable, [{ id: 'ada', key: 1 }]));

  it('keeps an assessment, with who said so and why', async () => {
    await given(ada, assessed).thenColumns(relationshipFactTable, [
      { ...told, at: dayMs(2), fact_id: 'f', kind: 'stance-assessed', step: null },
    ]);
    await given(ada, assessed).reading(async (rows) =>
      expect(await bodyOf(rows, 2)).toEqual({
        ...viewed,
        factId: 'f',
        kind: 'stance-assessed',
        occurredAt: day(2),
        stance: 'critic',
        reason: 'Said so',
      }),
    );
  });

  it('keeps a withdrawal', () =>
    given(ada, withdrawn).thenColumns(relationshipFactTable, [{ ...told, at: dayMs(4), kind: 'stance-withdrawn' }]));

  it('keeps a step, with those that were skipped', async () => {
    await given(ada, engaged).thenColumns(relationshipFactTable, [
      { ...told, at: dayMs(3), kind: 'step-taken', step: 2 },
    ]);
    await given(ada, engaged).reading(async (rows) =>
      expect(await bodyOf(rows, 2)).toEqual({
        ...viewed,
        factId: 'h',
        kind: 'step-taken',
        occurredAt: day(3),
        step: 'engage',
        skipped: ['listen'],
      }),
    );
  });

  it('keeps where a step was taken', () =>
    given(
      ada,
      relationshipFact('ada', {
        type: 'StepTaken',
        data: { ...dated('h', 3), step: 'listen', skipped: [], interactionId: 'i' },
      }),
    ).reading(async (rows) => expect(await bodyOf(rows, 2)).toMatchObject({ factId: 'h', interactionId: 'i' })));

  it('marks what was retracted, where it stood', async () => {
    await given(ada, engaged, stepRetracted).thenColumns(relationshipFactTable, [
      { ...told, at: dayMs(3), known_until: 3 },
      { ...told, at: dayMs(3), known_from: 3, revision: 1, retracted: 1 },
    ]);
    await given(ada, engaged, stepRetracted).reading(async (rows) =>
      expect(await bodyOf(rows, 3)).toMatchObject({
        factId: 'h',
        retraction: { at: Date.UTC(2026, 0, 1, 0, 0, 3), by: 'tester', reason: null },
      }),
    );
  });
});

describe('what we decided about a relationship', () => {
  const log = numbered(ada, identified('bob'), assessed, engaged, listened, withdrawn, stepRetracted);
  const today = { known: present, validAt: dayMs(20) };
  const ofAda = { members: [1], past: today, order: 'asc', limit: 10 } as const;
  const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
    const rows = await projected([relationshipFacts], log);
    return read(rows).finally(() => rows.close());
  };
  const idsOf = async (rows: RowReader, of: Parameters<typeof factsPage>[1]) =>
    (await factsPage(rows, of)).entries.map(({ view }) => view.factId);

  it('comes in pages, both ways', () =>
    reading(async (rows) => {
      expect(await idsOf(rows, ofAda)).toEqual(['k', 'f', 'h', 'g']);
      const first = await factsPage(rows, { ...ofAda, order: 'desc', limit: 2 });
      expect([first.entries.map(({ view }) => view.factId), first.more]).toEqual([['g', 'h'], true]);
      expect(await idsOf(rows, { ...ofAda, order: 'desc', after: first.entries[1] })).toEqual(['f', 'k']);
      expect(await idsOf(rows, { ...ofAda, limit: 1, before: first.entries[1], fromEnd: true })).toEqual(['f']);
    }));

  it('is filtered by kind and period, and counted', () =>
    reading(async (rows) => {
      expect(await idsOf(rows, { ...ofAda, filter: { kinds: ['step-taken'] } })).toEqual(['k', 'h']);
      expect(await idsOf(rows, { ...ofAda, filter: { from: dayMs(2), until: dayMs(4) } })).toEqual(['f', 'h']);
      expect(await countFacts(rows, { ...ofAda, filter: { from: dayMs(2) } })).toBe(3);
    }));

  it('is what was known and had happened then', () =>
    reading(async (rows) => {
      expect(await idsOf(rows, { ...ofAda, past: { known: 4, validAt: dayMs(20) } })).toEqual(['f', 'h']);
      expect(await idsOf(rows, { ...ofAda, past: { ...today, validAt: dayMs(2) } })).toEqual(['k', 'f']);
      expect((await factById(rows, 'h', { ...today, known: 6 }))?.view.retraction).toBeNull();
      expect(await factById(rows, 'h', today)).toMatchObject({
        stakeholder: 1,
        at: dayMs(3),
        tie: 4,
        view: { retraction: { by: 'tester' } },
      });
      expect(await factById(rows, 'h', { ...today, validAt: dayMs(2) })).toBeNull();
    }));

  it('says how far we have gone, not counting what was retracted', () =>
    reading(async (rows) => {
      expect(await furthestSteps(rows, [[1], [2]], { ...today, known: 6 })).toEqual(new Map([[1, 'engage']]));
      expect(await furthestSteps(rows, [[1], [2]], today)).toEqual(new Map([[1, 'listen']]));
      expect(await furthestSteps(rows, [[1]], { known: 6, validAt: dayMs(2) })).toEqual(new Map([[1, 'listen']]));
      expect(await furthestSteps(rows, [[1]], { known: 4, validAt: dayMs(2) })).toEqual(new Map());
    }));

  it('has the revision to expect', () =>
    reading(async (rows) => {
      expect(await relationshipRevisions(rows, [1, 2], today)).toEqual(
        new Map([
          [1, 4],
          [2, -1],
        ]),
      );
      expect(await relationshipRevisions(rows, [1], { known: 5 })).toEqual(new Map([[1, 2]]));
    }));

  it('is read by ranges of an index, never sorted anew', () =>
    reading(async (rows) => {
      const place = { at: dayMs(2), tie: 3 };
      const plans = await plansOf(rows, async (reader) => {
        await factsPage(reader, { ...ofAda, order: 'desc', after: place, before: place });
        await factsPage(reader, { ...ofAda, filter: { kinds: ['step-taken'], from: 1 } });
        await factById(reader, 'f', today);
        await furthestSteps(reader, [[1], [2]], today);
        await relationshipRevisions(reader, [1, 2], today);
      });
      for (const plan of plans)
        expect(plan).toMatch(/^SEARCH f USING (PRIMARY KEY|INDEX relationship_fact_by_fact_id) /);
    }));
});
