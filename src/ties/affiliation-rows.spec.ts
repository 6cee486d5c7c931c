import { describe, expect, it } from '@jest/globals';
import { day, dayMs, identified, plansOf, projected, stakeholderFact } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { numbered, recorded, specifyProjection } from '../event-sourcing/specification.js';
import type { AffiliationFact } from '../stakeholders/affiliation.js';
import { directory } from '../stakeholders/directory.js';
import { affiliationsById, affiliationsPage, belongingTo, countAffiliations } from './affiliation-pages.js';
import { affiliationRows, affiliationTable } from './affiliation-rows.js';
import { type State, openBeginning, states } from './lasting.js';

const { given } = specifyProjection(affiliationRows);
const inStream = (fact: AffiliationFact) => recorded(fact, { stream: `stakeholder-${fact.data.stakeholderId}` });
const idsOf = (id: string) => ({ stakeholderId: id.split('.')[0] ?? '', affiliationId: id });
const started = (id: string, from: number | null, until: number | null = null, organisationId = 'works') =>
  inStream({
    type: 'AffiliationStarted',
    data: {
      ...idsOf(id),
      organisationId,
      occurredAt: from === null ? null : day(from),
      until: until === null ? null : day(until),
      source: { name: 'crm', id },
      saidBy: null,
      sent: 'digest',
      personal: { of: ['mia'], role: 'press', title: null },
    },
  });
const was = { organisationId: 'works', occurredAt: null, until: null };
const ended = (id: string, on: number) =>
  inStream({ type: 'AffiliationEnded', data: { ...idsOf(id), was, occurredAt: day(on) } });
const began = (id: string, on: number) =>
  inStream({
    type: 'AffiliationCorrected',
    data: {
      ...idsOf(id),
      was,
      from: { occurredAt: null },
      to: { occurredAt: day(on) },
      personal: { of: [], from: { title: null }, to: { title: 'Head' } },
    },
  });
const retracted = (id: string) => inStream({ type: 'AffiliationRetracted', data: { ...idsOf(id), was } });

describe('the rows of affiliations', () => {
  it('begin, and are open at both ends where nobody says when', () =>
    given(started('mia.a', null)).thenColumns(affiliationTable, [
      { person: 'mia', organisation: 'works', from_at: openBeginning, until_at: null, key: 1, retracted: 0 },
    ]));
  it('end, are corrected and retracted, in versions', () =>
    given(started('mia.a', 1), ended('mia.a', 5), began('mia.a', 2), retracted('mia.a')).thenColumns(affiliationTable, [
      { from_at: dayMs(1), key: 1, known_from: 1, known_until: 2, until_at: null, retracted: 0 },
      { from_at: dayMs(1), key: 1, known_from: 2, known_until: 3, until_at: dayMs(5), retracted: 0 },
      { from_at: dayMs(2), key: 1, known_from: 3, known_until: 4, until_at: dayMs(5), retracted: 0 },
      { from_at: dayMs(2), key: 1, known_from: 4, known_until: open, until_at: dayMs(5), retracted: 1 },
    ]));
});

