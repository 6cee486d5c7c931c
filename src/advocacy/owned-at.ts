import { knownThen, thenOf, type Past } from '../event-sourcing/past.js';
import type { Value } from '../event-sourcing/read-store.js';

/** Who of ours was to answer for somebody at a date; what is left out, or is empty, restricts nothing. */
export interface OwnedAsked {
  /** Ids of people of ours: one of them answered for the stakeholder. */
  readonly owners?: readonly string[];
  /** The stakeholder stood in one of them. */
  readonly tiers?: readonly string[];
  /** Whether anybody of ours answered for the stakeholder. */
  readonly owned?: boolean;
}

/**
 * Who answered for them at a date, by the spans of who answers for whom. Of those who are one, who remains has the word; where
 * nobody answered for that one, the first of the others for whom somebody did.
 * @param of the columns, of a table of the query, that hold the stakeholder's key and the date, in milliseconds.
 * @returns conditions that each begin with `and`.
 */
export function ownedAt(
  { owners = [], tiers = [], owned }: OwnedAsked,
  of: { readonly stakeholder: string; readonly at: string },
  past: Past,
): { readonly sql: string; readonly parameters: readonly Value[] } {
  const known = thenOf(past);
  const held = `w.from_at <= ${of.at} and (w.until_at is null or w.until_at > ${of.at}) and ${knownThen('w')}`;
  const then = (what: string) => `coalesce(
      (select ${what} from stakeholder s cross join owner_span w
        where s.key = ${of.stakeholder} and ${knownThen('s')} and w.stakeholder = s.id and ${held}),
      (select ${what} from stakeholder g cross join owner_span w
        where g.survivor = ${of.stakeholder} and g.key <> g.survivor and ${knownThen('g')} and w.stakeholder = g.id and ${held}
        order by g.id limit 1)
    )`;
  const asked = [...known, ...known, ...known, ...known];
  const marks = (values: readonly string[]): string => values.map(() => '?').join(', ');
  const conditions: string[] = [];
  const parameters: Value[] = [];
  if (owners.length > 0) {
    conditions.push(`and ${then('w.owner')} in (${marks(owners)})`);
    parameters.push(...asked, ...owners);
  }
  if (tiers.length > 0) {
    // No tier is called by the empty text: whoever stands in none does not count for another.
    conditions.push(`and ${then(`coalesce(w.tier, '')`)} in (${marks(tiers)})`);
    parameters.push(...asked, ...tiers);
  }
  if (owned !== undefined) {
    conditions.push(`and ${then('w.owner')} is ${owned ? 'not ' : ''}null`);
    parameters.push(...asked);
  }
  return { sql: conditions.join(' '), parameters };
}
