import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import { scanEach } from '../event-sourcing/scans.js';
import { type Group, groupsOf } from './groups.js';
import { inStates } from './lasting.js';
import type { TieKind } from './tie.js';

/**
 * What is near: whom so many steps lead to, over what holds at the date. A step is a tie of any kind, in either direction; an
 * affiliation, from the person to the organisation or back; or two persons' affiliations with the same organisation. Of
 * several ways the shortest is told, of those the one whose first step began last, ties before affiliations.
 */
export const nearRule = 'near-v1';

/** How much is looked at. Beyond it the answer says that it was cut. */
export const nearLimits = {
  /** Ties of one stakeholder, those that began last. */
  ties: 100,
  /** Affiliations of one person. */
  affiliations: 20,
  /** People of one organisation. */
  people: 100,
  /** Organisations whose people are looked for, at each distance. */
  organisations: 100,
  /** Stakeholders from whom a second step is taken. */
  expanded: 200,
  /** Stakeholders in all. */
  near: 2_000,
} as const;

export type NearLimits = { readonly [Of in keyof typeof nearLimits]: number };

/** How one stakeholder leads to the next. */
export const stepKinds = ['knows', 'works-with', 'amplifies', 'affiliated', 'same-organisation'] as const;
export type StepKind = (typeof stepKinds)[number];

/** One step of a path. */
export interface NearStep {
  readonly from: string;
  readonly to: string;
  readonly kind: StepKind;
  /** The tie, where it is one. */
  readonly tieId: string | null;
  /** The affiliation, or that of each of the two. */
  readonly affiliationIds: readonly string[];
}

/** Somebody near, and the path that says why: as many steps as the distance. */
export interface Nearby {
  readonly id: string;
  readonly path: readonly NearStep[];
}

export interface Near {
  /** The nearest first. */
  readonly near: readonly Nearby[];
  /** Some limit was met: there may be more. */
  readonly cut: boolean;
}

export const depths = [1, 2] as const;
export type Depth = (typeof depths)[number];

/** Who is near a stakeholder. */
export const nearTo = async (
  rows: RowReader,
  start: Group,
  depth: Depth,
  past: Past,
  limits: NearLimits = nearLimits,
): Promise<Near> => {
  const paths = new Map<string, readonly NearStep[]>([[start.id, []]]);
  let frontier: readonly Group[] = [start];
  let cut = false;
  for (let distance = 1; distance <= depth; distance += 1) {
    const expanded = frontier.slice(0, limits.expanded);
    const { steps, cut: stepsCut } = await stepsFrom(rows, expanded, past, limits);
    cut ||= stepsCut || expanded.length < frontier.length;
    const reached: string[] = [];
    for (const step of steps) {
      const path = paths.get(step.from);
      if (path === undefined || paths.has(step.to)) continue;
      // Whom it was asked of is there, too.
      if (paths.size > limits.near) {
        cut = true;
        break;
      }
      paths.set(step.to, [...path, step]);
      reached.push(step.to);
    }
    frontier = [...(await groupsOf(rows, reached, past)).values()];
  }
  paths.delete(start.id);
  return { near: [...paths].map(([each, path]) => ({ id: each, path })), cut };
};

interface Steps {
  readonly steps: readonly NearStep[];
  readonly cut: boolean;
}

type TieRow = Row & { readonly other: string; readonly kind: TieKind; readonly id: string };
type AffiliationRow = Row & { readonly person: string; readonly organisation: string; readonly id: string };

