import { Inject, Injectable } from '@nestjs/common';
import { netPromoterDefinition, netPromoterScore } from '../advocacy/net-promoter.js';
import { topicShareDefinition, topicsOf } from '../advocacy/prism-measures.js';
import { ratesIn, spellDefinition } from '../advocacy/spells.js';
import { countConversions } from '../advocacy/standing-pages.js';
import { rulesV1 } from '../advocacy/standing.js';
import { answersIn } from '../advocacy/survey-scores.js';
import { conversionKinds } from '../advocacy/advocacy-v1.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { countStakeholders } from '../stakeholders/directory-pages.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import type { Baseline, GoalTerms, StoredMeasure } from './goal.js';
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

const byRules = { rule: rulesV1.conversion.name, stanceRule: rulesV1.tone.name };
const byNoRule = { rule: null, stanceRule: null };

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Reads what goals are set for, by the definitions of the queries that tell it. */
@Injectable()
export class GoalMeasures implements Measuring {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  /** What was measured over a period by a moment: so far, where it is not over. */
  async valueOf(measure: StoredMeasure, { from, until }: Span, moment: Moment): Promise<Measured> {
    const during = { from, until };
    switch (measure.name) {
      case 'conversions': {
        const kinds = conversionKinds.filter((kind) => measure.kinds?.includes(kind) ?? false);
        const value = await countConversions(this.rows, { kinds, during }, moment);
        return { value, definition: conversionsDefinition, ...byRules };
      }
      case 'conversion-rate': {
        const { converted, atRisk } = await ratesIn(this.rows, during, {}, moment);
        return { value: shareOf(converted, atRisk), definition: spellDefinition, ...byRules };
      }
      case 'relapse-rate': {
        const { relapsed, wonOver } = await ratesIn(this.rows, during, {}, moment);
        return { value: shareOf(relapsed, wonOver), definition: spellDefinition, ...byRules };
      }
      case 'net-promoter': {
        const answers = await answersIn(this.rows, during, measure.survey ?? undefined, moment);
        return { value: netPromoterScore(answers)?.score ?? null, definition: netPromoterDefinition, ...byNoRule };
      }
      case 'conversation-share': {
        const { heard, topics } = await topicsOf(this.rows, { during }, moment);
        const about = topics.find(({ topic }) => topic === measure.topic)?.heard ?? 0;
        return { value: shareOf(about, heard), definition: topicShareDefinition, ...byNoRule };
      }
      case 'stakeholders-at-stance': {
        // At the period's end, or at the moment where that has not come.
        const at = { ...moment, validAt: Math.min(moment.validAt, until - 1) };
        const value = await countStakeholders(this.rows, at, { stances: measure.stances ?? [] });
        return { value, definition: stakeholdersDefinition, rule: null, stanceRule: rulesV1.tone.name };
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
