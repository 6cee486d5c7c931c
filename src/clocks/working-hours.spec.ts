import { describe, expect, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type CalendarFact, type CalendarRequest, calendarId, versionsMax, workingHours } from './working-hours.js';
import { isLocalDate, isZone, weekOf } from './timing-input.js';

const { given } = specifyDecider(workingHours);
const data = {
  ...{ teamId: 't', from: '2026-01-05', zone: 'Europe/Berlin' },
  hours: [{ day: 1, from: '09:00', until: '17:00' }],
};
const setHours: CalendarRequest = { type: 'SetWorkingHours', data };
const hoursSet: CalendarFact = { type: 'WorkingHoursSet', data };
const year = { teamId: 't', year: 2026, days: [{ date: '2026-01-06', name: 'Epiphany' }] };
const setDays: CalendarRequest = { type: 'SetHolidays', data: year };
const daysSet: CalendarFact = { type: 'HolidaysSet', data: year };

describe('a calendar', () => {
  it('takes hours from a date on', () => given().when(setHours).then([hoursSet]));
  it('takes others from the same date', () => {
    const other = { ...data, zone: 'UTC' };
    given(hoursSet)
      .when({ ...setHours, data: other })
      .then([{ ...hoursSet, data: other }]);
  });
  it('has nothing new where the same is said of the same date', () =>
    given(hoursSet).when(setHours).thenNothingHappens());
  it('takes them again from another', () => {
    const ever = { ...data, from: null };
    given(hoursSet)
      .when({ ...setHours, data: ever })
      .then([{ ...hoursSet, data: ever }]);
  });
  it('takes the holidays of a year', () => given(hoursSet).when(setDays).then([daysSet]));
  it('takes none, too', () => {
    const none = { ...year, days: [] };
    given(daysSet)
      .when({ ...setDays, data: none })
      .then([{ ...daysSet, data: none }]);
  });
  it('has nothing new where the same is said of a year', () => given(daysSet).when(setDays).thenNothingHappens());
  it('takes so many versions, and those again', () => {
    const facts = Array.from({ length: versionsMax }, (_, index): readonly CalendarFact[] => [
      { type: 'WorkingHoursSet', data: { ...data, from: `2${String(index).padStart(3, '0')}-01-01` } },
      { type: 'HolidaysSet', data: { ...year, year: 2_000 + index } },
    ]).flat();
    given(...facts)
      .when({ ...setHours, data: { ...data, from: '1999-01-01' } })
      .then({ refused: 'TooManyVersions' });
    given(...facts)
      .when({ ...setDays, data: { ...year, year: 1_999 } })
      .then({ refused: 'TooManyVersions' });
    const again = { ...data, from: '2000-01-01', zone: 'UTC' };
    given(...facts)
      .when({ ...setHours, data: again })
      .then([{ ...hoursSet, data: again }]);
  });
  it('stands in a stream of its own, whatever a team is called', () =>
    expect([calendarId(null), calendarId('everybody')]).toEqual(['everybody', 'team-everybody']));
});

describe('what is said of working time', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'])('knows %s', (name) =>
    expect(isZone(name)).toBe(true),
  );
  it.each(['', '+02:00', 'Europe/Nowhere', 'Berlin'])('does not know %p', (name) => expect(isZone(name)).toBe(false));
  it.each(['2024-02-29', '2026-12-31'])('has the date %s', (text) => expect(isLocalDate(text)).toBe(true));
  it.each(['2026-02-29', '2026-13-01', '26-01-01', '2026-01-01T00:00', '0026-01-01', ''])('has no date %p', (text) =>
    expect(isLocalDate(text)).toBe(false),
  );
  it('is a week in order', () =>
    expect(
      weekOf([
        { days: ['tuesday', 'monday'], from: '13:00', until: '17:00' },
        { days: ['monday'], from: '09:00', until: '13:00' },
      ]),
    ).toEqual([
      { day: 1, from: '09:00', until: '13:00' },
      { day: 1, from: '13:00', until: '17:00' },
      { day: 2, from: '13:00', until: '17:00' },
    ]));
  it('is no week where stretches overlap', () =>
    expect(
      weekOf([
        { days: ['monday'], from: '09:00', until: '13:01' },
        { days: ['monday'], from: '13:00', until: '17:00' },
      ]),
    ).toBeNull());
});
