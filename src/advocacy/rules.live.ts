import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { Past } from '../event-sourcing/past.js';
import type { ProjectorThread } from '../event-sourcing/projector.thread.js';
import { NotBuiltYet, type Projected, type ReadStore, type RowReader } from '../event-sourcing/read-store.js';
import { badUserInput, loggable, refused } from '../graphql/errors.js';
import { knowsAll } from '../graphql/moment.js';
import { EVENT_STORE, LOG, PROJECTOR, READ_STORE } from '../tokens.js';
import { besideStandard, ruleEvents } from './rule-projections.js';
import {
  inForceAt,
  keptLive,
  keyOfRules,
  liveRulesMax,
  named,
  type RulesInTime,
  rulesInTime,
} from './rules-in-time.js';
import { projectionOf, rowsUnder, suffixOf } from './rows-under.js';
import { rulesV1, type Rules } from './standing.js';

/** Rules by their names; what is left out is as it was in force. */
export interface RulesNamed {
  readonly stance?: string | null;
  readonly conversion?: string | null;
}

/** By which rules an answer is, and the rows that they made. */
export interface Ruled {
  readonly rules: Rules;
  readonly rows: RowReader;
}

interface WarningLog {
  warn(about: object, message: string): void;
}

/** Versions named to whoever asked for one that there is not. */
const toldMax = 10;
/** How soon a rule is known that another instance was told. */
const lookMs = 1_000;

/**
 * Which rules are in force, as the log says, and which of them have rows: those that come into force get theirs beside the
 * others, and answer once these have caught up.
 */
@Injectable()
export class LiveRules implements OnModuleInit, OnApplicationShutdown {
  #inTime: RulesInTime = rulesInTime([]);
  /** The ordinal up to which the log was looked at. */
  #lookedUpTo = 0;
  #own: readonly Projected[] = [];
  #beside: readonly Projected[] = [];
  /** Names of those beside that have rows here. */
  #live: ReadonlySet<string> = new Set();
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(PROJECTOR) private readonly projector: Pick<ProjectorThread, 'projectBeside'>,
    @Inject(LOG) private readonly log: WarningLog,
  ) {}

  /** Before the projector begins, so that it begins with them. */
  async onModuleInit(): Promise<void> {
    this.#own = this.rows.projections;
    await this.look();
    this.#timer = setInterval(() => void this.look().catch((error: unknown) => this.#tell(error)), lookMs);
    this.#timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking.catch(() => undefined);
  }

  /** What the log says of rules, as far as it was looked at. */
  get inTime(): RulesInTime {
    return this.#inTime;
  }

  /** Whether these rules have rows that have caught up. */
  haveRows(rules: Rules): boolean {
    return suffixOf(rules) === '' || this.#live.has(projectionOf(rules));
  }

  /**
   * The rules that answer a question: those it names, else those in force. Live, that is the newest in force whose rows have
   * caught up; of a past, those that were in force when no more was known.
   * @throws BAD_USER_INPUT for a rule that there is not, or that is not kept live; NotBuiltYet while its rows are built.
   */
  async of(past: Pick<Past, 'known'>, asked?: RulesNamed | null): Promise<Ruled> {
    const rules = await this.valuesOf(past, asked);
    if (this.haveRows(rules)) return this.#ruled(rules);
    if (keptLive(this.#inTime).some((kept) => keyOfRules(kept) === keyOfRules(rules)))
      throw new NotBuiltYet([projectionOf(rules)]);
    throw refused(
      'LIMIT_EXCEEDED',
      `${rules.tone.name} with ${rules.conversion.name} has no rows: ${liveRulesMax} pairs have at most, the standard one and the newest that were in force. whatIf answers under any.`,
      { limit: 'liveRules', allowed: liveRulesMax },
    );
  }

  /**
   * The same rules as values, also where they have no rows.
   * @throws BAD_USER_INPUT for a rule that there is not.
   */
  async valuesOf({ known }: Pick<Past, 'known'>, asked?: RulesNamed | null): Promise<Rules> {
    const live = knowsAll({ known, validAt: 0 });
    const { stance, conversion } = asked ?? {};
    // Another instance may just have been told of what is asked for.
    if ((!live && known > this.#lookedUpTo) || !this.#knows(asked ?? {})) await this.look();
    const inForce = live ? this.#newestLive() : inForceAt(this.#inTime, known);
    return {
      tone: stance == null ? inForce.tone : this.#named('stance', stance),
      conversion: conversion == null ? inForce.conversion : this.#named('conversion', conversion),
    };
  }

  /** What a what-if of a past is held against: the rules in force then or, where these have no rows, the standard ones. */
  async beside(past: Pick<Past, 'known'>): Promise<Rules> {
    const rules = await this.valuesOf(past);
    return this.haveRows(rules) ? rules : rulesV1;
  }

  /** All that have rows, those that answer in force first. */
  async all(past: Pick<Past, 'known'>): Promise<readonly Ruled[]> {
    const first = await this.of(past);
    const others = keptLive(this.#inTime).filter(
      (rules) => this.haveRows(rules) && keyOfRules(rules) !== keyOfRules(first.rules),
    );
    return [first, ...others.map((rules) => this.#ruled(rules))];
  }

  /** Looks what the log says of rules now. One after another: who comes later sees what is newer. */
  look(): Promise<void> {
    this.#looking = this.#looking.catch(() => undefined).then(() => this.#lookNow());
    return this.#looking;
  }

  #knows({ stance, conversion }: RulesNamed): boolean {
    return (
      (stance == null || named(this.#inTime.stance, stance) !== undefined) &&
      (conversion == null || named(this.#inTime.conversion, conversion) !== undefined)
    );
  }

  #ruled(rules: Rules): Ruled {
    return { rules, rows: rowsUnder(rules, this.rows) };
  }

  #named<Kind extends 'stance' | 'conversion'>(kind: Kind, name: string): RulesInTime[Kind][number]['rule'] {
    const rule = this.#inTime[kind].find((version) => version.rule.name === name)?.rule;
    if (rule !== undefined) return rule;
    const versions = this.#inTime[kind]
      .slice(-toldMax)
      .map((version) => version.rule.name)
      .join(', ');
    throw badUserInput([
      { path: ['rules', kind], message: `There is no ${kind} rule of this name. The newest are ${versions}.` },
    ]);
  }

  #newestLive(): Rules {
    const found = this.#inTime.inForce.findLast(({ rules }) => this.haveRows(rules));
    return found?.rules ?? inForceAt(this.#inTime, 0);
  }

  async #lookNow(): Promise<void> {
    const head = await this.store.head();
    const caughtUp = this.#beside.every(({ name }) => this.#live.has(name));
    if (caughtUp && head === this.#lookedUpTo) return;
    this.#inTime = rulesInTime(await ruleEvents(this.store));
    this.#lookedUpTo = head;
    const beside = besideStandard(this.#inTime);
    if (namesOf(beside) !== namesOf(this.#beside)) {
      this.#beside = beside;
      this.rows.readAs([...this.#own, ...beside]);
      this.projector.projectBeside(beside);
    }
    if (beside.every(({ name }) => this.#live.has(name))) return;
    const progress = await this.rows.progress();
    this.#live = new Set(progress.filter(({ live }) => live).map(({ name }) => name));
  }

  #tell(error: unknown): void {
    this.log.warn(
      { error: loggable(error instanceof Error ? error : new Error('Not an error.')) },
      'the rules in force could not be looked at',
    );
  }
}

const namesOf = (projections: readonly Projected[]): string => projections.map(({ name }) => name).join();
