import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identified, passed, projected, relationshipFact, retracted } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present, type Past } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { timeline } from '../interactions/timeline.js';
import type { AssessableStance } from '../relationships/relationship.js';
import { type JourneyOfOne, type JourneysAsked, journeysOf, unconvertedJourneys } from './journeys.js';
import { standingProjection } from './standing-projection.js';
import { directory } from '../stakeholders/directory.js';

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

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected(
    [standingProjection(), timeline, directory],
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
      ...[stands('leo', 40, 'critic'), touched('leo', 41, { act: 'meeting', channel: 'in-person' })],
    ),
  );
});
afterAll(() => rows.close());

const all: JourneysAsked = { kinds: ['won-over', 'converted'], during: { from: null, until: null } };
const told = (journeys: readonly JourneyOfOne[]) =>
  journeys.map(({ touches }) => touches.map((touch) => `${touch.act} by ${touch.channel} on ${touch.at / dayMs}`));

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
      ['meeting by in-person on 41'],
    ]);
    expect(await unconverted({ kinds: ['defused'] })).toEqual([['meeting by in-person on 41']]);
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
