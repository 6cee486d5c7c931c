import { describe, expect, it } from '@jest/globals';
import { day, dayMs, plansOf, projected } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { numbered, recorded, specifyProjection } from '../event-sourcing/specification.js';
import { type State, openBeginning, states } from './lasting.js';
import { type Correctable, type TieFact, type TieKind, tieKinds } from './tie.js';
import { countTies, tiesById, tiesPage } from './tie-pages.js';
import { tieRows, tieTable } from './tie-rows.js';

const { given } = specifyProjection(tieRows);
const inStream = (fact: TieFact) => recorded(fact, { stream: `tie-${fact.data.tieId}` });
const tied = (tieId: string, stakeholderId: string, otherId: string, from: number | null, kind: TieKind = 'knows') =>
  inStream({
    type: 'TieRecorded',
    data: {
      tieId,
      kind,
      stakeholderId,
      otherId,
      occurredAt: from === null ? null : day(from),
      until: null,
      source: null,
      saidBy: 'kim',
      sent: 'digest',
      evidence: [],
      personal: { of: [stakeholderId, otherId], note: null, url: null },
    },
  });
const was = { kind: 'knows', stakeholderId: 'mia', otherId: 'bo', occurredAt: null, until: null } as const;
const ended = (tieId: string, on: number) => inStream({ type: 'TieEnded', data: { tieId, was, occurredAt: day(on) } });
const corrected = (tieId: string, from: Partial<Correctable>, to: Partial<Correctable>) =>
  inStream({
    type: 'TieCorrected',
    data: { tieId, was, from, to, personal: { of: ['mia', 'bo'], from: { note: null }, to: { note: 'they say' } } },
  });
const retracted = (tieId: string) => inStream({ type: 'TieRetracted', data: { tieId, was } });

describe('the rows of ties', () => {
  it('are of both whom one ties', () =>
    given(tied('t', 'mia', 'bo', null)).thenColumns(tieTable, [
      { stakeholder: 'bo', other: 'mia', named: 0, from_at: openBeginning, until_at: null, key: 1, retracted: 0 },
      { stakeholder: 'mia', other: 'bo', named: 1, from_at: openBeginning, until_at: null, key: 1, retracted: 0 },
    ]));
  it('end and are retracted, in versions', () =>
    given(tied('t', 'mia', 'bo', 1), ended('t', 5), retracted('t')).thenColumns(
      tieTable,
      ['bo', 'mia'].flatMap((stakeholder) => [
        { stakeholder, from_at: dayMs(1), known_from: 1, known_until: 2, until_at: null, retracted: 0 },
        { stakeholder, from_at: dayMs(1), known_from: 2, known_until: 3, until_at: dayMs(5), retracted: 0 },
        { stakeholder, from_at: dayMs(1), known_from: 3, known_until: open, until_at: dayMs(5), retracted: 1 },
      ]),
    ));
  it('are corrected, in versions, wherever they begin then', async () => {
    const log = [
      tied('t', 'mia', 'bo', 1),
      corrected('t', { kind: 'knows', occurredAt: day(1) }, { kind: 'works-with', occurredAt: day(3) }),
      ended('t', 5),
    ];
    await given(...log).thenColumns(
      tieTable,
      ['bo', 'mia'].flatMap((stakeholder) => [
        { stakeholder, from_at: dayMs(1), known_from: 1, known_until: 2, kind: 'knows', until_at: null },
        { stakeholder, from_at: dayMs(3), known_from: 2, known_until: 3, kind: 'works-with', until_at: null },
        { stakeholder, from_at: dayMs(3), known_from: 3, known_until: open, kind: 'works-with', until_at: dayMs(5) },
      ]),
    );
    await given(...log).reading(async (rows) => {
      const then = async (known: number) => (await tiesById(rows, ['t'], { known, validAt: dayMs(9) })).get('t');
      expect(await then(present)).toMatchObject({
        ...{ kind: 'works-with', note: 'they say', occurredAt: day(3), revision: 2 },
        corrections: [{ by: 'tester', from: { kind: 'knows', note: null }, to: { kind: 'works-with' } }],
      });
      expect(await then(1)).toMatchObject({ kind: 'knows', note: null, corrections: [] });
    });
  });
});

describe('ties', () => {
  const log = numbered(
    tied('t', 'mia', 'bo', 1),
    tied('u', 'cy', 'mia', null, 'amplifies'),
    ended('t', 5),
    tied('v', 'mia', 'di', 3, 'works-with'),
    retracted('v'),
    tied('w', 'bo', 'cy', 2),
  );
  const asked = (known: number, on: number, in_: readonly State[], kinds: readonly TieKind[] = tieKinds) => ({
    ids: ['mia'],
    kinds,
    states: in_,
    past: { known, validAt: dayMs(on) },
  });
  const all = { order: 'desc', limit: 9 } as const;

  it.each([
    ['what holds, whichever end they are', asked(present, 4, ['holding']), ['t', 'u']],
    ['not what has ended', asked(present, 5, ['holding']), ['u']],
    ['what was known', asked(4, 5, ['holding']), ['v', 'u']],
    ['what had ended or was taken back', asked(present, 5, ['ended', 'retracted']), ['v', 't']],
    ['those of a kind', asked(present, 4, states, ['amplifies', 'works-with']), ['v', 'u']],
    ['none of no kind', asked(present, 4, states, []), []],
    ['not what ties two of their own ids', { ...asked(present, 4, states), ids: ['mia', 'cy'] }, ['v', 'w', 't']],
  ] as const)('tell as of any past %s', async (_what, of, expected) => {
    const rows = await projected([tieRows], log);
    const { entries } = await tiesPage(rows, { ...of, ...all });
    expect(entries.map(({ view }) => view.tieId)).toEqual(expected);
    expect(await countTies(rows, of)).toBe(expected.length);
    await rows.close();
  });

  it('come in pages, both ways, and are found by their ids', async () => {
    const rows = await projected([tieRows], log);
    const of = asked(present, 9, states);
    const first = await tiesPage(rows, { ...of, order: 'desc', limit: 2 });
    expect([first.entries.map(({ view }) => view.tieId), first.more]).toEqual([['v', 't'], true]);
    const rest = await tiesPage(rows, { ...of, order: 'desc', limit: 2, after: first.entries[1] });
    expect([rest.entries.map(({ view }) => view.tieId), rest.more]).toEqual([['u'], false]);
    const back = await tiesPage(rows, { ...of, order: 'desc', limit: 1, fromEnd: true, before: rest.entries[0] });
    expect(back.entries.map(({ view }) => view.tieId)).toEqual(['t']);
    const then = async (known: number) =>
      (await tiesById(rows, ['t', 'none'], { known, validAt: dayMs(9) })).get('t')?.until;
    expect([await then(present), await then(2), await then(0)]).toEqual([day(5), null, undefined]);
    await rows.close();
  });

  it('are read by ranges of an index', async () => {
    const rows = await projected([tieRows], log);
    const plans = await plansOf(rows, async (reader) => {
      await tiesPage(reader, { ...asked(present, 9, ['holding']), ...all });
      await tiesById(reader, ['t'], { known: present, validAt: 0 });
    });
    for (const plan of plans) expect(plan).toMatch(/^SEARCH/);
    await rows.close();
  });
});
