/** One line of the table, and of the JSON file. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is held against, from the same run, in the same unit; null where a row only tells. */
  readonly baseline: number | null;
  /** `value / baseline`. */
  readonly ratio: number | null;
  /** As '>= 0.7', of the ratio; of the value where there is no baseline. Null where a row only tells. */
  readonly goal: string | null;
  readonly met: boolean | null;
}

export type Goal = `${'>=' | '<=' | '<'} ${number}`;

const holds = (goal: Goal, number: number): boolean => {
  const [sign, limit] = goal.split(' ');
  if (sign === '<') return number < Number(limit);
  return sign === '>=' ? number >= Number(limit) : number <= Number(limit);
};

/** A row with its baseline. */
export const compared = (name: string, value: number, unit: string, baseline: number, goal: Goal | null): Row => {
  const ratio = value / baseline;
  return { name, value, unit, baseline, ratio, goal, met: goal === null ? null : holds(goal, ratio) };
};

/** A row whose value has a limit of its own. */
export const limited = (name: string, value: number, unit: string, goal: Goal): Row => {
  return { name, value, unit, baseline: null, ratio: null, goal, met: holds(goal, value) };
};

/** A row that only tells. */
export const told = (name: string, value: number, unit: string): Row => {
  return { name, value, unit, baseline: null, ratio: null, goal: null, met: null };
};

/** A row whose baseline is made of SQLite files, on other stores. */
export const toldOnly = (name: string, value: number, unit: string): Row =>
  told(`${name} (on these stores without a baseline)`, value, unit);

const short = (number: number | null): string => {
  if (number === null) return '';
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en-US');
  return number.toPrecision(3);
};

const columnsOf = ({ name, value, unit, baseline, ratio, goal, met }: Row): readonly string[] => [
  name,
  short(value),
  short(baseline),
  unit,
  ratio === null ? '' : ratio.toFixed(2),
  goal ?? '',
  met === null ? '' : met ? 'met' : 'MISSED',
];

const headings = ['row', 'value', 'baseline', 'unit', 'ratio', 'goal', ''];
const leftAligned = new Set([0, 3, 6]);

/** The table as Markdown, which a terminal shows well enough and a document takes as it is. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [headings, ...rows.map(columnsOf)];
  const widths = headings.map((_, column) => Math.max(3, ...lines.map((line) => (line[column] ?? '').length)));
  const written = lines.map((line) => {
    const cells = line.map((cell, column) => {
      const width = widths[column] ?? 0;
      return leftAligned.has(column) ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  });
  const rule = widths.map((width, column) =>
    leftAligned.has(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [written[0], `| ${rule.join(' | ')} |`, ...written.slice(1)].join('\n');
};
