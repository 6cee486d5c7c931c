import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Value } from '../event-sourcing/read-store.js';
import type { Stance } from '../relationships/relationship.js';
import type { Channel } from './handle.js';
import { wordsOf } from './words.js';

/** A part of a WHERE, with what stands for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** All of the conditions. */
export const allOf = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.map(({ sql }) => sql).join(' AND '),
  values: conditions.flatMap(({ values }) => values),
});

/** The version known then. */
export const known = (past: Past): Condition => ({ sql: knownThen('s'), values: thenOf(past) });

/** Where several are one, only who remains is listed. */
export const remaining: Condition = { sql: '(s.survivor IS NULL OR s.survivor = s.key)', values: [] };

/** The condition, told of an alias of the stakeholder's row, holds of them or of somebody who was one with them then. */
export const ofAny = (past: Past, condition: (alias: string) => Condition): Condition => {
  const [own, others] = [condition('s'), condition('g')];
  return {
    sql: `(${own.sql} OR (s.survivor IS NOT NULL AND EXISTS (
      SELECT 1 FROM stakeholder g WHERE g.survivor = s.survivor AND g.key <> s.key AND ${knownThen('g')} AND ${others.sql})))`,
    values: [...own.values, ...thenOf(past), ...others.values],
  };
};

/** Something that counts is in the table of theirs, known then. */
const counted = (table: string, alias: string, condition: string): string =>
  `EXISTS (SELECT 1 FROM ${table} e WHERE e.stakeholder = ${alias}.key AND ${condition} AND e.retracted = 0 AND ${knownThen('e')})`;

/** Something passed between us in a stretch of time, both ends inclusive, in milliseconds. */
export const passedBetween = (from: number, until: number, past: Past): Condition =>
  ofAny(past, (alias) => ({
    sql: counted('timeline_entry', alias, 'e.at >= ? AND e.at <= ?'),
    values: [from, until, ...thenOf(past)],
  }));

/**
 * Somebody exists from when they were identified, or from their first world fact that counts, whichever is earlier; and
 * from when anybody did who is one with them.
 */
export const existing = (past: Past): Condition =>
  ofAny(past, (alias) => {
    const dated = [past.validAt, ...thenOf(past)];
    const worldFacts = [
      counted('timeline_entry', alias, 'e.at <= ?'),
      counted('relationship_fact', alias, 'e.at <= ?'),
      owned(alias),
      begun('affiliation', 'person', alias),
      begun('affiliation', 'organisation', alias),
      begun('tie', 'stakeholder', alias),
      asked(alias),
    ];
    return {
      sql: `(${alias}.identified_at <= ? OR ${worldFacts.join(' OR ')})`,
      values: [past.validAt, ...worldFacts.flatMap(() => dated)],
    };
  });

/** Something that lasts, and counts, is theirs; its beginning is known, and had come. */
const begun = (table: string, end: string, alias: string): string =>
  `EXISTS (SELECT 1 FROM ${table} b WHERE b.${end} = ${alias}.id AND b.from_at > ${Number.MIN_SAFE_INTEGER} AND b.from_at <= ? AND b.retracted = 0 AND ${knownThen('b')})`;

/** They belonged to the organisation (any of its ids) then. */
export const belongingTo = (organisations: readonly string[], past: Past): Condition =>
  ofAny(past, (alias) => ({
    sql: `EXISTS (SELECT 1 FROM affiliation b WHERE b.person = ${alias}.id AND b.organisation IN (${organisations.map(() => '?').join(', ')})
      AND b.from_at <= ? AND (b.until_at IS NULL OR b.until_at > ?) AND b.retracted = 0 AND ${knownThen('b')})`,
    values: [...organisations, past.validAt, past.validAt, ...thenOf(past)],
  }));

/** What of a row of handles or external ids was held at that time. */
export const heldThen = (alias: string, past: Past): Condition => ({
  sql: `${knownThen(alias)} AND (${alias}.held_from IS NULL OR ${alias}.held_from <= ?) AND (${alias}.held_until IS NULL OR ${alias}.held_until > ?)`,
  values: [...thenOf(past), past.validAt, past.validAt],
});

/** They had a handle on that channel. */
export const reachedOn = (channel: Channel, past: Past): Condition =>
  ofAny(past, (alias) => {
    const { sql, values } = heldThen('h', past);
    return {
      sql: `EXISTS (SELECT 1 FROM stakeholder_handle h WHERE h.stakeholder = ${alias}.key AND h.channel = ? AND ${sql})`,
      values: [channel, ...values],
    };
  });

/** They answered when they were asked. */
const asked = (alias: string): string =>
  `EXISTS (SELECT 1 FROM survey_answer a WHERE a.stakeholder = ${alias}.id AND a.at <= ? AND ${knownThen('a')})`;

/** Somebody of ours answered for them, by the spans of who answers for whom. */
const owned = (alias: string, condition = ''): string =>
  `EXISTS (SELECT 1 FROM owner_span o WHERE o.stakeholder = ${alias}.id AND o.from_at <= ? AND ${knownThen('o')}${condition})`;

/** The same, at that time and not only before it. */
const ownedThen = (alias: string, past: Past, condition = '', values: readonly Value[] = []): Condition => ({
  sql: owned(alias, ` AND (o.until_at IS NULL OR o.until_at > ?)${condition}`),
  values: [past.validAt, ...thenOf(past), past.validAt, ...values],
});

/**
 * Who of ours answered for them then, or in which tier. Of those who are one, who remains has the word; where nobody
 * answers for that one, the first of the others for whom somebody does.
 */
