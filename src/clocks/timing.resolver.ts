import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Extensions, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { fromGlobalId } from '../graphql/ids.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import type { Hours, WorkingHours as WorkingHoursSaid } from './calendar.js';
import { sinceEver } from './clock-context.js';
import { TimingCommand } from './clocks.handler.js';
import { calendarsOf, holidaysOf, saidOf, targetsOf } from './said-then.js';
import type { Targets } from './targets.js';
import { weekOf, weekdays } from './timing-input.js';
import type { TimingOutcome, TimingRequest } from './timing.js';
import {
  ResponseTargets,
  SetHolidaysInput,
  SetHolidaysResult,
  SetTargetsInput,
  SetTargetsResult,
  SetWorkingHoursInput,
  SetWorkingHoursResult,
  WorkingCalendar,
  type WorkingHours,
} from './timing.types.js';

const shownHours = ({ from, zone, hours }: WorkingHoursSaid): WorkingHours => ({
  from,
  zone,
  stretches: hours.map(({ day, ...stretch }: Hours) => ({ day: weekdays[day - 1] ?? 'monday', ...stretch })),
});

const shownTargets = (tier: string | null, from: number | null, targets: Targets): ResponseTargets => ({
  tier,
  from,
  acknowledgeMinutes: targets.acknowledge,
  firstResponseMinutes: targets['first-response'],
  nextResponseMinutes: targets['next-response'],
  resolutionMinutes: targets.resolution,
});

const teamIn = ({ teamId }: { readonly teamId?: string | null }): string | null =>
  teamId == null ? null : fromGlobalId(teamId, 'Team', 'input', 'teamId').id;

/** When we work, and how soon we are to answer. */
@Resolver()
export class TimingResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly owners: OwnerNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Query(() => [WorkingCalendar], {
    description: 'What was said of when we work: of everybody first. Of whom nothing is said, every hour counts.',
  })
  @Extensions({ listSize: 20 })
  async workingCalendars(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly WorkingCalendar[]> {
    const moment = await this.moments.of(args, now);
    const { teams } = await saidOf(this.rows, moment);
    const calendars = await calendarsOf(this.rows, teams, moment);
    const holidays = await holidaysOf(this.rows, teams, moment);
    const named = await this.owners.teams(teams, moment);
    return teams.map((team) => ({
      team: named.get(team) ?? null,
      hours: [...(calendars.get(team)?.hours ?? [])]
        .sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
        .map(shownHours),
      holidays: [...(holidays.get(team) ?? [])]
        .sort(([a], [b]) => a - b)
        .flatMap(([, days]) => [...days].sort((a, b) => (a.date < b.date ? -1 : 1))),
    }));
  }

  @Query(() => [ResponseTargets], { description: 'By tier, and in the order in which they hold.' })
  @Extensions({ listSize: 20 })
  async responseTargets(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly ResponseTargets[]> {
    const moment = await this.moments.of(args, now);
    const { tiers } = await saidOf(this.rows, moment);
    const found = await targetsOf(this.rows, tiers, moment);
    return tiers.flatMap((tier) =>
      (found.get(tier) ?? []).map(({ at, targets }) =>
        shownTargets(tier === '' ? null : tier, at === sinceEver ? null : at, targets),
      ),
    );
  }

  @Mutation(() => SetWorkingHoursResult, { description: 'When a team works: clocks run in these hours alone.' })
  setWorkingHours(
    @Args('input') input: SetWorkingHoursInput,
    @Context() request: RequestContext,
  ): Promise<typeof SetWorkingHoursResult> {
    const { from = null, zone } = input;
    const data = { teamId: teamIn(input), from, zone, hours: weekOf(input.hours) ?? [] };
    const shown = { __typename: 'WorkingHoursSet', hours: shownHours(data) };
    return this.#execute('setWorkingHours', { type: 'SetWorkingHours', data }, shown, input, request);
  }

  @Mutation(() => SetHolidaysResult, { description: 'On which days of a year a team does not work.' })
  setHolidays(
    @Args('input') input: SetHolidaysInput,
    @Context() request: RequestContext,
  ): Promise<typeof SetHolidaysResult> {
    const days = input.days.map(({ date, name = null }) => ({ date, name })).sort((a, b) => (a.date < b.date ? -1 : 1));
    const data = { teamId: teamIn(input), year: input.year, days };
    const shown = { __typename: 'HolidaysSet', days };
    return this.#execute('setHolidays', { type: 'SetHolidays', data }, shown, input, request);
  }

  @Mutation(() => SetTargetsResult, { description: 'How soon those in a tier are to be answered.' })
  setTargets(
    @Args('input') input: SetTargetsInput,
    @Context() request: RequestContext,
  ): Promise<typeof SetTargetsResult> {
    const { tier = null, from = null } = input;
    const targets: Targets = {
      acknowledge: input.acknowledgeMinutes ?? null,
      'first-response': input.firstResponseMinutes ?? null,
      'next-response': input.nextResponseMinutes ?? null,
      resolution: input.resolutionMinutes ?? null,
    };
    const data = { tier, from: from === null ? null : new Date(from).toISOString(), targets };
    const shown = { __typename: 'TargetsSet', targets: shownTargets(tier, from, targets) };
    return this.#execute('setTargets', { type: 'SetTargets', data }, shown, input, request);
  }

  async #execute<Result>(
    mutation: string,
    asked: TimingRequest,
    shown: object,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new TimingCommand(asked, context));
    if ('refused' in outcome) return refusalOf(outcome) as Result;
    const { already, ordinal } = outcome;
    return { ...shown, already, position: positionOf(this.store.logId, ordinal) } as Result;
  }
}

const refusalOf = ({ refused }: Extract<TimingOutcome, { refused: string }>): object => {
  switch (refused) {
    case 'TeamNotFound':
      return { __typename: refused, message: 'No team of ours has this id.' };
    case 'TierNotFound':
      return { __typename: refused, message: 'Nobody defined a tier of this name.' };
    case 'TooManyVersions':
      return { __typename: refused, message: 'So many are said already: say one of them again.' };
    case 'CommandIdReused':
      return commandIdReused;
  }
};