/** All single steps from each of the stakeholders, in their order: ties, then where they belong, then who belongs there. */
const stepsFrom = async (rows: RowReader, from: readonly Group[], past: Past, limits: NearLimits): Promise<Steps> => {
  const tied = await tiesOf(rows, from, past, limits.ties);
  const belonging = await affiliationsOf(rows, 'person', from, past, limits.affiliations);
  const organisations = await groupsOf(
    rows,
    belonging.found.flat().map(({ organisation }) => organisation),
    past,
  );
  const colleaguesAt = [...new Map([...organisations.values()].map((group) => [group.id, group])).values()];
  // Whoever is an organisation has people of their own.
  const among = [
    ...new Map([...colleaguesAt.slice(0, limits.organisations), ...from].map((group) => [group.id, group])).values(),
  ];
  const people = await affiliationsOf(rows, 'organisation', among, past, limits.people);
  const peopleOf = new Map(among.map(({ id }, index) => [id, people.found[index] ?? []]));

  const named = await groupsOf(
    rows,
    [...tied.found.flat().map(({ other }) => other), ...people.found.flat().map(({ person }) => person)],
    past,
  );
  const idOf = (id: string): string => named.get(id)?.id ?? organisations.get(id)?.id ?? id;

  const steps = from.flatMap(({ id }, index): readonly NearStep[] => {
    const theirs = belonging.found[index] ?? [];
    return [
      ...(tied.found[index] ?? []).map((tie) => ({
        from: id,
        to: idOf(tie.other),
        kind: tie.kind,
        tieId: tie.id,
        affiliationIds: [],
      })),
      ...theirs.map((each) => affiliatedStep(id, idOf(each.organisation), each.id)),
      ...(peopleOf.get(id) ?? []).map((each) => affiliatedStep(id, idOf(each.person), each.id)),
      ...theirs.flatMap((own) =>
        (peopleOf.get(idOf(own.organisation)) ?? []).map((each): NearStep => ({
          from: id,
          to: idOf(each.person),
          kind: 'same-organisation',
          tieId: null,
          affiliationIds: [own.id, each.id],
        })),
      ),
    ];
  });
  return { steps, cut: tied.cut || belonging.cut || people.cut || colleaguesAt.length > limits.organisations };
};

const affiliatedStep = (from: string, to: string, affiliationId: string): NearStep => ({
  from,
  to,
  kind: 'affiliated',
  tieId: null,
  affiliationIds: [affiliationId],
});

/** What each of the groups has, in their order, and whether any has more. */
interface Found<R> {
  readonly found: readonly (readonly R[])[];
  readonly cut: boolean;
}

const tiesOf = (rows: RowReader, groups: readonly Group[], past: Past, max: number): Promise<Found<TieRow>> => {
  const { sql, values } = inStates('t', ['holding'], past);
  const query = `SELECT t.from_at, t.key, t.other, t.kind, t.id FROM tie t WHERE t.stakeholder = ? AND ${sql} AND ${knownThen('t')}
    ORDER BY t.from_at DESC, t.key DESC LIMIT ?`;
  return ofEach<TieRow>(rows, query, groups, (member) => [member, ...values, ...thenOf(past), max + 1], max);
};

const affiliationsOf = (
  rows: RowReader,
  end: 'person' | 'organisation',
  groups: readonly Group[],
  past: Past,
  max: number,
): Promise<Found<AffiliationRow>> => {
  const { sql, values } = inStates('a', ['holding'], past);
  const query = `SELECT a.from_at, a.key, a.person, a.organisation, a.id FROM affiliation a WHERE a.${end} = ? AND ${sql} AND ${knownThen('a')}
    ORDER BY a.from_at DESC, a.key DESC LIMIT ?`;
  return ofEach<AffiliationRow>(rows, query, groups, (member) => [member, ...values, ...thenOf(past), max + 1], max);
};

const ofEach = async <R extends Row>(
  rows: RowReader,
  sql: string,
  groups: readonly Group[],
  parametersOf: (member: string) => readonly Value[],
  max: number,
): Promise<Found<R>> => {
  const members = groups.flatMap((group, index) => group.members.map((member) => ({ member, index })));
  type Begun = R & { readonly from_at: number; readonly key: number; readonly scan: number };
  const scanned = await scanEach<Begun>(
    rows,
    sql,
    members.map(({ member }) => parametersOf(member)),
  );
  const found = groups.map((): Begun[] => []);
  for (const row of scanned) found[members[row.scan]?.index ?? 0]?.push(row);
  for (const each of found) each.sort((a, b) => b.from_at - a.from_at || b.key - a.key);
  return {
    found: found.map((each) => each.slice(0, max)),
    cut: found.some((each) => each.length > max),
  };
};
