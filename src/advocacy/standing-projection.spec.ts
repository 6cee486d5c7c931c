import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dayMs } from '../../test/golden/standing-facts.js';
import * as log from '../../test/golden/standing-log.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { specifyProjection } from '../event-sourcing/specification.js';
import { conversionId, type ConversionKind } from './advocacy-v1.js';
import type { AssessableStance, Stance } from '../relationships/relationship.js';
import { standingProjection } from './standing-projection.js';
import { actOf, channelOf } from './standing-codes.js';
import { conversionsPage, spansPage } from './standing-pages.js';
import { standingsAt } from './standing-readings.js';
import { conversion, standingFact, standingSpan, standingSubject } from './standing-tables.js';

const { given } = specifyProjection(standingProjection());
const mia = log.identified('mia');
const leo = log.identified('leo');
const now = { known: present, validAt: 10_000 * dayMs };
const all = { limit: 1000, backwards: false, from: null };

/** The facts of mia as they are known now. */
const factsNow = (events: readonly RecordedEvent[], stakeholder = 1) =>
  given(...events).reading(async (rows) => {
    const facts = await log.rowsAsOf(rows, standingFact, open);
    return facts
      .filter((row) => row['stakeholder'] === stakeholder)
      .map(({ at, fact_id, tone, act, channel }) => [
        Number(at) / dayMs,
        fact_id,
        tone,
        actOf(Number(act)),
        channel === null ? null : channelOf(Number(channel)),
      ]);
  });

const stances = async (rows: RowReader, stakeholder = 1, past = now) =>
  (await spansPage(rows, [stakeholder], past, all)).map(({ stance, from_at }) => [stance, from_at / dayMs]);

const angry = { id: 'a', at: 0, tone: -1 };
const kind = { id: 'b', at: 60 * dayMs, tone: 1 };

describe('a stakeholder who is identified', () => {
  it('is known by the ordinal of that event', () =>
    given(mia, leo).thenColumns(standingSubject, [
      { id: 'leo', key: 2 },
      { id: 'mia', key: 1 },
    ]));
});

