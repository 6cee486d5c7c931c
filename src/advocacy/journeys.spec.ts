import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identified, passed, plansOf, projected, relationshipFact, retracted } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present, type Past } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { timeline } from '../interactions/timeline.js';
import type { OwnershipFact } from '../owners/ownership.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import type { AssessableStance } from '../relationships/relationship.js';
import { directory } from '../stakeholders/directory.js';
import { type JourneyOfOne, type JourneysAsked, journeysOf, unconvertedJourneys } from './journeys.js';
import { standingProjection } from './standing-projection.js';

const dayMs = 86_400_000;
const dateOf = (day: number): string => new Date(day * dayMs).toISOString();
const at = (day: number): Past => ({ known: present, validAt: day * dayMs });
const live = at(10_000);

let facts = 0;
const stands = (id: string, day: number, stance: AssessableStance): RecordedEvent =>
  relationshipFact(id, {
    type: 'StanceAssessed',
    data: { stakeholderId: id, factId: `f${(facts += 1)}`, occurredAt: dateOf(day), stance },
  });
const touched = (id: string, day: number, content: Partial<Content> = {}): RecordedEvent => {
  const participants = [{ stakeholderId: id, role: 'addressee' as const }];
  return passed(`${id} ${day}`, id, { direction: 'outbound', occurredAt: dateOf(day), participants, ...content });
};

const noPlace = { tier: null, place: null };
const owned = (id: string, day: number, owner: string): RecordedEvent =>
  ownershipFact(id, {
    type: 'OwnerAssigned',
    data: { ...dated(id, day), owner, ...noPlace, rank: null, department: null, was: null },
  });
const handedOver = (id: string, day: number, fromOwner: string, toOwner: string): RecordedEvent =>
  ownershipFact(id, {
    type: 'OwnerHandedOver',
    data: { ...dated(id, day), fromOwner, toOwner, fromDepartment: null, toDepartment: null, ...noPlace },
  });
const released = (id: string, day: number, owner: string): RecordedEvent =>
  ownershipFact(id, { type: 'OwnerReleased', data: { ...dated(id, day), owner, ...noPlace } });
const dated = (stakeholderId: string, day: number) => ({
  ...{ stakeholderId, factId: `o${(facts += 1)}`, occurredAt: dateOf(day) },
});
const ownershipFact = (id: string, fact: OwnershipFact): RecordedEvent => recorded(fact, { stream: `ownership-${id}` });

const projections = [standingProjection(), timeline, directory, ownershipRows];

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected(
    projections,
    numbered(
      ...['mia', 'leo'].map((id) => identified(id)),
      touched('mia', 1, { act: 'invitation' }),
      ...[stands('mia', 5, 'critic'), touched('mia', 5, { act: 'call', channel: 'phone' })],
      ...[touched('mia', 8), stands('mia', 10, 'neutral'), touched('mia', 15, { act: 'reply' })],
      ...[stands('mia', 20, 'supporter'), touched('mia', 20), touched('mia', 21)],
      // What they said is no touch, and neither is what was taken back.
      passed('word', 'mia', { occurredAt: dateOf(7) }),
      ...[passed('taken', 'mia', { direction: 'outbound', occurredAt: dateOf(9) })],
      retracted('taken', 'mia', { direction: 'outbound', occurredAt: dateOf(9) }),
      ...[stands('leo', 30, 'critic'), touched('leo', 31), stands('leo', 32, 'neutral'), touched('leo', 33)],
      // At the instant of turning again: of the way from there.
      ...[
        stands('leo', 40, 'critic'),
        touched('leo', 40),
        touched('leo', 41, { act: 'meeting', channel: 'in-person' }),
      ],
    ),
  );
});
afterAll(() => rows.close());

const all: JourneysAsked = { kinds: ['won-over', 'converted'], during: { from: null, until: null } };
const told = (journeys: readonly JourneyOfOne[]) =>
  journeys.map(({ touches }) =>
    touches.map(({ act, channel, at: when }) =>
      act === null || channel === null ? `hand-over on ${when / dayMs}` : `${act} by ${channel} on ${when / dayMs}`,
    ),
  );

