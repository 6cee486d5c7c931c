import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import { ordinalOf, positionOf } from '../event-sourcing/position.js';
import { NotBuiltYet, type ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { refused } from '../graphql/errors.js';
import { type Moment, knowsAll } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import type { RequestContext } from '../graphql/request-context.js';
import { countStakeholders } from '../stakeholders/directory-pages.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import { summaryOf } from './advocacy-summary.js';
import { AdvocacySummary, Period, shownSummary } from './advocacy.types.js';
import { HorizonDays, horizonDaysDefault, shownCurve } from './conversion-curve.types.js';
import { groupsThen } from './merged-people.js';
import { projectionOf, rowsUnder } from './rows-under.js';
import { LiveRules } from './rules.live.js';
import {
  ByRules,
  ConversionRuleChanges,
  RulesAsked,
  StanceRuleChanges,
  rulesWith,
  shownToneRule,
} from './rules.types.js';
import { spellsOf } from './spells.js';
import type { CountedPassage, WhatIfAsked } from './what-if.js';
import { type ToldOfWhatIf, WhatIfRuns, WhatIfTimedOut, whatIfLimitMs, whatIfsMax } from './what-if.runs.js';
import { WhatIfTooLarge } from './what-if.thread.js';
import {
  type TooManyWhatIfs,
  WhatIf,
  WhatIfAnswer,
  WhatIfConversion,
  WhatIfCurve,
  type WhatIfIsRunning,
  type WhatIfProgress,
} from './what-if.types.js';

@ArgsType()
class WhatIfArgs extends OneOfPastArgs {
  @ByRules()
  rules?: RulesAsked | null;

  @Field(() => StanceRuleChanges, { nullable: true, description: 'What is another than in these rules.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => StanceRuleChanges)
  stance?: StanceRuleChanges | null;

  @Field(() => ConversionRuleChanges, { nullable: true, description: 'What is another than in these rules.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => ConversionRuleChanges)
  conversion?: ConversionRuleChanges | null;

  @Field(() => Period, {
    nullable: true,
    description: 'Of the summary and the conversions. Left out: all of the time.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @HorizonDays()
  horizonDays?: number | null;
}

type Told = WhatIfProgress | WhatIfAnswer | WhatIfIsRunning | TooManyWhatIfs;
type Payload = { readonly whatIf: Told };

/** What the answer is made of that the thread does not know. */
interface Question {
  readonly asked: WhatIfAsked;
  readonly moment: Moment;
  readonly horizonDays: number;
  readonly position: string;
}

@Resolver()
export class WhatIfResolver {
  constructor(
    private readonly moments: Moments,
    private readonly runs: WhatIfRuns,
    private readonly live: LiveRules,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @Subscription(() => WhatIf, {
    description:
      'What would be counted under other rules, beside what is: how far it is, time and again, and the answer last. Nothing is written. It ends when the subscription does; one at a time for each key.',
  })
  async whatIf(
    @Args() args: WhatIfArgs,
    @Context() { credential, now }: RequestContext,
  ): Promise<AsyncIterator<Payload>> {
    const question = await this.#questionOf(args, now);
    const begun = await this.runs.begin(credential, question.asked, now);
    if (!('refused' in begun)) return payloads(begun, question);
    if (begun.refused === 'TooManyWhatIfs') return one(tooMany);
    const { id = null, startedAt = null } = begun.running ?? {};
    return one({ __typename: 'WhatIfIsRunning', message: isRunning(id), runningId: id, startedAt });
  }

  async #questionOf(
    { rules: named, stance, conversion, during, horizonDays, ...pastArgs }: WhatIfArgs,
    now: number,
  ): Promise<Question> {
    const asOf = await this.moments.of(pastArgs, now);
    const rules = rulesWith(await this.live.valuesOf(asOf, named), stance, conversion);
    const live = await this.live.beside(asOf);
    // What is recorded while it runs does not count: the answer is of one past, which it names.
    const { atLeast } = pastArgs;
    const awaited = atLeast == null ? 0 : ordinalOf(atLeast, this.store.logId);
    const reached = await this.#reached([projectionOf(live), 'directory']);
    const known = knowsAll(asOf) ? Math.max(awaited, reached) : asOf.known;
    const moment: Moment = { known, validAt: asOf.validAt, live: false };
    const period = { from: during?.from ?? null, until: during?.until ?? null };
    return {
      asked: {
        rules,
        live,
        past: { known, validAt: moment.validAt },
        during: period,
        stakeholders: await countStakeholders(this.rows, moment),
        groups: await groupsThen(this.rows, moment),
      },
      moment,
      horizonDays: horizonDays ?? horizonDaysDefault,
      position: positionOf(this.store.logId, known),
    };
  }

  /**
   * Up to where the rows go that are read: they are written one projection after another, and what changes none of them is
   * told a little later. What was waited for is there in any case.
   */
  async #reached(rowsRead: readonly string[]): Promise<number> {
    const progress = (await this.rows.progress()).filter(({ name }) => rowsRead.includes(name));
    const missing = progress.filter(({ live }) => !live).map(({ name }) => name);
    if (missing.length > 0) throw new NotBuiltYet(missing);
    return Math.min(...progress.map(({ checkpoint }) => checkpoint));
  }
}

const isRunning = (id: string | null): string =>
  id === null
    ? 'A what-if of this key runs in another instance; this one begins when that has ended.'
    : `The what-if ${id} of this key runs; end its subscription first.`;

const tooMany: TooManyWhatIfs = {
  __typename: 'TooManyWhatIfs',
  message: `${whatIfsMax} what-ifs run here, which is as many as may. Ask again when one has ended.`,
  runningMax: whatIfsMax,
};

const one = (whatIf: Told): AsyncIterator<Payload> & AsyncIterable<Payload> => {
  const values = (async function* () {
    yield await Promise.resolve({ whatIf });
  })();
  return values;
};

const payloads = (
  told: AsyncIterableIterator<ToldOfWhatIf>,
  question: Question,
): AsyncIterator<Payload> & AsyncIterable<Payload> => ({
  next: async () => {
    const next = await told.next().catch((error: unknown) => {
      throw shownFault(error);
    });
    return next.done === true
      ? { done: true, value: undefined }
      : { done: false, value: { whatIf: shown(next.value, question) } };
  },
  return: async () => {
    await told.return?.();
    return { done: true, value: undefined };
  },
  [Symbol.asyncIterator]() {
    return this;
  },
});

const shownFault = (error: unknown): unknown => {
  if (error instanceof WhatIfTimedOut)
    return refused('LIMIT_EXCEEDED', `A what-if may take ${whatIfLimitMs / 60_000} minutes.`, {
      limit: 'whatIfMs',
      allowed: whatIfLimitMs,
    });
  if (error instanceof WhatIfTooLarge)
    return refused('LIMIT_EXCEEDED', 'This what-if takes more memory than one may.', { limit: 'whatIfMemory' });
  return error;
};

const shown = (told: ToldOfWhatIf, { asked, moment, horizonDays, position }: Question): Told => {
  const { id } = told;
  if ('progress' in told)
    return { __typename: 'WhatIfProgress', id, ...told.progress, ofStakeholders: asked.stakeholders };
  const { rules, live, during, stakeholders: existing } = asked;
  const { summary, spells, conversions, missing, counts, facts } = told.answer;
  const conversion = (passage: CountedPassage, liveToo: boolean): WhatIfConversion => {
    const { stakeholder: stakeholderKey, because: becauseId, kind, at: occurredAt, sinceAt: since } = passage;
    return { stakeholderKey, becauseId, moment, kind, occurredAt, since, liveToo };
  };
  return {
    __typename: 'WhatIfAnswer',
    ...{ id, moment, live, during, horizonDays, existing, position, facts },
    stanceRule: shownToneRule(rules.tone),
    conversionRule: rules.conversion,
    summary: shownSummary(summary),
    curve: shownCurve(spells, horizonDays, rules),
    countedByBoth: counts.both,
    gained: counts.gained,
    missing: counts.missing,
    conversions: conversions.map((each) => conversion(each, each.liveToo)),
    missingConversions: missing.map((each) => conversion(each, true)),
  };
};

/** The live answers to the same question, read when they are asked for. */
@Resolver(() => WhatIfAnswer)
export class WhatIfAnswerResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => AdvocacySummary, { description: 'As the live rules have it.' })
  async liveSummary(@Parent() { moment, live, during, existing }: WhatIfAnswer): Promise<AdvocacySummary> {
    return shownSummary(await summaryOf(rowsUnder(live, this.rows), existing, moment, during, live));
  }

  @ResolveField(() => WhatIfCurve, { description: 'As the live rules have it.' })
  async liveCurve(@Parent() { moment, live, horizonDays }: WhatIfAnswer): Promise<WhatIfCurve> {
    return shownCurve(await spellsOf(rowsUnder(live, this.rows), {}, moment), horizonDays, live);
  }
}

@Resolver(() => WhatIfConversion)
export class WhatIfConversionResolver {
  constructor(private readonly stakeholders: StakeholderNodes) {}

  @ResolveField(() => Stakeholder)
  async stakeholder(
    @Parent() { stakeholderKey, moment }: WhatIfConversion,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    const found = await batched(
      request,
      'converted',
      moment,
      (keys, at) => this.stakeholders.identifiedByKey(keys, at),
      stakeholderKey,
    );
    if (found === null) throw new Error(`The stakeholder ${stakeholderKey} of a what-if is not in the directory.`);
    return found;
  }
}
