import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  crmId,
  day,
  dayMs,
  email,
  identified,
  passed,
  plansOf,
  projected,
  relationshipFact,
  retracted,
  stakeholderFact,
} from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { ReadStore, RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { standingSpan } from '../advocacy/standing-tables.js';
import { timeline } from '../interactions/timeline.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import type { SurveyFact } from '../relationships/survey-answer.js';
import { surveyAnswers } from '../relationships/survey-answers.js';
import { relationshipFacts } from '../relationships/relationship-facts.js';
import { affiliationRows } from '../ties/affiliation-rows.js';
import { tieRows } from '../ties/tie-rows.js';
import {
  holdersOfExternalIds,
  holdersOfHandles,
  holdingsOf,
  identifiedById,
  identifiedByKey,
  stakeholdersById,
  type DirectoryFilter,
  countStakeholders,
  stakeholdersPage,
} from './directory-pages.js';
import { directory } from './directory.js';

/** Spans as the advocacy context writes them: here, whoever is assessed stands there from then on. */
const spans: Projection<null> = {
  name: 'spans',
  version: 1,
  tables: [standingSpan],
  reads: new Set(['StanceAssessed']),
  load: () => Promise.resolve(null),
  evolve: (_, { ordinal, data }, rows) => {
    const { stance, occurredAt } = data as { stance: string; occurredAt: string };
    const because = { previous: 'unknown', because: null, assessed_by: null, rule: null };
    rows.insert(standingSpan, {
      stakeholder: 2,
      from_at: Date.parse(occurredAt),
      until_at: null,
      stance,
      known_from: ordinal,
      known_until: open,
      ...because,
    });
  },
};

const of = ['zoe'];
const answer = { stakeholderId: 'acme', factId: 'a' };
const surveyed = (fact: SurveyFact, on: number) => recorded(fact, { stream: 'survey-acme', recordedAt: dayMs(on) });
const log = numbered(
  identified(
    'zoe',
    { name: 'Zoë Adams', handles: [email('zoe@ex.org')], externalIds: [crmId('7')] },
    { recordedAt: dayMs(10) },
  ),
  identified('bob', { name: 'bob Adamson' }, { recordedAt: dayMs(11) }),
  identified(
    'acme',
    {
      name: 'Acme',
      kind: 'organisation',
      handles: [{ ...email('@acme'), channel: 'microblog', site: 'Chirp.example' }],
    },
    { recordedAt: dayMs(12) },
  ),
  relationshipFact(
    'bob',
    { type: 'StanceAssessed', data: { stakeholderId: 'bob', factId: 'f', occurredAt: day(5), stance: 'critic' } },
    { recordedAt: dayMs(13) },
  ),
  passed('i', 'zoe', { occurredAt: day(3) }, { recordedAt: dayMs(14) }),
  passed('j', 'acme', { occurredAt: day(2) }, { recordedAt: dayMs(14) }),
  retracted('j', 'acme', { occurredAt: day(2) }, { recordedAt: dayMs(15) }),
  stakeholderFact('zoe', { type: 'StakeholderRetired', data: { stakeholderId: 'zoe' } }, { recordedAt: dayMs(16) }),
  stakeholderFact(
    'zoe',
    {
      type: 'StakeholderRenamed',
      data: { stakeholderId: 'zoe', personal: { of, name: 'Yve Adams', was: 'Zoë Adams' } },
    },
    { recordedAt: dayMs(17) },
  ),
  stakeholderFact(
    'zoe',
    {
      type: 'HandleRemoved',
      data: { stakeholderId: 'zoe', token: email('zoe@ex.org').token, personal: { of, handle: email('zoe@ex.org') } },
    },
    { recordedAt: dayMs(18) },
  ),
  surveyed({ type: 'SurveyAnswered', data: { ...answer, survey: 'spring', occurredAt: day(1), score: 9 } }, 18),
  surveyed(
    {
      type: 'SurveyAnswerRetracted',
      data: { ...answer, was: { type: 'SurveyAnswered', survey: 'spring', occurredAt: day(1) } },
    },
    19,
  ),
);

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected(
    [directory, timeline, relationshipFacts, ownershipRows, affiliationRows, tieRows, surveyAnswers, spans],
    log,
  );
});
afterAll(() => rows.close());

