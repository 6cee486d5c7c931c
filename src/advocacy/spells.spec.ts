import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projected, identified, passed, plansOf, relationshipFact } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present, type Past } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { timeline } from '../interactions/timeline.js';
import type { AssessableStance } from '../relationships/relationship.js';
import { conversionsPage, spansPage } from './standing-pages.js';
import { standingProjection } from './standing-projection.js';
import { ratesIn, spellsOf, type ObservedSpells } from './spells.js';
import { directory } from '../stakeholders/directory.js';

const dayMs = 86_400_000;
const dateOf = (day: number): string => new Date(day * dayMs).toISOString();
const live: Past = { known: present, validAt: 10_000 * dayMs };
const at = (day: number): Past => ({ known: present, validAt: day * dayMs });

let facts = 0;
/** Somebody is assessed: the simplest way to have them stand somewhere. */
const stands = (id: string, day: number, stance: AssessableStance): RecordedEvent =>
  relationshipFact(id, {
    type: 'StanceAssessed',
    data: { stakeholderId: id, factId: `f${(facts += 1)}`, occurredAt: dateOf(day), stance },
  });
const says = (id: string, day: number, tone: number, content: Partial<Content> = {}): RecordedEvent =>
  passed(`${id} ${day}`, id, { occurredAt: dateOf(day), tone: { value: tone, person: 'Ada' }, ...content });

const reading = async <T>(events: readonly RecordedEvent[], read: (rows: ReadStore) => Promise<T>): Promise<T> => {
  const rows = await projected([standingProjection(), timeline, directory], numbered(...events));
  return read(rows).finally(() => rows.close());
};
const told = (spells: readonly ObservedSpells[]) =>
  spells.map(
    ({ days, converted, relapsed, count }) =>
      `${count} after ${days}${converted ? ' converted' : ''}${relapsed ? ' relapsed' : ''}`,
  );
const spells = (events: readonly RecordedEvent[], past = live, cohort = {}) =>
  reading(events, async (rows) => told(await spellsOf(rows, cohort, past)));

const mia = identified('mia');

describe('a spell', () => {
  it('lasts from turning against us until won over', async () => {
    const log = [mia, stands('mia', 10, 'critic'), stands('mia', 15, 'neutral'), stands('mia', 30, 'supporter')];
    expect(await spells(log)).toEqual(['1 after 20 converted']);
  });

  it('goes on over a resurgence', async () => {
    const log = [
      mia,
      ...[stands('mia', 0, 'critic'), stands('mia', 10, 'neutral')],
      ...[stands('mia', 20, 'detractor'), stands('mia', 50, 'advocate')],
    ];
    expect(await spells(log)).toEqual(['1 after 50 converted']);
  });

  it('begins anew at a relapse', async () => {
    const log = [
      mia,
      ...[stands('mia', 0, 'critic'), stands('mia', 10, 'supporter')],
      ...[stands('mia', 40, 'critic')],
    ];
    expect(await spells(log, at(45.5))).toEqual(['1 after 5', '1 after 10 converted relapsed']);
    expect(await spells(log, at(39))).toEqual(['1 after 10 converted']);
    expect(await spells(log, at(9.9))).toEqual(['1 after 9']);
    expect(await spells(log, at(-1))).toEqual([]);
  });

  it('is watched until they turned again, where they were for us at nothing positive', async () => {
    const log = [mia, stands('mia', 0, 'critic'), says('mia', 1, 1)];
    const withdrawn = relationshipFact('mia', {
      type: 'StanceWithdrawn',
      data: { stakeholderId: 'mia', factId: 'w', occurredAt: dateOf(2) },
    });
    expect(await spells([...log, withdrawn, stands('mia', 30, 'critic')], at(100))).toEqual([
      '1 after 30',
      '1 after 70',
    ]);
  });

  it('counts whole days that have passed', async () => {
    expect(await spells([mia, stands('mia', 0, 'critic'), stands('mia', 1.99, 'supporter')])).toEqual([
      '1 after 1 converted',
    ]);
  });
});

describe('a cohort', () => {
  const log = [
    ...['mia', 'leo', 'max'].map((id) => identified(id)),
    says('mia', 0, -1, { channel: 'forum', topics: ['price', 'a|b'] }),
    says('leo', 5, -1, { channel: 'blog', topics: ['price list'] }),
    // At the same instant, what did not turn them.
    passed('another', 'leo', { occurredAt: dateOf(5), channel: 'forum', topics: ['price'] }),
    stands('max', 7, 'critic'),
  ];
  const days = (cohort: object) => spells(log, at(10), cohort);
  it('is chosen by where that was said which turned them, by what it was about and when', async () => {
    expect(await days({})).toEqual(['1 after 3', '1 after 5', '1 after 10']);
    expect(await days({ channels: ['forum'] })).toEqual(['1 after 10']);
    expect(await days({ channels: ['forum', 'blog'] })).toEqual(['1 after 5', '1 after 10']);
    expect(await days({ markedTopics: ['|price|'] })).toEqual(['1 after 10']);
    expect(await days({ markedTopics: ['|a%7Cb|', '|price list|'] })).toEqual(['1 after 5', '1 after 10']);
    expect(await days({ channels: ['blog'], markedTopics: ['|price|'] })).toEqual([]);
    expect(await days({ began: { from: 5 * dayMs, until: 7 * dayMs } })).toEqual(['1 after 5']);
  });

  it('of a past leaves out what was recorded later', async () => {
    expect(await spells(log, { known: 4, validAt: 10 * dayMs })).toEqual(['1 after 10']);
  });

  it('is found without a scan of what was said', () =>
    reading(log, async (rows) => {
      const plans = await plansOf(rows, (asked) =>
        spellsOf(asked, { channels: ['forum'], markedTopics: ['|price|'] }, live),
      );
      expect(plans.filter((step) => /^SCAN [eicr]\b/.test(step))).toEqual([]);
      expect(plans.filter((step) => /^SEARCH [eicr]\b/.test(step)).length).toBeGreaterThan(3);
    }));
});

