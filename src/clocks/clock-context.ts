import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { RowWriter } from '../event-sourcing/read-store.js';
import type { ColleagueFact } from '../owners/colleague.js';
import type { OwnershipFact } from '../owners/ownership.js';
import {
  clockHolidaysTable,
  clockHoursTable,
  clockOwnerTable,
  clockTargetsTable,
  clockTeamTable,
} from './clock-tables.js';
import type { TargetsFact } from './targets.js';
import type { CalendarFact } from './working-hours.js';

/** What says whose clock it is, when they work and how soon they are to answer. */
export type AroundFact =
  | Exclude<OwnershipFact, { type: 'PlaceForgone' }>
  | Extract<ColleagueFact, { type: 'ColleagueAdded' | 'ColleagueMoved' }>
  | CalendarFact
  | TargetsFact;

export const aroundFacts: ReadonlySet<string> = new Set<AroundFact['type']>([
  'OwnerAssigned',
  'OwnerHandedOver',
  'OwnerReleased',
  'ColleagueAdded',
  'ColleagueMoved',
  'WorkingHoursSet',
  'HolidaysSet',
  'TargetsSet',
]);

/** Before every time that a calendar of ours has. */
export const sinceEver = Number.MIN_SAFE_INTEGER;

/** Writes such a fact as the row that it is. */
export const writeAround = (
  { type, data }: AroundFact,
  { ordinal: key, recordedAt }: RecordedEvent,
  rows: RowWriter,
): void => {
  switch (type) {
    case 'OwnerAssigned':
    case 'OwnerHandedOver': {
      const owner = type === 'OwnerAssigned' ? data.owner : data.toOwner;
      const { stakeholderId: stakeholder, occurredAt, tier } = data;
      rows.insert(clockOwnerTable, { stakeholder, at: Date.parse(occurredAt), key, owner, tier });
      return;
    }
    case 'OwnerReleased': {
      const { stakeholderId: stakeholder, occurredAt } = data;
      rows.insert(clockOwnerTable, { stakeholder, at: Date.parse(occurredAt), key, owner: null, tier: null });
      return;
    }
    case 'ColleagueAdded':
    case 'ColleagueMoved':
      rows.insert(clockTeamTable, { colleague: data.colleagueId, key, at: recordedAt, team: data.teamId });
      return;
    case 'WorkingHoursSet': {
      const { teamId, from, zone, hours } = data;
      rows.insert(clockHoursTable, {
        ...{ team: teamId ?? '', key, from_date: from ?? '', zone },
        hours: JSON.stringify(hours),
      });
      return;
    }
    case 'HolidaysSet': {
      const { teamId, year, days } = data;
      rows.insert(clockHolidaysTable, { team: teamId ?? '', key, year, days: JSON.stringify(days) });
      return;
    }
    case 'TargetsSet': {
      const { tier, from, targets } = data;
      rows.insert(clockTargetsTable, {
        ...{ tier: tier ?? '', key, from_at: from === null ? sinceEver : Date.parse(from) },
        ...{ acknowledge: targets.acknowledge, first_response: targets['first-response'] },
        ...{ next_response: targets['next-response'], resolution: targets.resolution },
      });
    }
  }
};