const today = { known: present, validAt: dayMs(20) };
const byName = { past: today, orderBy: 'name', order: 'asc', limit: 10 } as const;
type Asked = Parameters<typeof stakeholdersPage>[1];
const idsOf = async (asked: Asked): Promise<readonly string[]> =>
  (await stakeholdersPage(rows, asked)).entries.map(({ id }) => id);
const found = (where: DirectoryFilter, past = today) => idsOf({ ...byName, past, where });

describe('a page of stakeholders', () => {
  it('comes by name, or by when they were identified', async () => {
    expect(await idsOf(byName)).toEqual(['acme', 'bob', 'zoe']);
    expect(await idsOf({ ...byName, order: 'desc' })).toEqual(['zoe', 'bob', 'acme']);
    expect(await idsOf({ ...byName, orderBy: 'identified-at' })).toEqual(['zoe', 'bob', 'acme']);
    expect(await idsOf({ ...byName, orderBy: 'identified-at', order: 'desc' })).toEqual(['acme', 'bob', 'zoe']);
  });

  it('goes on after somebody and back before somebody', async () => {
    for (const orderBy of ['name', 'identified-at'] as const) {
      const all = await idsOf({ ...byName, orderBy });
      const first = await stakeholdersPage(rows, { ...byName, orderBy, limit: 1 });
      expect([first.entries[0]?.id, first.more]).toEqual([all[0], true]);
      const rest = await stakeholdersPage(rows, { ...byName, orderBy, after: first.entries[0] });
      expect([rest.entries.map(({ id }) => id), rest.more]).toEqual([all.slice(1), false]);
      expect(await idsOf({ ...byName, orderBy, limit: 1, before: rest.entries[1], fromEnd: true })).toEqual([all[1]]);
    }
  });

  it('finds by the beginnings of words, all of them', async () => {
    expect(await found({ text: 'ADÁM' })).toEqual(['bob', 'zoe']);
    expect(await found({ text: 'adam yv' })).toEqual(['zoe']);
    expect(await found({ text: 'adams acme' })).toEqual([]);
    expect(await found({ text: 'chirp' })).toEqual(['acme']);
    expect(await found({ text: 'dam' })).toEqual([]);
    expect(await found({ text: '!?' })).toEqual([]);
    expect(await found({ text: '  ' })).toEqual(['acme', 'bob', 'zoe']);
    expect(await found({ text: 'zoe' })).toEqual([]);
    expect(await found({ text: 'zoe' }, { ...today, known: 8 })).toEqual(['zoe']);
  });

  it('has whom the filter asks for', async () => {
    expect(await found({ kind: 'organisation' })).toEqual(['acme']);
    expect(await found({ retired: true })).toEqual(['zoe']);
    expect(await found({ retired: false })).toEqual(['acme', 'bob']);
    expect(await found({ retired: false }, { ...today, known: 7 })).toEqual(['acme', 'bob', 'zoe']);
    expect(await found({ channel: 'microblog' })).toEqual(['acme']);
    expect(await found({ channel: 'email' })).toEqual([]);
    expect(await found({ channel: 'email' }, { ...today, known: 9 })).toEqual(['zoe']);
    expect(await found({ stances: ['critic', 'advocate'] })).toEqual(['bob']);
    expect(await found({ stances: ['unknown'] })).toEqual(['acme', 'zoe']);
    expect(await found({ stances: ['unknown', 'critic'] })).toEqual(['acme', 'bob', 'zoe']);
    expect(await found({ stances: ['critic'] }, { known: present, validAt: dayMs(5) - 1 })).toEqual([]);
    expect(await found({ interactionSince: dayMs(3) })).toEqual(['zoe']);
    expect(await found({ interactionSince: dayMs(3) + 1 })).toEqual([]);
    expect(await countStakeholders(rows, today, { text: 'adam', stances: ['critic'] })).toBe(1);
    expect(await countStakeholders(rows, today)).toBe(3);
  });

  it('has nobody who was not known by then', async () => {
    expect(await idsOf({ ...byName, past: { ...today, known: 2 } })).toEqual(['bob', 'zoe']);
    expect(await idsOf({ ...byName, past: { ...today, known: 2 }, orderBy: 'identified-at', order: 'desc' })).toEqual([
      'bob',
      'zoe',
    ]);
  });

  it('has whoever had been identified, or had done something that counts, by the date', async () => {
    expect(await found({}, { known: present, validAt: dayMs(2) })).toEqual([]);
    expect(await found({}, { known: 6, validAt: dayMs(2) })).toEqual(['acme']);
    expect(await found({}, { known: present, validAt: dayMs(3) })).toEqual(['zoe']);
    expect(await found({}, { known: present, validAt: dayMs(5) })).toEqual(['bob', 'zoe']);
    expect(await found({}, { known: present, validAt: dayMs(12) })).toEqual(['acme', 'bob', 'zoe']);
    // Who answered when they were asked, until that was taken back.
    const answered = log.findIndex(({ type }) => type === 'SurveyAnswered') + 1;
    expect(await found({}, { known: answered, validAt: dayMs(1) })).toEqual(['acme']);
    expect(await found({}, { known: answered + 1, validAt: dayMs(1) })).toEqual([]);
  });
});

