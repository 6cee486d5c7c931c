import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Value } from '../event-sourcing/read-store.js';
import type { Stance } from '../relationships/relationship.js';
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

/** Something that counts is in the table of theirs, known then. */
export const counted = (table: string, condition: string): string =>
  `EXISTS (SELECT 1 FROM ${table} e WHERE e.stakeholder = s.key AND ${condition} AND e.retracted = 0 AND ${knownThen('e')})`;

/** Somebody exists from when they were identified, or from their first world fact that counts, whichever is earlier. */
export const existing = (past: Past): Condition => ({
  sql: `(s.identified_at <= ? OR ${counted('timeline_entry', 'e.at <= ?')} OR ${counted('relationship_fact', 'e.at <= ?')} OR ${owned('')} OR ${asked})`,
  values: [past.validAt, ...[1, 2, 3, 4].flatMap(() => [past.validAt, ...thenOf(past)])],
});

/** They answered when they were asked. */
const asked = `EXISTS (SELECT 1 FROM survey_answer a WHERE a.stakeholder = s.id AND a.at <= ? AND ${knownThen('a')})`;

/** Somebody of ours answered for them, by the spans of who answers for whom. */
const owned = (condition: string): string =>
  `EXISTS (SELECT 1 FROM owner_span o WHERE o.stakeholder = s.id AND o.from_at <= ? AND ${knownThen('o')}${condition})`;

/** Who of ours answered for them then, or in which tier. */
export const ownedBy = (column: 'owner' | 'tier', value: string, past: Past): Condition => ({
  sql: owned(` AND (o.until_at IS NULL OR o.until_at > ?) AND o.${column} = ?`),
  values: [past.validAt, ...thenOf(past), past.validAt, value],
});

/** Nobody of ours answered for them then. */
export const unowned = (past: Past): Condition => ({
  sql: `NOT ${owned(' AND (o.until_at IS NULL OR o.until_at > ?)')}`,
  values: [past.validAt, ...thenOf(past), past.validAt],
});

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
