import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logOf, people, told } from '../../test/random-logs.js';
import { dayMs, identified, passed, plansOf, projected } from '../../test/small-logs.js';
import { type Past, present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { identifiedById } from '../stakeholders/directory-pages.js';
import { directory } from '../stakeholders/directory.js';
import { ordinalEnds } from './timeline-order.js';
import { countEntries, entriesPage } from './timeline-pages.js';
import { timelineWith } from './timeline.js';
import { countTogether, entriesTogether } from './timelines-together.js';

interface Stretched {
  readonly who: number;
  readonly from: number;
  readonly days: number;
}

const stretchOf = (whose: number, from: number, until: number) => ({
  whose,
  above: { at: dayMs(from), tie: ordinalEnds.first },
  below: { at: dayMs(until), tie: ordinalEnds.first },
});

/** What each shows by itself, put together. */
const naively = async (
  rows: RowReader,
  stretches: readonly { readonly whose: number; readonly from: number; readonly until: number }[],
  past: Past,
  filter: { readonly topics?: readonly string[] },
): Promise<readonly string[]> => {
  const all = new Set<string>();
  for (const { whose, from, until } of stretches) {
    const within = { ...filter, from: dayMs(from), until: dayMs(until) };
    const page = { members: [whose], past, filter: within, order: 'asc', limit: 1_000 } as const;
    for (const { at, tie } of (await entriesPage(rows, page)).entries)
      all.add(`${String(at).padStart(16, '0')} ${String(tie).padStart(6, '0')}`);
  }
  return [...all].sort();
};

describe('timelines that are read together', () => {
  const stretched: fc.Arbitrary<Stretched> = fc.record({
    who: fc.nat(2),
    from: fc.integer({ min: 0, max: 9 }),
    days: fc.integer({ min: 1, max: 6 }),
  });

  it('show what each shows by itself, each once, in order, as of any past', () =>
    fc.assert(
      fc.asyncProperty(
        told,
        fc.array(stretched, { minLength: 1, maxLength: 8 }),
        fc.record({ ascending: fc.boolean(), limit: fc.integer({ min: 1, max: 9 }), about: fc.boolean() }),
        fc.nat(60),
        async (all, asked, { ascending, limit, about }, at) => {
          const log = logOf(all);
          const rows = await projected([directory, timelineWith(2)], log);
          const past = { known: at > log.length ? present : at, validAt: dayMs(12) };
          const keys = new Map(
            [...(await identifiedById(rows, people, { ...past, known: present }))].map(([id, { key }]) => [id, key]),
          );
          const stretches = asked.map(({ who, from, days }) => ({
            whose: keys.get(people[who] ?? '') ?? 1,
            from,
            until: from + days,
          }));
          const filter = about ? { topics: ['a'] } : {};
          const of = {
            stretches: stretches.map(({ whose, from, until }) => stretchOf(whose, from, until)),
            past,
            filter,
          };
          const expected = await naively(rows, stretches, past, filter);
          const found = await entriesTogether(rows, of, ascending, limit);
          expect(
            found.map((each) => `${String(each.at).padStart(16, '0')} ${String(each.tie).padStart(6, '0')}`),
          ).toEqual((ascending ? expected : expected.toReversed()).slice(0, limit));
          expect(await countTogether(rows, of)).toBe(expected.length);
          await rows.close();
        },
      ),
      { numRuns: 60 },
    ));

  it('are read no further than they have to be', async () => {
    const everybody = Array.from({ length: 120 }, (_, index) => identified(`p${index}`));
    const said = Array.from({ length: 600 }, (_, index) =>
      passed(`i${index}`, `p${index % 120}`, { occurredAt: new Date(dayMs(1) + index * 60_000).toISOString() }),
    );
    const rows = await projected([timelineWith(64)], numbered(...everybody, ...said));
    let read = 0;
    const counting: RowReader = {
      all: async (sql, parameters) => {
        const found = await rows.all(sql, parameters);
        read += found.length;
        return found as never;
      },
      first: (sql, parameters) => rows.first(sql, parameters),
    };
    const stretches = everybody.map((_, index) => stretchOf(index + 1, 0, 20));
    const past = { known: present, validAt: dayMs(20) };
    const found = await entriesTogether(counting, { stretches, past, filter: {} }, false, 21);
    expect(found.map(({ tie }) => tie)).toEqual(Array.from({ length: 21 }, (_, index) => 720 - index));
    // A look into each of the 120, and a page; and not all 600, nor a page of each.
    expect(read).toBeLessThan(120 * 2 + 21 * 3);
    await rows.close();
  });

  it('are read by ranges of the key, and counted so', async () => {
    const rows = await projected([timelineWith(2)], numbered(identified('ada'), passed('i', 'ada')));
    const of = {
      stretches: [stretchOf(1, 0, 9), stretchOf(1, 3, 4)],
      past: { known: 1, validAt: dayMs(9) },
      filter: {},
    };
    const plans = await plansOf(rows, async (reader) => {
      await entriesTogether(reader, of, true, 3);
      await countTogether(reader, of);
      await countEntries(reader, { members: [1], past: of.past });
    });
    expect(plans.some((plan) => plan.startsWith('SEARCH e'))).toBe(true);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (e|timeline)/);
    await rows.close();
  });
});
