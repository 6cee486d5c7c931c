import fc from 'fast-check';
import type { Input, Mutation, Outcome, Rapport } from './client.js';
import { dateOf, day, doesWith, one, which, who } from './doing-parts.js';

/** Something that a client does about where people belong and who is tied to whom. */
export type TieDoing =
  | {
      readonly does: 'affiliate';
      readonly who: number;
      readonly which: number;
      readonly day: number | null;
      readonly days: number | null;
      readonly post: Input;
      readonly saidByUs: boolean;
    }
  | { readonly does: 'leave'; readonly which: number; readonly day: number }
  | { readonly does: 'correctAffiliation'; readonly which: number; readonly changes: Input }
  | { readonly does: 'retractAffiliation'; readonly which: number }
  | {
      readonly does: 'tie';
      readonly who: number;
      readonly other: number;
      readonly which: number;
      readonly day: number | null;
      readonly days: number | null;
      readonly kind: string;
    }
  | { readonly does: 'endTie'; readonly which: number; readonly day: number }
  | { readonly does: 'correctTie'; readonly which: number; readonly changes: Input }
  | { readonly does: 'retractTie'; readonly which: number };

const post = fc.record(
  { role: fc.constantFrom('press', 'sales'), title: fc.constantFrom('Head of it', 'Clerk') },
  { requiredKeys: [] },
);
const corrections = fc.oneof(
  day.map((each): Input => ({ from: dateOf(each) })),
  fc.option(day).map((each): Input => ({ until: each === null ? null : dateOf(each) })),
  fc.constantFrom<Input>({ role: null }, { title: 'Chief' }, { role: 'press', from: null }),
);
const tieCorrections = fc.oneof(
  day.map((each): Input => ({ from: dateOf(each) })),
  fc.option(day).map((each): Input => ({ until: each === null ? null : dateOf(each) })),
  fc.constantFrom<Input>({ kind: 'KNOWS' }, { kind: 'AMPLIFIES', note: null }, { from: null, evidence: [] }),
);
/** Any one of them, by weight. */
export const tieDoings = [
  {
    weight: 4,
    arbitrary: doesWith('affiliate', {
      who,
      which,
      day: fc.option(day, { freq: 5 }),
      days: fc.option(fc.integer({ min: 1, max: 300 })),
      post,
      saidByUs: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: doesWith('leave', { which, day }) },
  { weight: 1, arbitrary: doesWith('correctAffiliation', { which, changes: corrections }) },
  { weight: 1, arbitrary: doesWith('retractAffiliation', { which }) },
  {
    weight: 4,
    arbitrary: doesWith('tie', {
      who,
      other: who,
      which,
      day: fc.option(day, { freq: 5 }),
      days: fc.option(fc.integer({ min: 1, max: 300 })),
      kind: fc.constantFrom('KNOWS', 'WORKS_WITH', 'AMPLIFIES'),
    }),
  },
  { weight: 1, arbitrary: doesWith('endTie', { which, day }) },
  { weight: 1, arbitrary: doesWith('correctTie', { which, changes: tieCorrections }) },
  { weight: 1, arbitrary: doesWith('retractTie', { which }) },
];

/** What there is to do it with. */
interface Doer {
  ask(mutation: Mutation, input: Input): Promise<Outcome | null>;
  readonly people: ReadonlyMap<number, string>;
  readonly colleagues: readonly string[];
  readonly interactions: readonly string[];
}

/** Does it by the API, if there is something to do it to. */
export const tieDoing = (
  rapport: Rapport,
  { ask, people, colleagues, interactions }: Doer,
): ((doing: TieDoing) => Promise<Outcome | null>) => {
  const organisations = new Map<number, string>();
  const affiliations: string[] = [];
  const ties: string[] = [];
  const reason = 'a reason';

  /** One of two organisations, identified when it is first spoken of. */
  const organisationOf = async (index: number): Promise<string> => {
    const number = index % 2;
    const known = organisations.get(number);
    if (known !== undefined) return known;
    const named = { kind: 'ORGANISATION', name: `Works ${number}`, externalIds: [{ system: 'crm', id: `o${number}` }] };
    const outcome = await rapport.mutate('identifyStakeholder', named);
    const { id } = outcome.__typename === 'ExternalIdTaken' ? outcome.holder : outcome.stakeholder;
    organisations.set(number, id);
    return id;
  };
  const affiliated = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const affiliationId = one(affiliations, index);
    return affiliationId === undefined ? null : ask(mutation, { affiliationId, reason, ...input });
  };

  const tied = async (mutation: Mutation, index: number, input: Input): Promise<Outcome | null> => {
    const tieId = one(ties, index);
    return tieId === undefined ? null : ask(mutation, { tieId, reason, ...input });
  };

  return async (each) => {
    switch (each.does) {
      case 'affiliate': {
        const personId = people.get(each.who);
        if (personId === undefined) return null;
        const saidById = each.saidByUs ? one(colleagues, each.which) : undefined;
        const outcome = await ask('startAffiliation', {
          personId,
          organisationId: await organisationOf(each.which),
          ...(each.day === null ? {} : { from: dateOf(each.day) }),
          ...(each.days === null ? {} : { until: dateOf((each.day ?? 0) + each.days) }),
          ...each.post,
          ...(saidById === undefined ? { source: { name: 'crm', id: String(each.which % 40) } } : { saidById }),
        });
        if (outcome !== null) affiliations.push(outcome.affiliation.id);
        return outcome;
      }
      case 'leave':
        return affiliated('endAffiliation', each.which, { occurredAt: dateOf(each.day) });
      case 'correctAffiliation':
        return affiliated('correctAffiliation', each.which, each.changes);
      case 'retractAffiliation':
        return affiliated('retractAffiliation', each.which, {});
      case 'tie': {
        const [stakeholderId, otherId] = [people.get(each.who), people.get(each.other)];
        if (stakeholderId === undefined || otherId === undefined) return null;
        const saidById = one(colleagues, each.which);
        const shown = one(interactions, each.which);
        const outcome = await ask('recordTie', {
          kind: each.kind,
          stakeholderId,
          otherId,
          ...(each.day === null ? {} : { from: dateOf(each.day) }),
          ...(each.days === null ? {} : { until: dateOf((each.day ?? 0) + each.days) }),
          ...(shown === undefined || each.which % 3 === 0 ? { note: 'so they say' } : { evidence: [shown] }),
          ...(saidById === undefined ? { source: { name: 'crm', id: String(each.which) } } : { saidById }),
        });
        if (outcome !== null) ties.push(outcome.tie.id);
        return outcome;
      }
      case 'endTie':
        return tied('endTie', each.which, { occurredAt: dateOf(each.day) });
      case 'correctTie':
        return tied('correctTie', each.which, each.changes);
      case 'retractTie':
        return tied('retractTie', each.which, {});
    }
  };
};