describe('an interaction that is recorded', () => {
  it('is an expression of its author', async () => {
    expect(await factsNow([mia, log.said(angry)])).toEqual([[0, 'a', -1, 'comment', 'email']]);
  });

  it('is one of each author, once, and of nobody else', async () => {
    const authors = ['mia', 'leo', 'mia'].map((stakeholderId) => ({ stakeholderId, role: 'author' as const }));
    const participants = [...authors, { stakeholderId: 'max', role: 'mentioned' as const }];
    const events = [mia, leo, log.identified('max'), log.said({ ...angry, participants })];
    for (const key of [1, 2]) expect(await factsNow(events, key)).toEqual([[0, 'a', -1, 'comment', 'email']]);
    expect(await factsNow(events, 3)).toEqual([]);
  });

  it('is none when it is ours, or has neither a tone nor such an act', async () => {
    const ours = log.said({ ...angry, direction: 'outbound' });
    expect(await factsNow([mia, ours, log.said({ id: 'b', at: 1 })])).toEqual([]);
  });

  it('is one when it is an act that a rule may hear without a tone, or observed', async () => {
    const praise = log.said({ id: 'b', at: dayMs, act: 'praise', channel: 'forum' });
    expect(await factsNow([mia, praise])).toEqual([[1, 'b', null, 'praise', 'forum']]);
    const act = log.said({ id: 'b', at: dayMs, act: 'referral', direction: 'observed' });
    expect(await factsNow([mia, act])).toEqual([[1, 'b', null, 'referral', 'email']]);
  });

  it('makes a span, which the next one ends', () =>
    given(mia, log.said(angry), log.said(kind)).thenRows(standingSpan, [
      span({ from_at: 0, known_from: 2, known_until: 3, stance: 'detractor', previous: 'unknown', because: 'a' }),
      span({ from_at: 0, known_from: 3, until_at: kind.at, stance: 'detractor', previous: 'unknown', because: 'a' }),
      span({ from_at: kind.at, known_from: 3, stance: 'supporter', previous: 'detractor', because: 'b' }),
    ]));

  it('is counted where it wins somebody over', () =>
    given(mia, log.said(angry), log.said(kind)).thenRows(conversion, [
      {
        stakeholder: 1,
        at: kind.at,
        id: conversionId({ stakeholderId: 'mia', rule: 'advocacy-v1', kind: 'won-over', because: 'b' }),
        ...{ known_from: 3, known_until: open },
        ...{ kind: 'won-over', because: 'b', because_kind: 'expression', since: 'a', since_at: 0, rule: 'advocacy-v1' },
      },
    ]));

  it('re-reads what comes after it where it is late, and nothing of anybody else', () =>
    given(mia, leo, log.said({ ...angry, by: ['leo'] }), log.said({ ...kind, id: 'c' }), log.said(angry)).thenRows(
      standingSpan,
      [
        span({ from_at: 0, known_from: 5, until_at: kind.at, stance: 'detractor', previous: 'unknown', because: 'a' }),
        span({
          from_at: kind.at,
          known_from: 4,
          known_until: 5,
          stance: 'supporter',
          previous: 'unknown',
          because: 'c',
        }),
        span({ from_at: kind.at, known_from: 5, stance: 'supporter', previous: 'detractor', because: 'c' }),
        span({ stakeholder: 2, from_at: 0, known_from: 3, stance: 'detractor', previous: 'unknown', because: 'a' }),
      ],
    ));

  it('is read with what else happened at its instant', async () => {
    const together = { ...kind, id: '0', tone: -1 };
    await given(mia, log.said(angry), log.said(kind), log.said(together)).reading(async (rows) => {
      expect(await stances(rows)).toEqual([
        ['detractor', 0],
        ['critic', 60],
      ]);
      expect(await stances(rows, 1, { ...now, known: 3 })).toEqual([
        ['detractor', 0],
        ['supporter', 60],
      ]);
      expect(await conversionsPage(rows, {}, now, all)).toEqual([]);
      expect(await conversionsPage(rows, {}, { ...now, known: 3 }, all)).toHaveLength(1);
    });
  });

  it('of somebody who was not identified stops the projection', async () => {
    await expect(factsNow([log.said(angry)])).rejects.toThrow('Stakeholder mia is not identified');
  });
});

