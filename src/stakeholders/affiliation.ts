import type { Refusal } from '../event-sourcing/decider.js';
import { difference } from '../event-sourcing/difference.js';
import type { Fact } from '../event-sourcing/fact.js';

/**
 * How long something lasts: from its beginning, inclusive, until its end, exclusive; null where that is open, since nobody says
 * when. RFC 3339, UTC, milliseconds. What begins is the world fact, so its beginning is called what a world fact's date is.
 */
export interface Lasting {
  readonly occurredAt: string | null;
  readonly until: string | null;
}

/** Who says so: a source that has an id of its own for it, or one of ours (their id). One of the two. */
export interface Attested {
  readonly source: { readonly name: string; readonly id: string } | null;
  readonly saidBy: string | null;
  /** Keyed digest of what was said: the same source id with another is another content. */
  readonly sent: string;
}

/** What somebody is at an organisation: the function they have and the position they hold (ROLE and TITLE of RFC 6350). */
export interface Post {
  readonly role: string | null;
  readonly title: string | null;
}

interface OfPerson {
  /** Of the person. */
  readonly stakeholderId: string;
  /** The person's id and an id, with a dot between: so whoever has it finds the stream. */
  readonly affiliationId: string;
}

/** By which claim the source's id is this affiliation's; left out where no source says so, and where it was told before ids were claimed. */
interface Claiming {
  readonly token?: string;
}

/** What an amended affiliation was before it. */
interface Was {
  readonly was: Lasting & { readonly organisationId: string };
}

type Personal<Fields> = { readonly of: readonly string[] } & Fields;

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type AffiliationFact =
  | Fact<
      'AffiliationStarted',
      OfPerson & Lasting & Attested & Claiming & { readonly organisationId: string; readonly personal: Personal<Post> }
    >
  | Fact<'AffiliationEnded', OfPerson & Was & { readonly occurredAt: string }>
  | Fact<
      'AffiliationCorrected',
      OfPerson &
        Was & {
          readonly from: Partial<Lasting>;
          readonly to: Partial<Lasting>;
          readonly personal: Personal<{ readonly from: Partial<Post>; readonly to: Partial<Post> }>;
        }
    >
  | Fact<'AffiliationRetracted', OfPerson & Was>;

export type AffiliationRequest =
  | Fact<'StartAffiliation', OfPerson & Lasting & Attested & Claiming & Post & { readonly organisationId: string }>
  | Fact<'EndAffiliation', OfPerson & { readonly occurredAt: string }>
  /** What is left out stays as it is. */
  | Fact<'CorrectAffiliation', OfPerson & { readonly period: Partial<Lasting>; readonly post: Partial<Post> }>
  | Fact<'RetractAffiliation', OfPerson>;

export type AffiliationRefusal =
  | Refusal<'AffiliationNotFound' | 'AffiliationIsRetracted' | 'AffiliationSourceIdTaken' | 'EndsBeforeItBegins'>
  | (Refusal<'AffiliationHasEnded'> & { readonly until: string });

/** An affiliation as its person's stream tells it. */
export interface Affiliation extends Lasting, Post {
  readonly organisationId: string;
  readonly sent: string;
  readonly retracted: boolean;
}

/** A person's affiliations by id. */
export type Affiliations = Readonly<Record<string, Affiliation>>;

const factTypes: ReadonlySet<string> = new Set<AffiliationFact['type']>([
  'AffiliationStarted',
  'AffiliationEnded',
  'AffiliationCorrected',
  'AffiliationRetracted',
]);

export const isAffiliationFact = <F extends { readonly type: string }>(fact: F): fact is Extract<F, AffiliationFact> =>
  factTypes.has(fact.type);

/** Whether what a stakeholder's stream is asked is about where they belong. */
export const isAffiliationRequest = <R extends { readonly type: string }>(
  request: R,
): request is Extract<R, AffiliationRequest> => request.type.endsWith('Affiliation');

/** Whether something ends before it begins, or at once. */
export const endsBeforeItBegins = ({ occurredAt, until }: Lasting): boolean =>
  occurredAt !== null && until !== null && until <= occurredAt;

export const affiliationsAfter = (affiliations: Affiliations, { type, data }: AffiliationFact): Affiliations => {
  const { affiliationId } = data;
  if (type === 'AffiliationStarted') {
    const { organisationId, occurredAt, until, sent, personal } = data;
    const { role, title } = personal;
    const started = { organisationId, occurredAt, until, role, title, sent, retracted: false };
    return { ...affiliations, [affiliationId]: started };
  }
  const before = affiliations[affiliationId];
  if (before === undefined) throw new Error(`Affiliation ${affiliationId} was never started.`);
  switch (type) {
    case 'AffiliationEnded':
      return { ...affiliations, [affiliationId]: { ...before, until: data.occurredAt } };
    case 'AffiliationCorrected':
      return { ...affiliations, [affiliationId]: { ...before, ...data.to, ...data.personal.to } };
    case 'AffiliationRetracted':
      return { ...affiliations, [affiliationId]: { ...before, retracted: true } };
  }
};

export const decideAffiliation = (
  { type, data }: AffiliationRequest,
  affiliations: Affiliations,
): readonly AffiliationFact[] | AffiliationRefusal => {
  const { stakeholderId, affiliationId } = data;
  const of = [stakeholderId];
  const before = affiliations[affiliationId];
  if (type === 'StartAffiliation') {
    if (before !== undefined) return before.sent === data.sent ? [] : { refused: 'AffiliationSourceIdTaken' };
    if (endsBeforeItBegins(data)) return { refused: 'EndsBeforeItBegins' };
    const { role, title, ...started } = data;
    return [{ type: 'AffiliationStarted', data: { ...started, personal: { of, role, title } } }];
  }
  if (before === undefined) return { refused: 'AffiliationNotFound' };
  const { organisationId, occurredAt, until, retracted } = before;
  const amended = { stakeholderId, affiliationId, was: { organisationId, occurredAt, until } };

  switch (type) {
    case 'EndAffiliation':
      if (retracted) return { refused: 'AffiliationIsRetracted' };
      if (until === data.occurredAt) return [];
      // What was to last until a date may end before it.
      if (until !== null && until < data.occurredAt) return { refused: 'AffiliationHasEnded', until };
      if (endsBeforeItBegins({ occurredAt, until: data.occurredAt })) return { refused: 'EndsBeforeItBegins' };
      return [{ type: 'AffiliationEnded', data: { ...amended, occurredAt: data.occurredAt } }];
    case 'CorrectAffiliation': {
      if (retracted) return { refused: 'AffiliationIsRetracted' };
      const [from, to] = difference({ occurredAt, until }, data.period);
      const [postFrom, postTo] = difference<Post>({ role: before.role, title: before.title }, data.post);
      if (Object.keys(to).length + Object.keys(postTo).length === 0) return [];
      if (endsBeforeItBegins({ occurredAt, until, ...to })) return { refused: 'EndsBeforeItBegins' };
      const personal = { of, from: postFrom, to: postTo };
      return [{ type: 'AffiliationCorrected', data: { ...amended, from, to, personal } }];
    }
    case 'RetractAffiliation':
      // Asked twice: nothing happened.
      return retracted ? [] : [{ type: 'AffiliationRetracted', data: amended }];
  }
};
