import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identified, passed, projected, relationshipFact } from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present, type Past } from '../event-sourcing/past.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { timeline } from '../interactions/timeline.js';
import { departmentsOf } from '../owners/departments.js';
import { ourOwnRows } from '../owners/our-own-rows.js';
import { ownership, type OwnershipFact, type OwnershipRequest } from '../owners/ownership.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import type { AssessableStance } from '../relationships/relationship.js';
import { directory } from '../stakeholders/directory.js';
import { attribute, attributionModels, halfLifeDaysDefault } from './attribution.js';
import { type JourneysAsked, journeysOf, unconvertedJourneys } from './journeys.js';
import { standingProjection } from './standing-projection.js';
import { type TouchGrouping, TouchGroups, touchGroupings } from './touch-groups.js';

const dayMs = 86_400_000;
const dateOf = (day: number): string => new Date(day * dayMs).toISOString();
const people = ['mia', 'leo'];
const owners = ['kim', 'lee', 'roe'];
const teams = ['desk', 'lab'];

/** Something that happens, in the order in which it is recorded. */
type Happening =
  | { readonly does: 'stand'; readonly who: string; readonly day: number; readonly stance: AssessableStance }
  | { readonly does: 'touch'; readonly who: string; readonly day: number; readonly act: 'reply' | 'call' }
  | { readonly does: 'own'; readonly who: string; readonly day: number; readonly owner: string | null }
  | { readonly does: 'move'; readonly owner: string; readonly team: string | null };

const who = fc.constantFrom(...people);
const day = fc.integer({ min: 1, max: 40 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    ...{ does: fc.constant('stand' as const), who, day },
    stance: fc.constantFrom<AssessableStance>('detractor', 'critic', 'neutral', 'supporter', 'advocate'),
  }),
  fc.record({ does: fc.constant('touch' as const), who, day, act: fc.constantFrom('reply' as const, 'call' as const) }),
  fc.record({
    ...{ does: fc.constant('own' as const), who, day },
    owner: fc.option(fc.constantFrom(...owners), { freq: 4 }),
  }),
  fc.record({
    ...{ does: fc.constant('move' as const), owner: fc.constantFrom(...owners) },
    team: fc.option(fc.constantFrom(...teams), { freq: 3 }),
  }),
);

const beginning = [
  ...teams.map((teamId) => recorded({ type: 'TeamNamed', data: { teamId, name: teamId, department: `of ${teamId}` } })),
  ...owners.map((colleagueId) =>
    recorded({
      type: 'ColleagueAdded',
      data: { colleagueId, teamId: null, personal: { of: [colleagueId], name: colleagueId, addresses: [] } },
    }),
  ),
  ...people.map((id) => identified(id)),
];

/** The log of what happens: of changes of owner those that the decider takes. Each event is recorded on a day of its own. */
const logOf = (all: readonly Happening[]): readonly RecordedEvent[] => {
  const states = new Map(people.map((id) => [id, ownership.initialState]));
  const ownerFacts = (id: string, request: OwnershipRequest): readonly OwnershipFact[] => {
    const state = states.get(id) ?? ownership.initialState;
    const decided = ownership.decide(request, state);
    if ('refused' in decided) return [];
    states.set(id, decided.reduce(ownership.evolve, state));
    return decided;
  };
  const events = all.flatMap((each, index): readonly RecordedEvent[] => {
    const recordedAt = index * dayMs;
    const factId = `f${index}`;
    switch (each.does) {
      case 'stand': {
        const { who: id, stance } = each;
        const data = { stakeholderId: id, factId, occurredAt: dateOf(each.day), stance };
        return [relationshipFact(id, { type: 'StanceAssessed', data }, { recordedAt })];
      }
      case 'touch': {
        const participants = [{ stakeholderId: each.who, role: 'addressee' as const }];
        const content = { direction: 'outbound', act: each.act, occurredAt: dateOf(each.day), participants } as const;
        return [passed(`i${index}`, each.who, content, { recordedAt })];
      }
      case 'own': {
        const { who: stakeholderId, owner } = each;
        const dated = { stakeholderId, factId, occurredAt: dateOf(each.day) };
        const current = states.get(stakeholderId)?.current ?? null;
        const place = { tier: null, place: null };
        const departments = { fromDepartment: null, toDepartment: null };
        const request: OwnershipRequest =
          owner === null
            ? { type: 'ReleaseOwner', data: dated }
            : current === null
              ? { type: 'AssignOwner', data: { ...dated, owner, ...place, rank: null, department: null } }
              : { type: 'HandOver', data: { ...dated, fromOwner: current.owner, toOwner: owner, ...departments } };
        return ownerFacts(stakeholderId, request).map((fact) =>
          recorded(fact, { stream: `ownership-${stakeholderId}`, recordedAt }),
        );
      }
      case 'move': {
        const { owner: colleagueId, team: teamId } = each;
        return [
          recorded({ type: 'ColleagueMoved', data: { colleagueId, teamId, was: { teamId: null } } }, { recordedAt }),
        ];
      }
    }
  });
  return numbered(...beginning, ...events);
};

