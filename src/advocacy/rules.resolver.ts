import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Needs } from '../access/credential.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { type Accepted, isAccepted } from '../event-sourcing/transact.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import {
  decidedBy,
  type RuleFor,
  type RuleVersions as Versions,
  ruleVersionsMax,
  versionWith,
} from './rule-in-force.js';
import {
  DefineRuleInput,
  DefineRuleResult,
  PutRuleInForceInput,
  PutRuleInForceResult,
  RuleNotFound,
  RuleVersions,
} from './rule-versions.types.js';
import { inForceAt, keptLive, named } from './rules-in-time.js';
import { RuleCommand } from './rules.handler.js';
import { LiveRules } from './rules.live.js';
import { rulesWith, shownToneRule } from './rules.types.js';
import type { Rules } from './standing.js';

const namesOf = ({ tone, conversion }: Rules) => ({ stance: tone.name, conversion: conversion.name });

/** Versions of the rules by which stances are read and conversions counted. */
@Resolver()
export class RulesResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly live: LiveRules,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Query(() => RuleVersions, { description: 'As they are now.' })
  async rules(): Promise<RuleVersions> {
    await this.live.look();
    const { inTime } = this.live;
    return {
      stance: inTime.stance.map(({ rule }) => shownToneRule(rule)),
      conversion: inTime.conversion.map(({ rule }) => rule),
      inForce: namesOf(inForceAt(inTime, Infinity)),
      live: keptLive(inTime).map((rules) => ({ ...namesOf(rules), answers: this.live.haveRows(rules) })),
    };
  }

  @Mutation(() => DefineRuleResult, {
    description: 'Defines the next version of a rule: another one in its parameters. Put in force, its rows are built.',
  })
  @Needs('admin')
  async defineRule(
    @Args('input') input: DefineRuleInput,
    @Context() request: RequestContext,
  ): Promise<typeof DefineRuleResult> {
    await this.live.look();
    const base = this.#baseOf(input.basedOn ?? null);
    if (base === undefined) return noRule(input.basedOn ?? '');
    const rules = rulesWith(base, input.stance, input.conversion, 'input');
    const decides: RuleFor = input.stance == null ? 'conversion' : 'stance';
    const { name: _, ...values } = decides === 'stance' ? rules.tone : rules.conversion;
    // A rule is plain values: what is stored of it is JSON.
    const parameters = values as unknown as JsonObject;
    const asked = { type: 'DefineRule', data: { decides, parameters, putInForce: input.putInForce ?? false } } as const;
    const context = commandContext(request, input, digestOf(this.hash, 'defineRule', input));
    const outcome = await this.bus.execute(new RuleCommand(asked, context));
    if (isAccepted(outcome))
      return {
        __typename: 'RuleWasDefined',
        ...(await this.#done(outcome, versionWith(outcome.state, decides, parameters))),
      };
    if (outcome.refused === 'CommandIdReused') return commandIdReused;
    if (outcome.refused === 'RuleNotFound') return noRule(input.basedOn ?? '');
    const message = `A rule has ${ruleVersionsMax} versions at most.`;
    return { __typename: 'TooManyRuleVersions', message, versionsMax: ruleVersionsMax };
  }

  @Mutation(() => PutRuleInForceResult, {
    description:
      'From here on it answers, once its rows have caught up; what was answered before stays answerable, by its name and as of then.',
  })
  @Needs('admin')
  async putRuleInForce(
    @Args('input') input: PutRuleInForceInput,
    @Context() request: RequestContext,
  ): Promise<typeof PutRuleInForceResult> {
    const { rule } = input;
    const decides = decidedBy(rule);
    if (decides === undefined) return noRule(rule);
    const context = commandContext(request, input, digestOf(this.hash, 'putRuleInForce', input));
    const outcome = await this.bus.execute(
      new RuleCommand({ type: 'PutRuleInForce', data: { decides, rule } }, context),
    );
    if (isAccepted(outcome)) return { __typename: 'RuleWasPutInForce', ...(await this.#done(outcome, rule)) };
    return outcome.refused === 'CommandIdReused' ? commandIdReused : noRule(rule);
  }

  /** The rules in force, or those with a version of this name in place of theirs. */
  #baseOf(name: string | null): Rules | undefined {
    const { inTime } = this.live;
    const inForce = inForceAt(inTime, Infinity);
    if (name === null) return inForce;
    const [tone, conversion] = [named(inTime.stance, name), named(inTime.conversion, name)];
    if (tone === undefined && conversion === undefined) return undefined;
    return { tone: tone ?? inForce.tone, conversion: conversion ?? inForce.conversion };
  }

  async #done({ events, already, ordinal }: Accepted<Versions>, asked: string | undefined) {
    const rules = await this.rules();
    // Asked again, a command is told what it did then.
    const written: unknown = events.at(-1)?.data['rule'];
    const rule = typeof written === 'string' ? written : (asked ?? '');
    return { already, position: positionOf(this.store.logId, ordinal), rule, rules };
  }
}

const noRule = (rule: string): RuleNotFound => ({
  __typename: 'RuleNotFound',
  message: 'There is no version of this name.',
  rule,
});
