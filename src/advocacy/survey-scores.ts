import { thenOf, type Past } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import { peopleApart } from './merged-people.js';
import type { Answers } from './net-promoter.js';
import type { Period } from './standing-pages.js';

/**
 * What was answered in a period, by what the answers say: of each person (whoever is one counts as one) and survey the last answer by its date, at one
 * instant the one recorded last.
 *
 * @param survey its name, spelt exactly; left out, all of them.
 */
export async function answersIn(
  rows: RowReader,
  { from, until }: Period,
  survey: string | undefined,
  past: Past,
): Promise<Answers> {
  const conditions = ['a.at <= ?', 'a.known_from <= ?', 'a.known_until > ?'];
  const parameters: Value[] = [past.validAt, ...thenOf(past)];
  const also = (condition: string, value: Value | undefined): void => {
    if (value == null) return;
    conditions.push(condition);
    parameters.push(value);
  };
  also('a.survey = ?', survey);
  also('a.at >= ?', from);
  also('a.at < ?', until);
  const people = await peopleApart(rows, 'a.stakeholder', past);
  const found = await rows.first<{ promoters: number; passives: number; detractors: number }>(
    `select count(*) filter (where score >= 9) as promoters, count(*) filter (where score in (7, 8)) as passives,
      count(*) filter (where score <= 6) as detractors
    from (
      select a.score, row_number() over (partition by a.survey, ${people.who} order by a.at desc, a.known_from desc) as place
      from survey_answer a ${people.joined} where ${conditions.join(' and ')}
    ) as answers where place = 1`,
    [...people.parameters, ...parameters],
  );
  const { promoters = 0, passives = 0, detractors = 0 } = found ?? {};
  return { promoters, passives, detractors };
}