describe('an interaction that is corrected', () => {
  const correctedTo = (is: Partial<log.Said>, was: log.Said = angry) =>
    factsNow([mia, leo, log.said(was), log.corrected(was, { ...was, ...is })]);

  it('has another tone, or another date', async () => {
    expect(await correctedTo({ tone: 0.5 })).toEqual([[0, 'a', 0.5, 'comment', 'email']]);
    expect(await correctedTo({ at: 3 * dayMs })).toEqual([[3, 'a', -1, 'comment', 'email']]);
  });

  it('is an expression no more, or is one now', async () => {
    expect(await correctedTo({ direction: 'outbound' })).toEqual([]);
    expect(await correctedTo({ tone: null })).toEqual([]);
    expect(await correctedTo({ direction: 'observed' }, { ...angry, direction: 'outbound' })).toEqual([
      [0, 'a', -1, 'comment', 'email'],
    ]);
    expect(await correctedTo({ act: 'defence' }, { ...angry, tone: null })).toEqual([
      [0, 'a', null, 'defence', 'email'],
    ]);
  });

  it('has another act, or was on another channel', async () => {
    expect(await correctedTo({ act: 'post' })).toEqual([[0, 'a', -1, 'post', 'email']]);
    expect(await correctedTo({ channel: 'forum' })).toEqual([[0, 'a', -1, 'comment', 'forum']]);
  });

  it('stays on its channel where an old log does not tell it again', async () => {
    const inForum: log.Said = { ...angry, channel: 'forum' };
    const amended = [
      log.corrected(inForum, { ...inForum, tone: 1 }),
      log.corrected(inForum, { ...inForum, at: dayMs }),
      log.toneAssessed(inForum, 0.5),
    ];
    const facts = await Promise.all(amended.map((event) => factsNow([mia, log.said(inForum), withoutChannel(event)])));
    expect(facts.map(([fact]) => fact?.at(-1))).toEqual(['forum', 'forum', 'forum']);
    const unheard: log.Said = { ...inForum, tone: null };
    const heard = withoutChannel(log.toneAssessed(unheard, 0.5));
    expect(await factsNow([mia, log.said(unheard), heard])).toEqual([[0, 'a', 0.5, 'comment', null]]);
  });

  it('has another author', async () => {
    const events = [mia, leo, log.said(angry), log.corrected(angry, { ...angry, by: ['leo'] })];
    expect(await factsNow(events)).toEqual([]);
    expect(await factsNow(events, 2)).toEqual([[0, 'a', -1, 'comment', 'email']]);
  });

  // Only in a long history does reading stop where it comes to what it was.
  const many = Array.from({ length: 70 }, (_, n) => log.said({ id: `m${n}`, at: n, tone: 1 }));

  it('counts at its new date though all in between is so long after that it reads as before', () =>
    given(
      ...[mia, ...many, log.said({ id: 'b', at: dayMs, tone: 1 })],
      ...[log.said({ id: 'c', at: 9000 * dayMs, tone: 1 }), log.said({ id: 'd', at: 9900 * dayMs, tone: 1 })],
      log.corrected({ id: 'b', at: dayMs, tone: 1 }, { id: 'b', at: 9800 * dayMs, tone: -1 }),
    ).reading(async (rows) => {
      expect(await stances(rows)).toEqual([
        ['supporter', 0],
        ['critic', 9800],
        ['supporter', 9900],
      ]);
    }));

  const twice = ['mia', 'mia'].map((stakeholderId) => ({ stakeholderId, role: 'author' as const }));

  it('leaves every row as it is where nothing changes that the rules read', () =>
    given(mia, log.said(angry), log.corrected(angry, { ...angry, participants: twice })).thenColumns(standingFact, [
      { known_from: 2, known_until: open },
    ]));

  it('keeps the version from before', () =>
    given(mia, log.said(angry), log.corrected(angry, { ...angry, tone: 1 })).thenColumns(standingFact, [
      { known_from: 2, known_until: 3, tone: -1 },
      { known_from: 3, known_until: open, tone: 1 },
    ]));
});

describe('an interaction that is retracted', () => {
  it('counts nowhere, and did before', () =>
    given(mia, log.said(angry), log.said(kind), log.retracted(kind)).reading(async (rows) => {
      expect(await stances(rows)).toEqual([['detractor', 0]]);
      expect(await stances(rows, 1, { ...now, known: 3 })).toHaveLength(2);
      expect(await log.rowsAsOf(rows, conversion, open)).toEqual([]);
    }));

  it('may be the only one there was', () =>
    given(mia, log.said(angry), log.retracted(angry), log.said(kind)).reading(async (rows) => {
      expect(await stances(rows)).toEqual([['supporter', 60]]);
      expect(await stances(rows, 1, { ...now, known: 3 })).toEqual([]);
    }));

  it('brings what it had changed back to what it was', () =>
    given(mia, log.said(kind), log.said(angry), log.retracted(angry)).reading(async (rows) => {
      expect(await stances(rows)).toEqual([['supporter', 60]]);
      expect(await log.rowsAsOf(rows, conversion, open)).toEqual([]);
    }));
});

describe('a tone that is assessed', () => {
  it('replaces the one before', async () => {
    expect(await factsNow([mia, log.said(angry), log.toneAssessed(angry, 0.25)])).toEqual([
      [0, 'a', 0.25, 'comment', 'email'],
    ]);
    const open = { id: 'a', at: 0 };
    expect(await factsNow([mia, log.said(open), log.toneAssessed(open, 0.25)])).toEqual([
      [0, 'a', 0.25, 'comment', 'email'],
    ]);
  });
});

