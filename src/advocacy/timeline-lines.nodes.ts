import { Inject, Injectable } from '@nestjs/common';
import type { Stretch } from '../event-sourcing/merged-scan.js';
import { type Slice, scanOf } from '../event-sourcing/page.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { refused } from '../graphql/errors.js';
import type { Moment } from '../graphql/moment.js';
import {
  type Place,
  type TimelineCursor,
  idEnds,
  ordinalEnds,
  sliceOfIds,
  sliceOfOrdinals,
  timelineRanks,
} from '../interactions/timeline-order.js';
import { type Together, countTogether, entriesTogether } from '../interactions/timelines-together.js';
import { type OwnershipFactEntry, countOwnershipFacts, ownershipFactsTogether } from '../owners/ownership-pages.js';
import type { OwnershipFactKind } from '../owners/ownership-rows.js';
import type { RelationshipFactKind } from '../relationships/relationship-facts.js';
import { type RelationshipFactEntry, countFacts, factsTogether } from '../relationships/relationship-facts-pages.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import type { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { belongingTo } from '../ties/affiliation-pages.js';
import { READ_STORE } from '../tokens.js';
import { LiveRules } from './rules.live.js';
import { type ConversionOnPage, conversionsTogether, countConversions } from './standing-pages.js';

/** An entry of a timeline, where it stands, and as it was read where that is all of it. */
export type TimelinePlace = TimelineCursor & {
  readonly fact?: RelationshipFactEntry;
  readonly ownershipFact?: OwnershipFactEntry;
  readonly conversion?: ConversionOnPage;
};

/** What is asked of each source; null where none of a source's entries fits. */
export interface SourcesOfLines {
  readonly during: Dates;
  readonly interactions: Together['filter'] | null;
  readonly facts: readonly RelationshipFactKind[] | null;
  readonly ownershipFacts: readonly OwnershipFactKind[] | null;
  readonly conversions: boolean;
}

/** So many affiliations are looked at, in the period that a page is read from. */
export const affiliationsMax = 250;

/** Somebody's timeline as a part of another's: from when, inclusive, until when, exclusive. */
interface Line {
  readonly of: Pick<Stakeholder, 'key' | 'memberKeys' | 'memberIds'>;
  readonly from: number;
  readonly until: number;
}

/** A slice, and how far it is read. */
interface Bounds<Tie extends string | number> {
  readonly above: Place<Tie> | undefined;
  readonly below: Place<Tie> | undefined;
  readonly ends: { readonly first: Tie; readonly last: Tie };
}

