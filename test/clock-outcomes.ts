/** What is asked of what mutations about working time and targets answer. */
export const clockOutcomes = {
  setWorkingHours: `__typename ... on Refusal { message }
    ... on WorkingHoursSet { already position hours { from zone stretches { day from until } } }`,
  setHolidays: `__typename ... on Refusal { message } ... on HolidaysSet { already position days { date name } }`,
  setTargets: `__typename ... on Refusal { message }
    ... on TargetsSet { already position targets { tier from acknowledgeMinutes firstResponseMinutes nextResponseMinutes resolutionMinutes } }`,
} as const;