const textOf = (event: RecordedEvent | undefined, field: string): string | null => {
  const value = event?.data[field];
  return typeof value === 'string' ? value : null;
};

/** In plain words, over the log: what an owner of that date's, and their department, were as far as the log was known. */
const byHand = (log: readonly RecordedEvent[], id: string, at: number, { known }: Past) => {
  const before = log.filter(({ ordinal }) => ordinal <= known);
  const last = before.findLast(
    (event) => event.stream === `ownership-${id}` && Date.parse(textOf(event, 'occurredAt') ?? '') <= at,
  );
  const owner = last?.type === 'OwnerReleased' ? null : (textOf(last, 'toOwner') ?? textOf(last, 'owner'));
  const moved = before.findLast(
    (event) => event.type === 'ColleagueMoved' && textOf(event, 'colleagueId') === owner && event.recordedAt <= at,
  );
  const team = textOf(moved, 'teamId');
  return { owner, department: team === null ? null : `of ${team}` };
};

const projections = [standingProjection(), timeline, directory, ownershipRows, ourOwnRows];
const everything: JourneysAsked = {
  ...{ kinds: ['defused', 'won-over', 'converted'], during: { from: null, until: null }, owners: true },
};

describe('any log, as of any past', () => {
  const pasts = fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 45 })).map(([known, valid]): Past => ({
    ...{ known: known > 40 ? present : known + beginning.length, validAt: valid * dayMs },
  }));

  it.each(touchGroupings)('shares each conversion once by %s, in every model', (by: TouchGrouping) =>
    fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), pasts, async (all, past) => {
        const rows = await projected(projections, logOf(all));
        const journeys = await journeysOf(rows, everything, past);
        const unconverted = await unconvertedJourneys(rows, everything, past);
        const departmentAt = await departmentsOf(rows, owners, past);
        await rows.close();
        const groups = new TouchGroups(by, departmentAt);
        const ways = journeys.map(({ at, touches }) => ({
          at,
          touches: touches.map((touch) => ({ at: touch.at, group: groups.of(touch) })),
        }));
        const missed = unconverted.map(({ touches }) => touches.map((touch) => groups.of(touch)));
        for (const model of attributionModels) {
          const how = { halfLifeDays: halfLifeDaysDefault, unconverted: missed };
          const { credits, unattributed } = attribute(model, ways, how);
          const sum = [...credits.values()].reduce((a, b) => a + b, 0);
          expect(sum + unattributed).toBeCloseTo(journeys.length, 6);
          for (const key of credits.keys()) {
            const { act, channel, owner, department, handOver, nobodys } = groups.withKey(key);
            // At most one of them says who or what it is; an owner in no team is none of them.
            const said = [act, channel, owner, department].filter((each) => each !== null).length;
            expect(said + Number(handOver) + Number(nobodys)).toBe(
              by === 'department' && said === 0 && !nobodys ? 0 : 1,
            );
          }
        }
      }),
      { numRuns: 60 },
    ),
  );

  it('says of each touch who owned it, and in which department', () =>
    fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), pasts, async (all, past) => {
        const log = logOf(all);
        const rows = await projected(projections, log);
        const departmentAt = await departmentsOf(rows, owners, past);
        for (const [index, id] of people.entries()) {
          const asked = { ...everything, stakeholder: beginning.length - people.length + index + 1 };
          const journeys = [
            ...(await journeysOf(rows, asked, past)),
            ...(await unconvertedJourneys(rows, asked, past)),
          ];
          for (const { at, act, owner } of journeys.flatMap(({ touches }) => touches)) {
            if (act === null) {
              // Several may have taken over at one instant: whoever did, did so there.
              const took = log.filter(
                ({ type, stream, data, ordinal }) =>
                  type === 'OwnerHandedOver' &&
                  stream === `ownership-${id}` &&
                  ordinal <= past.known &&
                  data['occurredAt'] === new Date(at).toISOString(),
              );
              expect(took.map(({ data }) => data['toOwner'])).toContain(owner);
            } else {
              const expected = byHand(log, id, at, past);
              expect(owner).toBe(expected.owner);
              if (owner !== null) expect(departmentAt(owner, at)).toBe(expected.department);
            }
          }
        }
        await rows.close();
      }),
      { numRuns: 80 },
    ));
});
