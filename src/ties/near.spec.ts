import { describe, expect, it } from '@jest/globals';
import { day, dayMs, identified, projected, stakeholderFact } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import type { AffiliationFact } from '../stakeholders/affiliation.js';
import { directory } from '../stakeholders/directory.js';
import { affiliationRows } from './affiliation-rows.js';
import { type Depth, type NearLimits, nearLimits, nearTo } from './near.js';
import type { TieFact, TieKind } from './tie.js';
import { tieRows } from './tie-rows.js';

const tied = (tieId: string, stakeholderId: string, otherId: string, from: number, kind: TieKind = 'knows') => {
  const fact: TieFact = {
    type: 'TieRecorded',
    data: {
      tieId,
      kind,
      stakeholderId,
      otherId,
      occurredAt: day(from),
      until: null,
      source: null,
      saidBy: 'kim',
      sent: 'digest',
      evidence: [],
      personal: { of: [stakeholderId, otherId], note: null, url: null },
    },
  };
  return recorded(fact, { stream: `tie-${tieId}` });
};
const belongs = (person: string, organisationId: string, from: number, until: number | null = null) => {
  const fact: AffiliationFact = {
    type: 'AffiliationStarted',
    data: {
      stakeholderId: person,
      affiliationId: `${person}.${organisationId}`,
      organisationId,
      occurredAt: day(from),
      until: until === null ? null : day(until),
      source: null,
      saidBy: 'kim',
      sent: 'digest',
      personal: { of: [person], role: null, title: null },
    },
  };
  return recorded(fact, { stream: `stakeholder-${person}` });
};
const retracted = (tieId: string) => {
  const was = { kind: 'knows', stakeholderId: '', otherId: '', occurredAt: null, until: null } as const;
  return recorded({ type: 'TieRetracted', data: { tieId, was } } satisfies TieFact, { stream: `tie-${tieId}` });
};

const everybody = ['mia', 'bo', 'cy', 'di', 'eve', 'fay', 'gus', 'works', 'other'].map((id) => identified(id));
const log = numbered(
  ...everybody,
  tied('t', 'mia', 'bo', 1),
  belongs('mia', 'works', 1, 6),
  belongs('cy', 'works', 2),
  belongs('di', 'works', 8),
  tied('u', 'eve', 'cy', 1, 'amplifies'),
  tied('v', 'bo', 'cy', 3),
  belongs('eve', 'other', 1),
  retracted('v'),
  tied('w', 'fay', 'gus', 1),
);

/** @param told how many of the facts that follow everybody's identification were known. */
const near = async (of: string, depth: Depth, told = present, on = 5, limits: NearLimits = nearLimits) => {
  const known = Math.min(present, told + everybody.length);
  const rows = await projected([directory, tieRows, affiliationRows], log);
  const found = await nearTo(rows, { id: of, members: [of] }, depth, { known, validAt: dayMs(on) }, limits);
  await rows.close();
  return found;
};
const ways = async (...asked: Parameters<typeof near>): Promise<readonly string[]> =>
  (await near(...asked)).near.map(
    ({ id, path }) => `${id}: ${path.map((step) => `${step.from} ${step.kind} ${step.to}`).join(', ')}`,
  );

describe('who is near', () => {
  it('is whom a tie, an affiliation or a shared organisation leads to', async () => {
    expect(await ways('mia', 1)).toEqual([
      'bo: mia knows bo',
      'works: mia affiliated works',
      'cy: mia same-organisation cy',
    ]);
    expect(await ways('works', 1)).toEqual(['cy: works affiliated cy', 'mia: works affiliated mia']);
    expect(await ways('gus', 1)).toEqual(['fay: gus knows fay']);
    expect(await ways('nobody', 2)).toEqual([]);
  });

  it('is in two steps whom those lead to, each by one shortest path', async () => {
    expect(await ways('mia', 2)).toEqual([
      'bo: mia knows bo',
      'works: mia affiliated works',
      'cy: mia same-organisation cy',
      'eve: mia same-organisation cy, cy amplifies eve',
    ]);
    expect(await ways('eve', 2)).toEqual([
      'cy: eve amplifies cy',
      'other: eve affiliated other',
      'works: eve amplifies cy, cy affiliated works',
      'mia: eve amplifies cy, cy same-organisation mia',
    ]);
  });

  it('says by what: a tie, or the affiliations', async () => {
    const { near: found } = await near('mia', 2);
    expect(found.map(({ path }) => path.map(({ tieId, affiliationIds }) => tieId ?? affiliationIds.join(' ')))).toEqual(
      [['t'], ['mia.works'], ['mia.works cy.works'], ['mia.works cy.works', 'u']],
    );
  });

  it('is read as of any past', async () => {
    // Mia has left, and whoever came later never met her there.
    expect(await ways('mia', 1, present, 9)).toEqual(['bo: mia knows bo']);
    expect(await ways('di', 1, present, 9)).toEqual(['works: di affiliated works', 'cy: di same-organisation cy']);
    // Before it was taken back, Bo was thought to know Cy.
    expect(await ways('bo', 1, 7)).toEqual(['cy: bo knows cy', 'mia: bo knows mia']);
    expect(await ways('bo', 1)).toEqual(['mia: bo knows mia']);
    expect(await ways('mia', 1, 1)).toEqual(['bo: mia knows bo']);
    expect(await ways('mia', 1, present, 0)).toEqual([]);
  });

  it('is bounded, and says where it was cut', async () => {
    const cut = (limits: Partial<NearLimits>, of = 'works', depth: Depth = 1) =>
      near(of, depth, present, 9, { ...nearLimits, ...limits });
    expect((await cut({})).cut).toBe(false);
    const people = await cut({ people: 1 });
    expect([people.near.map(({ id }) => id), people.cut]).toEqual([['di'], true]);
    expect((await cut({ ties: 1 }, 'cy')).cut).toBe(false);
    expect((await near('bo', 1, 7, 5, { ...nearLimits, ties: 1 })).cut).toBe(true);
    expect((await cut({ affiliations: 0 }, 'cy')).cut).toBe(true);
    expect((await cut({ organisations: 0 }, 'cy')).cut).toBe(true);
    const some = await cut({ near: 1 });
    expect([some.near.map(({ id }) => id), some.cut]).toEqual([['di'], true]);
    const expanded = await cut({ expanded: 1 }, 'works', 2);
    expect([expanded.near.map(({ id }) => id), expanded.cut]).toEqual([['di', 'cy'], true]);
  });

  it('is of all who are one, by the one who remains', async () => {
    const merged = { stakeholderId: 'fay', mergedId: 'bo', token: 't', guard: 'g' };
    const events = numbered(...log, stakeholderFact('fay', { type: 'StakeholdersMerged', data: merged }));
    const rows = await projected([directory, tieRows, affiliationRows], events);
    const found = async (id: string, members: readonly string[], known: number) =>
      (await nearTo(rows, { id, members }, 2, { known, validAt: dayMs(5) })).near.map(
        ({ id: nearby, path }) => `${nearby} ${path.length}`,
      );
    expect(await found('fay', ['fay', 'bo'], present)).toEqual(['gus 1', 'mia 1', 'works 2', 'cy 2']);
    expect(await found('mia', ['mia'], present)).toEqual(['fay 1', 'works 1', 'cy 1', 'gus 2', 'eve 2']);
    // Before it was known that the two are one.
    expect(await found('mia', ['mia'], log.length)).toEqual(['bo 1', 'works 1', 'cy 1', 'eve 2']);
    await rows.close();
  });
});