describe('the journeys of conversions', () => {
  it('hold our touches from what turned them to what counted, both included, oldest first', async () => {
    expect(told(await journeysOf(rows, all, live))).toEqual([
      ['call by phone on 5', 'comment by email on 8', 'reply by email on 15', 'comment by email on 20'],
    ]);
  });

  it('are of the kinds, the period and the person that were asked for', async () => {
    const of = async (asked: Partial<JourneysAsked>, past = live) =>
      (await journeysOf(rows, { ...all, ...asked }, past)).map(
        ({ at: when, touches }) => `${when / dayMs}: ${touches.length}`,
      );
    expect(await of({ kinds: ['defused'] })).toEqual(['10: 2', '32: 1']);
    expect(await of({ kinds: [] })).toEqual([]);
    expect(await of({ kinds: ['defused', 'won-over'], during: { from: 10 * dayMs, until: 20 * dayMs } })).toEqual([
      '10: 2',
    ]);
    expect(await of({ kinds: ['defused'], stakeholder: 2 })).toEqual(['32: 1']);
    expect(await of({ kinds: ['defused'] }, at(31))).toEqual(['10: 2']);
    expect(await of({ kinds: ['defused'] }, { known: 4, validAt: live.validAt })).toEqual([]);
  });
});

describe('the journeys of who was not converted', () => {
  it('end where they turned against us again, or today', async () => {
    const unconverted = async (asked: Partial<JourneysAsked>, past = live) =>
      told(await unconvertedJourneys(rows, { ...all, ...asked }, past));
    expect(await unconverted({})).toEqual([
      ['comment by email on 31', 'comment by email on 33'],
      ['comment by email on 40', 'meeting by in-person on 41'],
    ]);
    expect(await unconverted({ kinds: ['defused'] })).toEqual([
      ['comment by email on 40', 'meeting by in-person on 41'],
    ]);
    expect(await unconverted({ during: { from: null, until: 40 * dayMs } })).toEqual([
      ['comment by email on 31', 'comment by email on 33'],
    ]);
    expect(await unconverted({ stakeholder: 1 })).toEqual([]);
    // By then mia had not been won over.
    expect(await unconverted({}, at(16))).toEqual([
      ['call by phone on 5', 'comment by email on 8', 'reply by email on 15'],
    ]);
  });
});