describe('what a person says', () => {
  const events = [
    mia,
    log.said(angry),
    log.assessed('mia', 'x', 5 * dayMs, 'supporter'),
    log.withdrew('mia', 'y', 9 * dayMs),
  ];

  it('holds from its date until it is withdrawn', () =>
    given(...events).reading(async (rows) => {
      expect(await stances(rows)).toEqual([
        ['detractor', 0],
        ['supporter', 5],
        ['detractor', 9],
      ]);
      const at = async (day: number) => (await standingsAt(rows, [[1]], { ...now, validAt: day * dayMs })).get(1);
      expect(await at(6)).toMatchObject({ stance: 'supporter', assessedBy: 'Ada', rule: null, disputed: true });
      expect(await at(9)).toMatchObject({ stance: 'detractor', assessedBy: null, rule: 'tone-v1' });
    }));

  it('says who said it, and in its rows what made what count', () =>
    given(...events).reading(async (rows) => {
      const spans = await spansPage(rows, [1], now, all);
      expect(spans.map(({ assessed_by }) => assessed_by)).toEqual([null, 'Ada', null]);
      const counted = await conversionsPage(rows, {}, now, all, 'oldest-first');
      expect(counted.map(({ kind, because, because_kind }) => [kind, because, because_kind])).toEqual([
        ['won-over', 'x', 'assessment'],
        ['relapsed', 'y', 'withdrawal'],
      ]);
    }));

  it('is the person for whom the key acted', () =>
    given(mia, {
      ...log.assessed('mia', 'x', 0, 'critic'),
      provenance: { ...mia.provenance, onBehalfOf: 'Bea' },
    }).thenColumns(standingFact, [{ kind: 'assessment', stance: 'critic', assessed_by: 'Bea' }]));

  it('may be retracted', () =>
    given(...events, log.factRetracted('mia', 'x', 5 * dayMs, 'StanceAssessed')).reading(async (rows) => {
      expect(await stances(rows)).toEqual([['detractor', 0]]);
    }));

  it('holds on where its withdrawal is retracted', () =>
    given(...events, log.factRetracted('mia', 'y', 9 * dayMs, 'StanceWithdrawn')).reading(async (rows) => {
      expect(await stances(rows)).toEqual([
        ['detractor', 0],
        ['supporter', 5],
      ]);
    }));

  it('is no step of ours', () =>
    given(...events, log.factRetracted('mia', 'z', 9 * dayMs, 'StepTaken')).reading(async (rows) => {
      expect(await stances(rows)).toHaveLength(3);
    }));
});

interface Sequence {
  name: string;
  facts: { day: number; tone?: number; act?: boolean; assess?: AssessableStance | null }[];
  spans: { fromDay: number; stance: Stance }[];
  conversions: { day: number; kind: ConversionKind }[];
}
const golden = JSON.parse(readFileSync(new URL('../../test/golden/measures.json', import.meta.url), 'utf8')) as {
  standing: { sequences: Sequence[] };
};

describe('the golden sequences', () => {
  const eventOf = ({ day, tone, act, assess }: Sequence['facts'][number], index: number) => {
    const id = `i${index}`;
    if (assess === null) return log.withdrew('mia', id, day * dayMs);
    if (assess !== undefined) return log.assessed('mia', id, day * dayMs, assess);
    return log.said({ id, at: day * dayMs, tone: tone ?? null, act: act === true ? 'recommendation' : 'comment' });
  };

  it.each(golden.standing.sequences)('$name', async ({ facts, spans, conversions }) => {
    for (const events of [facts.map(eventOf), facts.map(eventOf).toReversed()])
      await given(mia, ...events).reading(async (rows) => {
        expect(await stances(rows)).toEqual(spans.map(({ fromDay, stance }) => [stance, fromDay]));
        const counted = await conversionsPage(rows, { stakeholder: 1 }, now, all, 'oldest-first');
        expect(counted.map(({ at, kind }) => ({ day: at / dayMs, kind }))).toEqual(conversions);
      });
  });
});

/** An amendment as it was written before it told the channel. */
function withoutChannel(event: RecordedEvent): RecordedEvent {
  const { was, ...data } = event.data as { readonly was: JsonObject };
  const { channel: _, ...before } = was;
  return { ...event, data: { ...data, was: before } };
}

function span(columns: object) {
  const row = { stakeholder: 1, from_at: 0, known_from: 0, known_until: open, until_at: null };
  return { ...row, stance: '', previous: '', because: null, assessed_by: null, ...columns };
}