describe('somebody', () => {
  it('is found by id, if they existed then', async () => {
    expect((await stakeholdersById(rows, ['zoe', 'nobody'], today)).get('zoe')).toEqual({
      key: 1,
      id: 'zoe',
      members: [{ key: 1, id: 'zoe' }],
      kind: 'person',
      name: 'Yve Adams',
      sortName: 'yve adams',
      retired: true,
      revision: 3,
      identifiedAt: dayMs(10),
    });
    const early = { known: present, validAt: dayMs(2) };
    expect(await stakeholdersById(rows, ['acme'], early)).toEqual(new Map());
    expect((await identifiedById(rows, ['acme'], early)).get('acme')?.name).toBe('Acme');
    expect((await identifiedByKey(rows, [3], early)).get(3)?.name).toBe('Acme');
  });

  it('is found by what they held then, in the order asked', async () => {
    const claims = ['claim of @acme', 'claim of zoe@ex.org', 'claim of nobody'];
    const ids = async (past: typeof today) =>
      (await holdersOfHandles(rows, claims, past)).map((each) => each?.id ?? null);
    expect(await ids(today)).toEqual(['acme', null, null]);
    expect(await ids({ ...today, known: 9 })).toEqual(['acme', 'zoe', null]);
    expect((await holdersOfExternalIds(rows, ['claim of 7'], today))[0]?.id).toBe('zoe');
  });

  it('held what they held', async () => {
    expect(await holdingsOf(rows, [[1], [2]], { ...today, known: 9 })).toEqual(
      new Map([
        [1, { handles: [email('zoe@ex.org')], externalIds: [crmId('7')] }],
        [2, { handles: [], externalIds: [] }],
      ]),
    );
    expect((await holdingsOf(rows, [[1]], today)).get(1)).toEqual({ handles: [], externalIds: [crmId('7')] });
  });
});

describe('how it is read', () => {
  const past = { known: 5, validAt: dayMs(9) };
  const cursor = { sortName: 'b', key: 2 };
  const search = /^(SEARCH \w+( EXISTS)? USING (COVERING )?(PRIMARY KEY|INDEX \w+) |CORRELATED SCALAR SUBQUERY)/;
  const where = { kind: 'person', stances: ['critic', 'unknown'], channel: 'email', interactionSince: 1 } as const;
  const readings: Record<string, (reader: RowReader) => Promise<unknown>> = {
    'by name': (reader) => stakeholdersPage(reader, byName),
    'by name, of a past, back': (reader) =>
      stakeholdersPage(reader, { ...byName, past, where, before: cursor, after: cursor, fromEnd: true }),
    'by identification': (reader) =>
      stakeholdersPage(reader, { ...byName, orderBy: 'identified-at', order: 'desc', past, where }),
    'by id': (reader) => stakeholdersById(reader, ['zoe', 'bob'], past),
    'by handle': (reader) => holdersOfHandles(reader, ['a', 'b'], past),
  };

  for (const [name, reading] of Object.entries(readings))
    it(`${name}: by ranges of an index, never sorted anew`, async () => {
      const plans = await plansOf(rows, reading);
      expect(plans.length).toBeGreaterThan(0);
      for (const plan of plans) expect(plan).toMatch(search);
    });

  it('looks for words first, and sorts whom it finds', async () => {
    const plans = await plansOf(rows, (reader) => stakeholdersPage(reader, { ...byName, where: { text: 'adam zoe' } }));
    expect(plans.filter((plan) => plan.startsWith('SEARCH w USING PRIMARY KEY (word>? AND word<?)'))).toHaveLength(2);
    expect(plans).toContainEqual(expect.stringMatching(/^SEARCH s USING PRIMARY KEY \(key=\? AND known_from<\?\)/));
  });
});
