import { Inject, Injectable } from '@nestjs/common';
import { netPromoterDefinition, netPromoterScore } from '../advocacy/net-promoter.js';
import { topicShareDefinition, topicsOf } from '../advocacy/prism-measures.js';
import { ratesIn, spellDefinition } from '../advocacy/spells.js';
import { countConversions } from '../advocacy/standing-pages.js';
import { LiveRules } from '../advocacy/rules.live.js';
import type { Cohort } from '../advocacy/spells.js';
import type { Rules } from '../advocacy/standing.js';
import { answersIn } from '../advocacy/survey-scores.js';
import { conversionKinds } from '../advocacy/advocacy-v1.js';
import type { OwnedAsked } from '../advocacy/owned-at.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { marked } from '../interactions/timeline-tables.js';
import { countStakeholders } from '../stakeholders/directory-pages.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import type { Baseline, GoalTerms, StoredCohort, StoredMeasure } from './goal.js';
import type { Measuring } from './goal-setting.js';
import { conversionsDefinition, isOfOneDate, stakeholdersDefinition } from './measure.js';

/** From inclusive, until exclusive, in milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** What a measure came to, and what gave it. */
export interface Measured {
  /** Null where there was nothing to measure: nobody at risk, no answer, nothing heard. */
  readonly value: number | null;
  readonly definition: string;
  readonly rule: string | null;
  readonly stanceRule: string | null;
}

const byRules = ({ tone, conversion }: Rules) => ({ rule: conversion.name, stanceRule: tone.name });
const byNoRule = { rule: null, stanceRule: null };

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const everybody: StoredCohort = { channel: null, topic: null, owner: null, tier: null, owned: null };

const only = <Value>(value: Value | null): readonly Value[] => (value === null ? [] : [value]);

const ownedIn = ({ owner, tier, owned }: StoredCohort): OwnedAsked => ({
  owners: only(owner),
  tiers: only(tier),
  ...(owned === null ? {} : { owned }),
});

const spellsIn = (cohort: StoredCohort): Cohort => ({
  channels: only(cohort.channel),
  markedTopics: only(cohort.topic).map((topic) => marked([topic])),
  ...ownedIn(cohort),
});

/** Reads what goals are set for, by the definitions of the queries that tell it, and the rules that were in force. */
@Injectable()
export class GoalMeasures implements Measuring {
  constructor(
    private readonly moments: Moments,
    private readonly live: LiveRules,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  /** What was measured over a period by a moment, over the measure's cohort: so far, where the period is not over. */
  async valueOf(measure: StoredMeasure, { from, until }: Span, moment: Moment): Promise<Measured> {
    const during = { from, until };
    const cohort = measure.cohort ?? everybody;
    switch (measure.name) {
      case 'conversions': {
        const kinds = conversionKinds.filter((kind) => measure.kinds?.includes(kind) ?? false);
        const { rules, rows } = await this.live.of(moment);
        const value = await countConversions(rows, { kinds, during, owned: ownedIn(cohort) }, moment);
        return { value, definition: conversionsDefinition, ...byRules(rules) };
      }
      case 'conversion-rate': {
        const { rules, rows } = await this.live.of(moment);
        const { converted, atRisk } = await ratesIn(rows, during, spellsIn(cohort), moment);
        return { value: shareOf(converted, atRisk), definition: spellDefinition, ...byRules(rules) };
      }
      case 'relapse-rate': {
        const { rules, rows } = await this.live.of(moment);
        const { relapsed, wonOver } = await ratesIn(rows, during, spellsIn(cohort), moment);
        return { value: shareOf(relapsed, wonOver), definition: spellDefinition, ...byRules(rules) };
      }
      case 'net-promoter': {
        const answers = await answersIn(this.rows, during, measure.survey ?? undefined, moment);
        return { value: netPromoterScore(answers)?.score ?? null, definition: netPromoterDefinition, ...byNoRule };
      }
      case 'conversation-share': {
        const { heard, topics } = await topicsOf(this.rows, { during, channels: only(cohort.channel) }, moment);
        const about = topics.find(({ topic }) => topic === measure.topic)?.heard ?? 0;
        return { value: shareOf(about, heard), definition: topicShareDefinition, ...byNoRule };
      }
      case 'stakeholders-at-stance': {
        // At the period's end, or at the moment where that has not come.
        const at = { ...moment, validAt: Math.min(moment.validAt, until - 1) };
        const { rules, rows } = await this.live.of(moment);
        const value = await countStakeholders(rows, at, {
          stances: measure.stances ?? [],
          owner: cohort.owner ?? undefined,
          tier: cohort.tier ?? undefined,
          owned: cohort.owned ?? undefined,
        });
        return { value, definition: stakeholdersDefinition, rule: null, stanceRule: rules.tone.name };
      }
    }
  }

  /**
   * The value over as long a time as the period is, up to now, of all that the log holds: waits until that can be read.
   * @throws NOT_YET_PROJECTED
   */
  async baselineOf(measure: StoredMeasure, period: Pick<GoalTerms, 'from' | 'until'>, now: number): Promise<Baseline> {
    const known = await this.store.head();
    const moment = { known, validAt: now, live: false };
    await this.moments.reached(moment);
    const from = now - (Date.parse(period.until) - Date.parse(period.from));
    const measured = await this.valueOf(measure, { from, until: now }, moment);
    const [newest] = known === 0 ? [] : await this.store.readAll(known - 1, 1);
    return {
      ...measured,
      from: isOfOneDate(measure.name) ? null : new Date(from).toISOString(),
      until: new Date(now).toISOString(),
      eventId: newest?.id ?? null,
    };
  }
}