describe('affiliations', () => {
  const log = numbered(
    started('mia.a', 1),
    started('bo.a', null, 4),
    started('mia.b', 3, 9, 'other'),
    ended('mia.a', 5),
    started('cy.a', 2),
    retracted('cy.a'),
    started('mia.c', 4, 8),
  );
  const asked = (end: 'person' | 'organisation', id: string, known: number, on: number, in_: readonly State[]) => ({
    end,
    ids: [id],
    states: in_,
    past: { known, validAt: dayMs(on) },
  });
  const all = { order: 'desc', limit: 9 } as const;

  it.each([
    ['what holds', 'person', 'mia', present, 4, ['holding'], ['mia.c', 'mia.b', 'mia.a']],
    ['not what has ended, nor begins later', 'person', 'mia', present, 8, ['holding'], ['mia.b']],
    ['what had ended', 'person', 'mia', present, 8, ['ended'], ['mia.c', 'mia.a']],
    ['what was known', 'person', 'mia', 3, 8, ['holding'], ['mia.b', 'mia.a']],
    ['who belonged', 'organisation', 'works', present, 3, ['holding'], ['mia.a', 'bo.a']],
    ['who was thought to', 'organisation', 'works', 5, 3, ['holding'], ['cy.a', 'mia.a', 'bo.a']],
    ['what was taken back', 'organisation', 'works', present, 3, ['retracted'], ['cy.a']],
    ['everything', 'organisation', 'works', present, 9, states, ['mia.c', 'cy.a', 'mia.a', 'bo.a']],
    ['nothing', 'organisation', 'works', present, 9, [], []],
  ] as const)('tell as of any past %s', async (_what, end, id, known, on, in_, expected) => {
    const rows = await projected([affiliationRows], log);
    const of = asked(end, id, known, on, in_);
    const found = await affiliationsPage(rows, { ...of, ...all });
    expect(found.entries.map(({ view }) => view.affiliationId)).toEqual(expected);
    expect(await countAffiliations(rows, of)).toBe(expected.length);
    await rows.close();
  });

  it('come in pages, both ways', async () => {
    const rows = await projected([affiliationRows], log);
    const of = asked('organisation', 'works', present, 9, states);
    const first = await affiliationsPage(rows, { ...of, order: 'desc', limit: 3 });
    expect(first.more).toBe(true);
    const rest = await affiliationsPage(rows, { ...of, order: 'desc', limit: 3, after: first.entries[2] });
    expect(rest.entries.map(({ view }) => view.affiliationId)).toEqual(['bo.a']);
    const last = await affiliationsPage(rows, {
      ...of,
      order: 'desc',
      limit: 2,
      fromEnd: true,
      before: rest.entries[0],
    });
    expect(last.entries.map(({ view }) => view.affiliationId)).toEqual(['cy.a', 'mia.a']);
    await rows.close();
  });

  it('are found by their ids, as they were known', async () => {
    const rows = await projected([affiliationRows], log);
    const then = async (known: number, on: number) =>
      (await affiliationsById(rows, ['mia.a', 'none'], { known, validAt: dayMs(on) })).get('mia.a')?.until;
    expect([await then(present, 9), await then(3, 9), await then(present, 0)]).toEqual([day(5), null, undefined]);
    await rows.close();
  });

  const everybody = ['mia', 'bo', 'cy'].map((id) => identified(id));

  it('are one stretch after another of each person, within a period', async () => {
    const rows = await projected([directory, affiliationRows], numbered(...everybody, ...log));
    const past = { known: present, validAt: dayMs(20) };
    const stretches = (from: number, until: number, max = 9) =>
      belongingTo(rows, ['works'], past, { from, until }, max);
    expect(await stretches(Number.MIN_SAFE_INTEGER, dayMs(20))).toEqual([
      { person: 'bo', from: openBeginning, until: dayMs(4) },
      // Two posts, one after the other without a gap between.
      { person: 'mia', from: dayMs(1), until: dayMs(8) },
    ]);
    expect(await stretches(dayMs(4), dayMs(20))).toEqual([{ person: 'mia', from: dayMs(1), until: dayMs(8) }]);
    expect(await stretches(dayMs(8), dayMs(20))).toEqual([]);
    expect(await stretches(dayMs(0), dayMs(3))).toEqual([
      { person: 'bo', from: openBeginning, until: dayMs(4) },
      { person: 'mia', from: dayMs(1), until: dayMs(5) },
    ]);
    expect(await stretches(dayMs(0), dayMs(20), 2)).toBeNull();
    await rows.close();
  });

  it('are those of who remains, where two are one', async () => {
    const merged = { stakeholderId: 'mia', mergedId: 'bo', token: 't', guard: 'g' };
    const one = stakeholderFact('mia', { type: 'StakeholdersMerged', data: merged });
    const rows = await projected([directory, affiliationRows], numbered(...everybody, ...log, one));
    const past = { known: present, validAt: dayMs(20) };
    expect(await belongingTo(rows, ['works'], past, { from: 0, until: dayMs(20) }, 9)).toEqual([
      { person: 'mia', from: openBeginning, until: dayMs(8) },
    ]);
    await rows.close();
  });

  it('are read by ranges of an index', async () => {
    const rows = await projected([directory, affiliationRows], numbered(...everybody, ...log));
    const past = { known: present, validAt: dayMs(20) };
    const plans = await plansOf(rows, async (reader) => {
      for (const end of ['person', 'organisation'] as const)
        await affiliationsPage(reader, { ...asked(end, 'mia', present, 9, ['holding']), ...all });
      await affiliationsById(reader, ['mia.a'], past);
      await belongingTo(reader, ['works'], past, { from: 0, until: 1 }, 3);
    });
    for (const plan of plans) expect(plan).toMatch(/^SEARCH/);
    await rows.close();
  });
});