export const ownedBy = (column: 'owner' | 'tier', value: string, past: Past): Condition => {
  const by = (alias: string): Condition => ownedThen(alias, past, ` AND o.${column} = ?`, [value]);
  const [own, ownAny, other, earlier] = [by('s'), ownedThen('s', past), by('g'), ownedThen('h', past)];
  return {
    sql: `(${own.sql} OR (s.survivor IS NOT NULL AND NOT ${ownAny.sql} AND EXISTS (
      SELECT 1 FROM stakeholder g WHERE g.survivor = s.survivor AND ${knownThen('g')} AND ${other.sql} AND NOT EXISTS (
        SELECT 1 FROM stakeholder h WHERE h.survivor = s.survivor AND h.id < g.id AND ${knownThen('h')} AND ${earlier.sql}))))`,
    values: [
      ...own.values,
      ...ownAny.values,
      ...[...thenOf(past), ...other.values],
      ...[...thenOf(past), ...earlier.values],
    ],
  };
};

/** Somebody of ours answered for them then. */
export const ownedByAnybody = (past: Past): Condition => ofAny(past, (alias) => ownedThen(alias, past));

/** Where they stood then, as the advocacy context's spans tell; nobody of whom none tells is anything but unknown. */
export const standingAt = (stances: readonly Stance[], past: Past): Condition => {
  const span = (which: string): string =>
    `EXISTS (SELECT 1 FROM standing_span p WHERE p.stakeholder = s.key AND p.from_at <= ? AND (p.until_at IS NULL OR p.until_at > ?) AND ${knownThen('p')} AND ${which})`;
  const at = [past.validAt, past.validAt, ...thenOf(past)];
  const told = stances.filter((stance) => stance !== 'unknown');
  const each: Condition[] = [];
  if (told.length > 0)
    each.push({ sql: span(`p.stance IN (${told.map(() => '?').join(', ')})`), values: [...at, ...told] });
  if (told.length < stances.length) each.push({ sql: `NOT ${span(`p.stance <> 'unknown'`)}`, values: at });
  return { sql: `(${each.map(({ sql }) => sql).join(' OR ')})`, values: each.flatMap(({ values }) => values) };
};

/** How far they were in the lifecycle then: the last word by its date. */
export const lifecycleAt = (lifecycles: readonly string[], past: Past): Condition =>
  saidOf('lifecycle', lifecycles, past);

/** They were not to be contacted then: the last word by its date says so. */
export const contactForbiddenAt = (past: Past): Condition => saidOf('contact', ['no'], past);

/** What people of ours see in somebody: each of the three attributes, or not; null where not all three were assessed. */
export type SalientAttributes = Readonly<Record<'power' | 'legitimacy' | 'urgency', boolean>> | null;

/** Of those who are one, the last word of all on an axis is one of these. */
const saidOf = (axis: string, words: readonly string[], past: Past): Condition => {
  const then = [past.validAt, ...thenOf(past)];
  const theirs = (alias: string): string =>
    `${alias}.stakeholder IN (SELECT s.id UNION ALL SELECT g.id FROM stakeholder g WHERE g.survivor = s.survivor AND ${knownThen('g')})`;
  return {
    sql: `EXISTS (SELECT 1 FROM care_word l WHERE ${theirs('l')} AND l.axis = ? AND l.at <= ? AND ${knownThen('l')}
      AND l.word IN (${words.map(() => '?').join(', ')}) AND NOT EXISTS (SELECT 1 FROM care_word m WHERE ${theirs('m')}
        AND m.axis = l.axis AND (m.at, m.key) > (l.at, l.key) AND m.at <= ? AND ${knownThen('m')}))`,
    values: [...thenOf(past), axis, ...then, ...words, ...thenOf(past), ...then],
  };
};

/** They had any of these sets of attributes then, by what people of ours assessed. */
export const salientAt = (sets: readonly SalientAttributes[], past: Past): Condition => {
  const each = sets.map((set) => {
    const words = ['power', 'legitimacy', 'urgency'] as const;
    const all = allOf(
      words.map((axis) => saidOf(axis, set === null ? ['yes', 'no'] : [set[axis] ? 'yes' : 'no'], past)),
    );
    return set === null ? { sql: `NOT (${all.sql})`, values: all.values } : { sql: `(${all.sql})`, values: all.values };
  });
  return { sql: `(${each.map(({ sql }) => sql).join(' OR ')})`, values: each.flatMap(({ values }) => values) };
};

/** At most so many words of a text are looked for; the first ones. */
const searchWordsMax = 10;

/**
 * Who has all words of a text: found by the words first and looked up after that (a CROSS JOIN is not reordered), since
 * few have a word and many are listed.
 */
export const search = (
  past: Past,
  text = '',
): { readonly from: string; readonly joined: string; readonly values: readonly Value[] } => {
  if (text.trim() === '') return { from: '', joined: '', values: [] };
  const words = [...wordsOf(text)].slice(0, searchWordsMax);
  const having = `SELECT w.stakeholder FROM stakeholder_word w WHERE w.word >= ? AND w.word < ? AND ${knownThen('w')}`;
  // A text of signs alone is a word that nobody has.
  const beginnings = words.length === 0 ? ['\u{10FFFF}'] : words;
  return {
    from: `(SELECT DISTINCT each.stakeholder FROM (${beginnings.map(() => having).join(' INTERSECT ')}) each) found CROSS JOIN `,
    joined: 's.key = found.stakeholder AND ',
    values: beginnings.flatMap((word) => [word, `${word}\u{10FFFF}`, ...thenOf(past)]),
  };
};