/** An organisation's timeline with those of its people, as long as they belonged to it. */
@Injectable()
export class TimelineLines {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    private readonly stakeholders: StakeholderNodes,
    private readonly live: LiveRules,
  ) {}

  /** The first entries of all lines one way: one more than the slice's limit, where there are. */
  async entries(
    organisation: Stakeholder,
    sources: SourcesOfLines,
    slice: Slice<TimelineCursor>,
  ): Promise<readonly TimelinePlace[]> {
    const { moment: past } = organisation;
    const { ascending, above, below } = scanOf(slice);
    const during = withinDates(sources.during, {
      from: above?.at,
      until: below === undefined ? undefined : below.at + 1,
    });
    const lines = await this.#lines(organisation, during);
    const { rows } = this;
    const limit = slice.limit + 1;
    const { interaction, relationshipFact, ownershipFact, conversion } = timelineRanks;
    const ofOrdinals = (rank: number): Bounds<number> => ({
      ...scanOf(sliceOfOrdinals(slice, rank)),
      ends: ordinalEnds,
    });
    const ofIds: Bounds<string> = { ...scanOf(sliceOfIds(slice, conversion)), ends: idEnds };
    const [interactions, facts, ownershipFacts, conversions] = await Promise.all([
      sources.interactions === null
        ? []
        : entriesTogether(
            rows,
            { stretches: byKeys(lines, past, ofOrdinals(interaction)), past, filter: sources.interactions },
            ascending,
            limit,
          ),
      sources.facts === null
        ? []
        : factsTogether(
            rows,
            { stretches: byKeys(lines, past, ofOrdinals(relationshipFact)), past, kinds: sources.facts },
            ascending,
            limit,
          ),
      sources.ownershipFacts === null
        ? []
        : ownershipFactsTogether(
            rows,
            { stretches: byIds(lines, past, ofOrdinals(ownershipFact)), past, kinds: sources.ownershipFacts },
            ascending,
            limit,
          ),
      sources.conversions
        ? conversionsTogether((await this.live.of(past)).rows, bySurvivor(lines, past, ofIds), past, ascending, limit)
        : [],
    ]);
    return [
      ...interactions.map(({ at, tie }) => ({ at, rank: interaction, tie })),
      ...facts.map((fact) => ({ at: fact.at, rank: relationshipFact, tie: fact.tie, fact })),
      ...ownershipFacts.map((fact) => ({ at: fact.at, rank: ownershipFact, tie: fact.tie, ownershipFact: fact })),
      ...conversions.map((each) => ({ at: each.at, rank: conversion, tie: each.id, conversion: each })),
    ];
  }

  /** How many entries all lines have together, each once. */
  async count(organisation: Stakeholder, sources: SourcesOfLines): Promise<number> {
    const { moment: past } = organisation;
    const lines = await this.#lines(organisation, sources.during);
    const ruled = (await this.live.of(past)).rows;
    const open = { above: undefined, below: undefined, ends: ordinalEnds };
    let all =
      sources.interactions === null
        ? 0
        : await countTogether(this.rows, { stretches: byKeys(lines, past, open), past, filter: sources.interactions });
    for (const { of, from, until } of lines) {
      const [members, memberIds, during] = [of.memberKeys, of.memberIds, { from, until }];
      if (sources.facts !== null)
        all += await countFacts(this.rows, { members, past, filter: { kinds: sources.facts, ...during } });
      if (sources.ownershipFacts !== null)
        all += await countOwnershipFacts(this.rows, {
          memberIds,
          past,
          filter: { kinds: sources.ownershipFacts, ...during },
        });
      if (sources.conversions) all += await countConversions(ruled, { stakeholder: of.key, during }, past);
    }
    return all;
  }

  /** @throws LIMIT_EXCEEDED where more people belonged to it than are looked at. */
  async #lines(organisation: Stakeholder, during: Dates): Promise<readonly Line[]> {
    const { memberIds, moment } = organisation;
    const from = during.from ?? Number.MIN_SAFE_INTEGER;
    const until = during.until ?? Number.MAX_SAFE_INTEGER;
    const period = { from, until: until - 1 };
    const belonging = await belongingTo(this.rows, memberIds, moment, period, affiliationsMax);
    if (belonging === null)
      throw refused(
        'LIMIT_EXCEEDED',
        `includingPeople: it had more than ${affiliationsMax} affiliations in this period; ask for a shorter one.`,
        { limit: 'affiliations', allowed: affiliationsMax },
      );
    const people = await this.stakeholders.identified(
      belonging.map(({ person }) => person),
      moment,
    );
    return [
      { of: organisation, from, until },
      ...belonging.flatMap((stretch) => {
        const of = people.get(stretch.person);
        const dates = withinDates(stretch, during);
        return of === undefined ? [] : [{ of, from: dates.from ?? from, until: dates.until ?? until }];
      }),
    ];
  }
}

interface Dates {
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly until?: number | undefined;
}

const withinDates = (a: Dates, b: Dates): Dates => {
  const from = Math.max(a.from ?? -Infinity, b.from ?? -Infinity);
  const until = Math.min(a.until ?? Infinity, b.until ?? Infinity);
  return { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(until) ? { until } : {}) };
};

/** Between which places a line is read; null for none. */
const betweenPlaces = <Tie extends string | number>(
  { from, until }: Line,
  { validAt }: Moment,
  { above, below, ends: { first, last } }: Bounds<Tie>,
): { readonly above: Place<Tie>; readonly below: Place<Tie> } | null => {
  const begin: Place<Tie> = { at: from, tie: first };
  const end: Place<Tie> = until > validAt ? { at: validAt, tie: last } : { at: until, tie: first };
  const low = above !== undefined && precedes(begin, above) ? above : begin;
  const high = below !== undefined && precedes(below, end) ? below : end;
  return precedes(low, high) ? { above: low, below: high } : null;
};

const precedes = <Tie extends string | number>(a: Place<Tie>, b: Place<Tie>): boolean =>
  a.at < b.at || (a.at === b.at && a.tie < b.tie);

const stretchesOf = <Whose extends string | number, Tie extends string | number>(
  lines: readonly Line[],
  whoseOf: (of: Line['of']) => readonly Whose[],
  past: Moment,
  bounds: Bounds<Tie>,
): readonly Stretch<Whose, Tie>[] =>
  lines.flatMap((line) => {
    const places = betweenPlaces(line, past, bounds);
    return places === null ? [] : whoseOf(line.of).map((whose) => ({ whose, ...places }));
  });

const byKeys = (lines: readonly Line[], past: Moment, bounds: Bounds<number>): readonly Stretch<number>[] =>
  stretchesOf(lines, ({ memberKeys }) => memberKeys, past, bounds);
const byIds = (lines: readonly Line[], past: Moment, bounds: Bounds<number>): readonly Stretch<string>[] =>
  stretchesOf(lines, ({ memberIds }) => memberIds, past, bounds);
/** What is reckoned over all who are one stands with who remains. */
const bySurvivor = (lines: readonly Line[], past: Moment, bounds: Bounds<string>): readonly Stretch<number, string>[] =>
  stretchesOf(lines, ({ key }) => [key], past, bounds);