describe('rates', () => {
  const log = [
    ...['mia', 'leo', 'max'].map((id) => identified(id)),
    ...[stands('mia', 0, 'critic'), stands('mia', 10, 'supporter'), stands('mia', 30, 'critic')],
    ...[stands('leo', 5, 'detractor'), stands('leo', 25, 'supporter')],
    stands('max', 28, 'critic'),
  ];
  const rates = (from: number | null, until: number | null, past = live) =>
    reading(log, async (rows) => {
      const during = { from: from === null ? null : from * dayMs, until: until === null ? null : until * dayMs };
      const { atRisk, converted, wonOver, relapsed } = await ratesIn(rows, during, {}, past);
      return [atRisk, converted, wonOver, relapsed];
    });

  it('are of those who were at risk in the period, and of what passed in it', async () => {
    expect(await rates(null, null)).toEqual([4, 2, 2, 1]);
    expect(await rates(0, 10)).toEqual([2, 0, 0, 0]);
    expect(await rates(0, 20)).toEqual([2, 1, 1, 0]);
    expect(await rates(20, 29)).toEqual([2, 1, 2, 0]);
    expect(await rates(30, 31)).toEqual([2, 0, 2, 1]);
    expect(await rates(31, null)).toEqual([2, 0, 1, 0]);
  });

  it('know of a date nothing that came later', async () => {
    expect(await rates(null, null, at(9))).toEqual([2, 0, 0, 0]);
    expect(await rates(null, null, at(10))).toEqual([2, 1, 1, 0]);
    expect(await rates(20, null, at(10))).toEqual([0, 0, 0, 0]);
  });
});

describe('any log', () => {
  /** The definition in plain words, over the spans and conversions of one stakeholder. */
  const byHand = async (rows: ReadStore, key: number, past: Past): Promise<readonly string[]> => {
    const all = { limit: 1_000, backwards: false, from: null };
    const spans = await spansPage(rows, [key], past, all);
    const counted = await conversionsPage(rows, { stakeholder: key }, past, all, 'oldest-first');
    const against = (stance: string): boolean => stance === 'detractor' || stance === 'critic';
    const begun = spans.filter(
      ({ stance, previous, from_at }) =>
        against(stance) &&
        !against(previous) &&
        !counted.some((each) => each.at === from_at && each.kind === 'resurfaced'),
    );
    return begun.map(({ from_at: from }, index) => {
      const next = begun[index + 1]?.from_at;
      const won = counted.find(
        (each) =>
          each.at > from && each.at < (next ?? Infinity) && (each.kind === 'won-over' || each.kind === 'converted'),
      );
      const days = Math.floor(((won?.at ?? next ?? past.validAt) - from) / dayMs);
      return `${days} ${won !== undefined} ${won !== undefined && next !== undefined}`;
    });
  };

  it('has the spells that its spans and conversions tell, at any past', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            who: fc.constantFrom('mia', 'leo'),
            day: fc.integer({ min: 0, max: 30 }).map((n) => n * 12.5),
            stance: fc.constantFrom<AssessableStance>('detractor', 'critic', 'neutral', 'supporter', 'advocate'),
            tone: fc.option(fc.constantFrom(-1, -0.5, 0, 0.5, 1)),
          }),
          { maxLength: 24 },
        ),
        fc.nat(26),
        fc.nat(400),
        async (all, known, day) => {
          const said = all.map(({ who, day: when, stance, tone }, index) =>
            tone === null
              ? stands(who, when, stance)
              : passed(`i${index}`, who, { occurredAt: dateOf(when), tone: { value: tone, person: 'Ada' } }),
          );
          const past = { known: known === 26 ? present : known, validAt: day * dayMs };
          await reading([mia, identified('leo'), ...said], async (rows) => {
            const expected = [...(await byHand(rows, 1, past)), ...(await byHand(rows, 2, past))].sort();
            const found = await spellsOf(rows, {}, past);
            const one = ({ days, converted, relapsed, count }: ObservedSpells) =>
              Array.from({ length: count }, () => `${days} ${converted} ${relapsed}`);
            expect(found.flatMap(one).sort()).toEqual(expected);
          });
        },
      ),
      { numRuns: 60 },
    ));
});
