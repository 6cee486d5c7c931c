import { inLists } from '../event-sourcing/in-lists.js';
import { type Page, type Slice, pageOf, scanOf } from '../event-sourcing/page.js';
import { type Past, knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import { steps } from './relationship.js';
import { type DatedStep, type FirstSteps, type StepFinding, firstSteps, passedOver, stepFindings } from './steps-v1.js';

interface StepRow {
  readonly [column: string]: Value;
  readonly step: number;
  readonly at: number;
}

const datedOf = ({ step, at }: StepRow): readonly DatedStep[] => {
  const taken = steps[step];
  return taken === undefined ? [] : [{ step: taken, at }];
};

/**
 * When each step was first taken with each stakeholder, by then: asked by the ids of all who are one, answered by the first.
 * With whom none was is left out.
 */
export const firstStepsWith = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
  past: Past,
): Promise<ReadonlyMap<string, FirstSteps>> => {
  const remaining = new Map(groups.flatMap((group) => group.map((id) => [id, group[0] ?? id])));
  const found = new Map<string, DatedStep[]>();
  for (const { marks, values } of inLists(remaining.keys())) {
    const sql = `SELECT s.stakeholder, s.step, min(s.at) AS at FROM taken_step s
      WHERE s.stakeholder IN (${marks}) AND s.at <= ? AND ${knownThen('s')} GROUP BY s.stakeholder, s.step`;
    for (const row of await rows.all<StepRow & { readonly stakeholder: string }>(sql, [
      ...values,
      past.validAt,
      ...thenOf(past),
    ])) {
      const id = remaining.get(row.stakeholder) ?? row.stakeholder;
      found.set(id, [...(found.get(id) ?? []), ...datedOf(row)]);
    }
  }
  return new Map([...found].map(([stakeholder, taken]) => [stakeholder, firstSteps(taken)]));
};

/** When each step was first taken in one conversation, by then. @param keys of its interactions. */
export const firstStepsIn = async (rows: RowReader, keys: Iterable<number>, past: Past): Promise<FirstSteps> => {
  const found: DatedStep[] = [];
  for (const { marks, values } of inLists(keys)) {
    // The first version of an interaction has its id, too. A CROSS JOIN is not reordered.
    const sql = `SELECT s.step, s.at FROM interaction i CROSS JOIN taken_step s
      WHERE i.key IN (${marks}) AND i.known_from = i.key
        AND s.interaction = i.id AND s.interaction IS NOT NULL AND s.at <= ? AND ${knownThen('s')}`;
    for (const row of await rows.all<StepRow>(sql, [...values, past.validAt, ...thenOf(past)]))
      found.push(...datedOf(row));
  }
  return firstSteps(found);
};

const place = (step: (typeof steps)[number]): string => `f.step_${steps.indexOf(step)}`;

/** SQL that says of the first dates `f` what `findingsOf` finds. */
const holds = (finding: StepFinding): string => {
  const over = passedOver[finding];
  if (over === null) return `${place('involve')} IS NULL`;
  const [step, skipped] = [place(over.step), place(over.skipped)];
  return `(${step} IS NOT NULL AND (${skipped} IS NULL OR ${skipped} > ${step}))`;
};

/** The first dates of each relationship; of those who are one, under who remains. Its parameters are `datesThen(past)`. */
const firstDates = `
  WITH one (id, remains) AS (
    SELECT a.id, b.id FROM stakeholder a JOIN stakeholder b ON b.key = a.survivor
    WHERE a.survivor IS NOT NULL AND a.survivor <> a.key AND ${knownThen('a')} AND ${knownThen('b')}
  ), f AS (
    SELECT coalesce(o.remains, s.stakeholder) AS stakeholder,
      ${steps.map((_, index) => `min(CASE WHEN s.step = ${index} THEN s.at END) AS step_${index}`).join(', ')}
    FROM taken_step s LEFT JOIN one o ON o.id = s.stakeholder
    WHERE s.at <= ? AND ${knownThen('s')} GROUP BY coalesce(o.remains, s.stakeholder)
  )`;

const datesThen = (past: Past): readonly Value[] => [
  ...[...thenOf(past), ...thenOf(past), past.validAt, ...thenOf(past)],
];

/** With how many stakeholders steps were taken by then, and of how many what is found; those who are one count once. */
export const countFindings = async (
  rows: RowReader,
  past: Past,
): Promise<{ readonly relationships: number; readonly counts: ReadonlyMap<StepFinding, number> }> => {
  const sums = stepFindings.map(
    (finding, index) => `sum(CASE WHEN ${holds(finding)} THEN 1 ELSE 0 END) AS finding_${index}`,
  );
  const row = await rows.first<{ readonly [column: string]: number | null }>(
    `${firstDates} SELECT count(*) AS relationships, ${sums.join(', ')} FROM f`,
    datesThen(past),
  );
  return {
    relationships: row?.['relationships'] ?? 0,
    counts: new Map(stepFindings.map((finding, index) => [finding, row?.[`finding_${index}`] ?? 0])),
  };
};

/** Of which stakeholders (by their ids) something is found; by id. */
export const foundOf = async (
  rows: RowReader,
  { finding, past, ...slice }: { readonly finding: StepFinding; readonly past: Past } & Slice<string>,
): Promise<Page<string>> => {
  const { ascending, above, below } = scanOf(slice);
  const beyond = `${above === undefined ? '' : ' AND f.stakeholder > ?'}${below === undefined ? '' : ' AND f.stakeholder < ?'}`;
  const bounds = [above, below].flatMap((bound) => bound ?? []);
  const found = await rows.all<{ stakeholder: string }>(
    `${firstDates} SELECT f.stakeholder FROM f WHERE ${holds(finding)}${beyond}
     ORDER BY f.stakeholder ${ascending ? 'ASC' : 'DESC'} LIMIT ?`,
    [...datesThen(past), ...bounds, slice.limit + 1],
  );
  return pageOf(
    found.map(({ stakeholder }) => stakeholder),
    slice,
  );
};
