import { describe, expect, it } from '@jest/globals';
import { day, dayMs, passed, plansOf, projected } from '../../test/small-logs.js';
import { prism } from '../advocacy/prism.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded, specifyProjection } from '../event-sourcing/specification.js';
import { ourOwnRows } from '../owners/our-own-rows.js';
import type { AcknowledgementFact } from './acknowledgement.js';
import type { GuidelineFact } from './guideline.js';
import {
  acknowledgedBy,
  acknowledgementsOf,
  guidelinesKnown,
  inForceAt,
  unacknowledged,
  wentOut,
} from './guideline-pages.js';
import { acknowledgementTable, guidelineRows, guidelineTable } from './guideline-rows.js';

const published = (version: number, from: number, guidelineId = 'g'): RecordedEvent => {
  const fact: GuidelineFact = {
    type: 'GuidelinePublished',
    data: { guidelineId, occurredAt: day(from), version, name: 'Manners', text: `version ${version}`, rules: [] },
  };
  return recorded(fact, { stream: `guideline-${guidelineId}`, provenance: { reason: 'asked for' } });
};
const withdrawn = (from: number): RecordedEvent => {
  const fact: GuidelineFact = { type: 'GuidelineWithdrawn', data: { guidelineId: 'g', occurredAt: day(from) } };
  return recorded(fact, { stream: 'guideline-g' });
};
const acknowledged = (colleagueId: string, version: number, on: number): RecordedEvent => {
  const fact: AcknowledgementFact = {
    type: 'GuidelineAcknowledged',
    data: { colleagueId, guidelineId: 'g', version, occurredAt: day(on) },
  };
  return recorded(fact, { stream: `acknowledgement-${colleagueId}` });
};
const retracted = (colleagueId: string, version: number): RecordedEvent => {
  const fact: AcknowledgementFact = {
    type: 'AcknowledgementRetracted',
    data: { colleagueId, guidelineId: 'g', version },
  };
  return recorded(fact, { stream: `acknowledgement-${colleagueId}` });
};
const hired = (colleagueId: string, ...addresses: readonly string[]): RecordedEvent =>
  recorded(
    {
      type: 'ColleagueAdded',
      data: { colleagueId, teamId: null, personal: { of: [colleagueId], name: colleagueId, addresses } },
    },
    { stream: `colleague-${colleagueId}` },
  );

describe('the rows of guidelines', () => {
  const { given } = specifyProjection(guidelineRows);
  const kims = { colleague: 'kim', guideline: 'g', version: 1, recorded_by: 'tester' };

  it('keep each version, from when on, and that it was withdrawn', () =>
    given(published(1, 2), withdrawn(5)).thenRows(guidelineTable, [
      {
        ...{ guideline: 'g', place: 0, key: 1, from_at: dayMs(2), version: 1, withdrawn: 0 },
        body: JSON.stringify({ name: 'Manners', text: 'version 1', rules: [], by: 'tester', reason: 'asked for' }),
      },
      {
        ...{ guideline: 'g', place: 1, key: 2, from_at: dayMs(5), version: 0, withdrawn: 1 },
        body: JSON.stringify({ name: '', text: '', rules: [], by: 'tester', reason: null }),
      },
    ]));

  it('keep who has acknowledged what', () =>
    given(acknowledged('kim', 1, 3)).thenRows(acknowledgementTable, [
      { ...kims, known_from: 1, known_until: open, at: dayMs(3) },
    ]));

  it('keep the earlier date of an acknowledgement that was told of late', () =>
    given(acknowledged('kim', 1, 9), acknowledged('kim', 1, 3)).thenRows(acknowledgementTable, [
      { ...kims, known_from: 1, known_until: 2, at: dayMs(9) },
      { ...kims, known_from: 2, known_until: open, at: dayMs(3) },
    ]));

  it('let go of an acknowledgement that was retracted, and keep it when it is given again', () =>
    given(acknowledged('kim', 1, 3), retracted('kim', 1), acknowledged('kim', 1, 9)).thenRows(acknowledgementTable, [
      { ...kims, known_from: 1, known_until: 2, at: dayMs(3) },
      { ...kims, known_from: 3, known_until: open, at: dayMs(9) },
    ]));
});

const log = numbered(
  hired('kim', 'kim@ours.example', 'desk@ours.example'), // 1
  hired('lee', 'Lee@ours.example', 'desk@ours.example'), // 2
  published(1, 2), // 3
  acknowledged('kim', 1, 3), // 4
  published(2, 10), // 5
  acknowledged('lee', 2, 12), // 6
  withdrawn(20), // 7
  acknowledged('kim', 2, 11), // 8
  retracted('kim', 2), // 9
);
const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
  const rows = await projected([guidelineRows, ourOwnRows, prism], log);
  return read(rows).finally(() => rows.close());
};
const at = (validDay: number, known = present) => ({ known, validAt: dayMs(validDay) });