describe('hand-overs', () => {
  const log = numbered(
    ...['mia', 'leo'].map((id) => identified(id)),
    ...[owned('mia', 1, 'kim'), handedOver('mia', 3, 'kim', 'lee')],
    ...[stands('mia', 5, 'critic'), touched('mia', 6), handedOver('mia', 7, 'lee', 'roe'), touched('mia', 7)],
    ...[touched('mia', 8), handedOver('mia', 9, 'roe', 'kim'), handedOver('mia', 9, 'kim', 'lee')],
    ...[released('mia', 10, 'lee'), touched('mia', 10), stands('mia', 20, 'supporter')],
    // Of the next one on, not of this.
    ...[owned('mia', 21, 'kim'), handedOver('mia', 22, 'kim', 'roe')],
    // Nothing but a hand-over, and nobody was won over.
    ...[owned('leo', 1, 'kim'), stands('leo', 5, 'critic'), handedOver('leo', 6, 'kim', 'lee')],
  );
  const withOwners = (journeys: readonly JourneyOfOne[]) =>
    journeys.map(({ touches }) =>
      touches.map(({ act, owner, at: when }) => `${act ?? 'hand-over'} on ${when / dayMs}: ${owner ?? 'nobody'}`),
    );
  const reading = async <T>(read: (of: ReadStore) => Promise<T>): Promise<T> => {
    const of = await projected(projections, log);
    return read(of).finally(() => of.close());
  };

  it('are touches of who took over; every other is of who answered for them at the time', () =>
    reading(async (of) => {
      const asked = { ...all, owners: true };
      expect(withOwners(await journeysOf(of, asked, live))).toEqual([
        [
          ...['comment on 6: lee', 'hand-over on 7: roe', 'comment on 7: roe', 'comment on 8: roe'],
          ...['hand-over on 9: kim', 'hand-over on 9: lee', 'comment on 10: nobody'],
        ],
      ]);
      expect(withOwners(await unconvertedJourneys(of, asked, live))).toEqual([['hand-over on 6: lee']]);
      expect(withOwners(await unconvertedJourneys(of, asked, at(8)))).toEqual([
        ['comment on 6: lee', 'hand-over on 7: roe', 'comment on 7: roe', 'comment on 8: roe'],
        ['hand-over on 6: lee'],
      ]);
    }));

  it('are there whether owners are asked for or not, and unknown before they were recorded', () =>
    reading(async (of) => {
      expect(told(await journeysOf(of, all, live))).toEqual([
        [
          ...['comment by email on 6', 'hand-over on 7', 'comment by email on 7', 'comment by email on 8'],
          ...['hand-over on 9', 'hand-over on 9', 'comment by email on 10'],
        ],
      ]);
      const known = log.findIndex(({ type, data }) => type === 'OwnerHandedOver' && data['toOwner'] === 'roe');
      const before = { known, validAt: live.validAt };
      expect(withOwners(await unconvertedJourneys(of, { ...all, owners: true }, before))).toEqual([
        ['comment on 6: lee'],
      ]);
    }));

  it('are of all who are one, and what several took part in is one touch', async () => {
    const joined = recorded(
      { type: 'StakeholdersMerged', data: { stakeholderId: 'mia', mergedId: 'leo', token: 't', guard: 'g' } },
      { stream: 'stakeholder-mia' },
    );
    const both = ['mia', 'leo'].map((stakeholderId) => ({ stakeholderId, role: 'addressee' as const }));
    const of = await projected(
      projections,
      numbered(
        ...[identified('mia'), identified('leo'), owned('leo', 1, 'kim'), stands('mia', 5, 'critic')],
        ...[touched('leo', 6), touched('mia', 7, { participants: both }), owned('mia', 8, 'roe'), touched('leo', 9)],
        ...[handedOver('leo', 10, 'kim', 'lee'), stands('mia', 20, 'supporter'), joined],
      ),
    );
    // For mia, who remains, nobody answered before the 8th: until then it was leo's owner.
    expect(withOwners(await journeysOf(of, { ...all, owners: true }, live))).toEqual([
      ['comment on 6: kim', 'comment on 7: kim', 'comment on 9: roe', 'hand-over on 10: lee'],
    ]);
    await of.close();
  });

  it('are found without a scan of anything', () =>
    reading(async (of) => {
      const plans = await plansOf(of, async (asked) => {
        await journeysOf(asked, { ...all, stakeholder: 1, owners: true }, live);
        await unconvertedJourneys(asked, { ...all, stakeholder: 1, owners: true }, live);
      });
      expect(plans.filter((step) => /^SCAN [efw]\b/.test(step))).toEqual([]);
      expect(plans.filter((step) => /^SEARCH [efw]\b/.test(step)).length).toBeGreaterThanOrEqual(6);
    }));
});

describe('more than is read at once', () => {
  it('is refused, naming of what and how many', async () => {
    const conversions = journeysOf(rows, { ...all, kinds: ['defused'] }, live, { conversionsMax: 1, touchesMax: 9 });
    await expect(conversions).rejects.toMatchObject({ name: 'TooManyJourneys', of: 'conversions', max: 1 });
    const touches = journeysOf(rows, all, live, { conversionsMax: 1, touchesMax: 3 });
    await expect(touches).rejects.toMatchObject({ of: 'touches', max: 3 });
    await expect(journeysOf(rows, all, live, { conversionsMax: 1, touchesMax: 4 })).resolves.toHaveLength(1);
    const unconverted = unconvertedJourneys(rows, all, live, { conversionsMax: 1, touchesMax: 2 });
    await expect(unconverted).rejects.toMatchObject({ of: 'touches', max: 2 });
  });
});
