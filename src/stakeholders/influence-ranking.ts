import type { Page, Slice } from '../event-sourcing/page.js';
import {
  type Heard,
  type InfluenceWeights,
  evidenceMin,
  inProportion,
  reachOf,
  relevanceOf,
  resonanceOf,
} from './influence.js';

/** Somebody who was heard on a topic, and what is counted of it. */
export interface Voice extends Heard {
  readonly voice: number;
}

/** Where a voice stands in a list: by a value, highest first; of one value, the lowest number first. */
export interface VoiceCursor {
  readonly value: number;
  readonly voice: number;
}

/** A voice in a list. */
export interface ListedVoice extends VoiceCursor {
  /** From 1. */
  readonly place: number;
}

/** A list of voices by a value. It reads pages without sorting more than they hold. */
export interface VoiceList {
  readonly size: number;
  page(slice: Omit<Slice<VoiceCursor>, 'order'>): Page<ListedVoice>;
}

/** Voices by their values, in the same order as `voices`. Values are compared after rounding to nine decimals. */
export const listOf = (voices: readonly Voice[], values: Float64Array): VoiceList => {
  const rounded = values.map((value) => Math.round(value * 1e9) / 1e9);
  const ascending = rounded.slice().sort();
  const size = voices.length;
  const valueAt = (index: number): number => rounded[index] ?? 0;
  const voiceAt = (index: number): number => voices[index]?.voice ?? 0;

  /** How many come before a place in the list; with `also`, that place's own voice too. */
  const before = ({ value, voice }: VoiceCursor, also: boolean): number => {
    let count = size - upTo(ascending, value);
    for (let index = 0; index < size; index += 1)
      if (valueAt(index) === value && (voiceAt(index) < voice || (also && voiceAt(index) === voice))) count += 1;
    return count;
  };

  /** The voices from one place of the list to another, counted from 0, the second left out. */
  const between = (from: number, to: number): readonly ListedVoice[] => {
    if (from >= to) return [];
    const highest = ascending[size - 1 - from] ?? 0;
    const lowest = ascending[size - to] ?? 0;
    const found: VoiceCursor[] = [];
    for (let index = 0; index < size; index += 1) {
      const value = valueAt(index);
      if (value >= lowest && value <= highest) found.push({ value, voice: voiceAt(index) });
    }
    found.sort((a, b) => b.value - a.value || a.voice - b.voice);
    const first = size - upTo(ascending, highest);
    return found.slice(from - first, to - first).map((each, offset) => ({ ...each, place: from + offset + 1 }));
  };

  return {
    size,
    page: ({ limit, after, before: until, fromEnd = false }) => {
      const first = after === undefined ? 0 : before(after, true);
      const last = until === undefined ? size : before(until, false);
      if (fromEnd) {
        const from = Math.max(first, last - limit);
        return { entries: between(from, last), more: from > first };
      }
      const to = Math.min(last, first + limit);
      return { entries: between(first, to), more: to < last };
    },
  };
};

/** How many of the sorted values are not above this one. */
const upTo = (ascending: Float64Array, value: number): number => {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
};

type Part = (heard: Heard, least: number) => number | null;

/** A value for each voice; `Float64Array.from` takes ten times as long. */
const valued = (voices: readonly Voice[], valueOf: (voice: Voice) => number): Float64Array => {
  const values = new Float64Array(voices.length);
  let index = 0;
  for (const voice of voices) {
    values[index] = valueOf(voice);
    index += 1;
  }
  return values;
};

/** What there is of a part, not a number where there is too little evidence, and the same sorted without those. */
const valuesOf = (voices: readonly Voice[], part: Part, least: number) => {
  const values = valued(voices, (voice) => part(voice, least) ?? NaN);
  const ascending = values.slice().sort();
  // What is not a number is sorted to the end.
  const told = upTo(ascending, Infinity);
  return { values, ascending: ascending.subarray(0, told) };
};

/**
 * How a ranking weighs voices: each part as the share of voices, of those with enough evidence for it, whom this one is not
 * below (0 where it has not enough evidence: nothing is known that speaks for it), and of these the weighted mean. So the
 * parts' units and their long tails do not matter: a hundred times the audience is a place or two.
 */
const scoresOf = (voices: readonly Voice[], weights: InfluenceWeights, least: number): Float64Array => {
  const scores = new Float64Array(voices.length);
  const proportions = inProportion(weights);
  const add = (weight: number, part: Part): void => {
    if (weight === 0) return;
    const { values, ascending } = valuesOf(voices, part, least);
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? NaN;
      if (!Number.isNaN(value))
        scores[index] = (scores[index] ?? 0) + (weight * upTo(ascending, value)) / ascending.length;
    }
  };
  add(proportions.reach, reachOf);
  add(proportions.resonance, resonanceOf);
  add(proportions.relevance, relevanceOf);
  return scores;
};

/** Voices as a ranking has them; each value is the score, 0 to 1. */
export interface Ranking extends VoiceList {
  /** The place by reach alone, from 1; null where there is not enough evidence for a reach. */
  readonly placeByReach: (heard: Heard) => number | null;
}

/**
 * Ranks voices on one topic.
 * @param least how many pieces of evidence a part takes.
 */
export const rankingOf = (voices: readonly Voice[], weights: InfluenceWeights, least = evidenceMin): Ranking => {
  let reaches: Float64Array | undefined;
  return {
    ...listOf(voices, scoresOf(voices, weights, least)),
    placeByReach: (heard) => {
      const reach = reachOf(heard, least);
      reaches ??= valuesOf(voices, reachOf, least).ascending;
      return reach === null ? null : reaches.length - upTo(reaches, reach) + 1;
    },
  };
};

/** A band of reach, and who in it speaks on the topic more than most; each value is their relevance. */
export interface MagicMiddle {
  /** With enough evidence for reach and relevance: of them the percentiles are. */
  readonly among: number;
  /** The reach at the two percentiles, both inclusive; null among nobody. */
  readonly fromReach: number | null;
  readonly toReach: number | null;
  /** Of the voices among whom the band is. */
  readonly medianRelevance: number | null;
  readonly voices: VoiceList;
}

/**
 * The magic middle: moderate reach, real readers. A percentile is the least reach that so many percent of the voices do not
 * exceed (nearest rank; 0 is the least of all); relevance must be above the median.
 * @param from percentiles, 0 to 100, not above `to`.
 */
export const magicMiddleOf = (all: readonly Voice[], from: number, to: number): MagicMiddle => {
  const voices = all.filter((voice) => reachOf(voice) !== null && relevanceOf(voice) !== null);
  const reaches = valuesOf(voices, reachOf, evidenceMin).ascending;
  const relevances = valuesOf(voices, relevanceOf, evidenceMin).ascending;
  const [fromReach, toReach] = [percentileOf(reaches, from), percentileOf(reaches, to)];
  const medianRelevance = medianOf(relevances);
  const members = voices.filter((voice) => {
    const reach = reachOf(voice) ?? NaN;
    return reach >= (fromReach ?? NaN) && reach <= (toReach ?? NaN) && voice.love > (medianRelevance ?? NaN);
  });
  const list = listOf(
    members,
    valued(members, ({ love }) => love),
  );
  return { among: voices.length, fromReach, toReach, medianRelevance, voices: list };
};

const percentileOf = (ascending: Float64Array, percentile: number): number | null =>
  ascending[Math.max(0, Math.ceil((percentile / 100) * ascending.length) - 1)] ?? null;

const medianOf = (ascending: Float64Array): number | null => {
  const middle = ascending.length / 2;
  const [low, high] = [ascending[Math.ceil(middle) - 1], ascending[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
};