describe('guidelines', () => {
  it('are in force from the date of a version until the next, or until they are withdrawn', () =>
    reading(async (rows) => {
      const all = await guidelinesKnown(rows, at(30));
      const versionsAt = (on: number) => inForceAt(all, dayMs(on)).map(({ version }) => version);
      expect([1, 2, 9, 10, 19, 20].map(versionsAt)).toEqual([[], [1], [1], [2], [2], []]);
      expect(inForceAt(await guidelinesKnown(rows, at(30, 4)), dayMs(15)).map(({ version }) => version)).toEqual([1]);
    }));

  it('tell who has acknowledged them, as of any past', () =>
    reading(async (rows) => {
      expect((await acknowledgedBy(rows, ['kim', 'lee'], at(30))).get('lee')).toMatchObject([
        { version: 2, by: 'tester' },
      ]);
      expect((await acknowledgedBy(rows, ['lee'], at(11))).get('lee')).toEqual([]);
      expect((await acknowledgedBy(rows, ['lee'], at(30, 5))).get('lee')).toEqual([]);
      expect(await acknowledgementsOf(rows, 'g', 1, at(30))).toMatchObject([{ colleagueId: 'kim', at: dayMs(3) }]);
      expect(await acknowledgementsOf(rows, 'g', 1, at(2))).toEqual([]);
    }));
});

describe('what goes out without the guideline in force', () => {
  const missingOf = async (rows: RowReader, on: number, addresses: readonly string[], known = present) => {
    const [missing = []] = await unacknowledged(rows, [{ at: dayMs(on), addresses }], at(30, known));
    return missing.map(({ colleagueId, guideline }) => `${colleagueId} ${guideline.version}`);
  };

  it('tells of who had not acknowledged the version of that time, by that time', () =>
    reading(async (rows) => {
      expect(await missingOf(rows, 1, ['kim@ours.example'])).toEqual([]);
      expect(await missingOf(rows, 2, ['kim@ours.example'])).toEqual(['kim 1']);
      expect(await missingOf(rows, 5, ['kim@ours.example', 'lee@ours.example'])).toEqual(['lee 1']);
      expect(await missingOf(rows, 11, ['kim@ours.example', 'lee@ours.example'])).toEqual(['kim 2', 'lee 2']);
      expect(await missingOf(rows, 13, ['kim@ours.example', 'lee@ours.example'])).toEqual(['kim 2']);
      expect(await missingOf(rows, 25, ['kim@ours.example'])).toEqual([]);
    }));

  it('tells of nobody where one of those who share an address had, and of all where none had', () =>
    reading(async (rows) => {
      expect(await missingOf(rows, 5, ['desk@ours.example'])).toEqual([]);
      expect(await missingOf(rows, 2, ['desk@ours.example'])).toEqual(['kim 1', 'lee 1']);
      expect(await missingOf(rows, 5, ['stranger@ours.example'])).toEqual([]);
    }));

  it('tells of who had acknowledged it by what was known, and no more once that was retracted', () =>
    reading(async (rows) => {
      expect(await missingOf(rows, 12, ['kim@ours.example'], 8)).toEqual([]);
      expect(await missingOf(rows, 12, ['kim@ours.example'], 9)).toEqual(['kim 2']);
      expect(await acknowledgementsOf(rows, 'g', 2, at(30, 8))).toHaveLength(2);
      expect(await acknowledgementsOf(rows, 'g', 2, at(30))).toMatchObject([{ colleagueId: 'lee' }]);
      expect((await acknowledgedBy(rows, ['kim'], at(30))).get('kim')).toMatchObject([{ version: 1 }]);
    }));

  it('is read as it was known', () =>
    reading(async (rows) => {
      expect(await missingOf(rows, 5, ['kim@ours.example'], 3)).toEqual(['kim 1']);
      expect(await missingOf(rows, 5, ['kim@ours.example'], 2)).toEqual([]);
      expect(await missingOf(rows, 13, ['kim@ours.example'], 4)).toEqual([]);
    }));

  it('is found among what went out in a period, by ranges of an index', async () => {
    const rows = await projected(
      [prism],
      numbered(
        passed('i', 'ada', { direction: 'outbound', occurredAt: day(3) }),
        passed('j', 'ada', { occurredAt: day(4) }),
        passed('k', 'ada', { direction: 'outbound', occurredAt: day(5) }),
      ),
    );
    const all = { from: null, until: null };
    expect(await wentOut(rows, at(30), all)).toEqual(['k', 'i']);
    expect(await wentOut(rows, at(30), { from: dayMs(4), until: null })).toEqual(['k']);
    expect(await wentOut(rows, at(30), { from: null, until: dayMs(5) })).toEqual(['i']);
    expect(await wentOut(rows, at(4), all)).toEqual(['i']);
    expect(await wentOut(rows, at(30, 1), all)).toEqual(['i']);
    const plans = await plansOf(rows, (reader) => wentOut(reader, at(30), all));
    expect(plans.join('\n')).toMatch(/^SEARCH u USING PRIMARY KEY \(at>\? AND at<\?\)$/);
    await rows.close();
  });
});
