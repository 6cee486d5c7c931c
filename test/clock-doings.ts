import fc from 'fast-check';
import type { Input, Mutation, Outcome } from './client.js';
import { dateOf, day, doesWith } from './doing-parts.js';

/** Something that a client does about when we work, and how soon we mean to answer. */
export type ClockDoing =
  | { readonly does: 'setHours'; readonly ofTeam: boolean; readonly from: string | null; readonly zone: string }
  | { readonly does: 'setHolidays'; readonly ofTeam: boolean; readonly day: number }
  | {
      readonly does: 'setTargets';
      readonly tier: string | null;
      readonly day: number | null;
      readonly minutes: number;
    };

/** Any one of them, by weight. */
export const clockDoings = [
  {
    weight: 1,
    arbitrary: doesWith('setHours', {
      ofTeam: fc.boolean(),
      from: fc.constantFrom(null, '2020-03-01'),
      zone: fc.constantFrom('UTC', 'Europe/Berlin'),
    }),
  },
  { weight: 1, arbitrary: doesWith('setHolidays', { ofTeam: fc.boolean(), day: fc.nat({ max: 300 }) }) },
  {
    weight: 1,
    arbitrary: doesWith('setTargets', {
      tier: fc.constantFrom(null, 'executive'),
      day: fc.option(day),
      minutes: fc.integer({ min: 1, max: 50_000 }),
    }),
  },
];

const names: readonly string[] = ['setHours', 'setHolidays', 'setTargets'] satisfies readonly ClockDoing['does'][];
export const isOfClocks = (doing: { readonly does: string }): doing is ClockDoing => names.includes(doing.does);

/** Does it by the API. */
export const clockDoing = async (
  each: ClockDoing,
  team: string | null,
  ask: (mutation: Mutation, input: Input) => Promise<Outcome | null>,
): Promise<Outcome | null> => {
  switch (each.does) {
    case 'setHours':
      return ask('setWorkingHours', {
        ...{ teamId: each.ofTeam ? team : null, from: each.from, zone: each.zone },
        hours: [{ days: ['MONDAY', 'WEDNESDAY'], from: '09:00', until: '17:00' }],
      });
    case 'setHolidays': {
      const date = dateOf(each.day).slice(0, 10);
      return ask('setHolidays', { teamId: each.ofTeam ? team : null, year: 2020, days: [{ date, name: 'A day' }] });
    }
    case 'setTargets':
      return ask('setTargets', {
        ...{ tier: each.tier, from: each.day === null ? null : dateOf(each.day) },
        ...{ firstResponseMinutes: each.minutes, resolutionMinutes: each.minutes },
      });
  }
};
