import type { Decider, Refusal } from '../event-sourcing/decider.js';
import { difference } from '../event-sourcing/difference.js';
import type { Fact } from '../event-sourcing/fact.js';
import { type Attested, type Lasting, endsBeforeItBegins } from '../stakeholders/affiliation.js';

/** How one stakeholder is tied to another. Only *amplifies* has a direction: what the other says, they carry further. */
export const tieKinds = ['knows', 'works-with', 'amplifies'] as const;
export type TieKind = (typeof tieKinds)[number];

/** Who is tied to whom. Where the kind has no direction, the order is that in which they were named. */
export interface Ends {
  readonly kind: TieKind;
  readonly stakeholderId: string;
  readonly otherId: string;
}

/** What shows that it is so, beside who says it. */
export interface Shows {
  /** Ids of interactions that are on record. */
  readonly evidence: readonly string[];
}

/** What of a tie can be corrected, beside what is said to show it in words: of others it is another tie. */
export type Correctable = Lasting & Shows & Pick<Ends, 'kind'>;

export interface PersonalEvidence {
  readonly note: string | null;
  readonly url: string | null;
}

interface Was {
  readonly was: Ends & Lasting;
}

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type TieFact =
  | Fact<
      'TieRecorded',
      { readonly tieId: string } & Ends &
        Lasting &
        Attested &
        Shows & { readonly personal: { readonly of: readonly string[] } & PersonalEvidence }
    >
  | Fact<'TieEnded', { readonly tieId: string; readonly occurredAt: string } & Was>
  | Fact<
      'TieCorrected',
      { readonly tieId: string } & Was & {
          readonly from: Partial<Correctable>;
          readonly to: Partial<Correctable>;
          readonly personal: {
            readonly of: readonly string[];
            readonly from: Partial<PersonalEvidence>;
            readonly to: Partial<PersonalEvidence>;
          };
        }
    >
  | Fact<'TieRetracted', { readonly tieId: string } & Was>;

export type TieRequest =
  | Fact<'RecordTie', { readonly tieId: string } & Ends & Lasting & Attested & Shows & PersonalEvidence>
  | Fact<'EndTie', { readonly tieId: string; readonly occurredAt: string }>
  /** What is left out stays as it is. */
  | Fact<
      'CorrectTie',
      {
        readonly tieId: string;
        readonly changes: Partial<Correctable>;
        readonly shown: Partial<PersonalEvidence>;
      }
    >
  | Fact<'RetractTie', { readonly tieId: string }>;

export type TieRefusal =
  | Refusal<'TieNotFound' | 'TieIsRetracted' | 'TieSourceIdTaken' | 'TieWithThemselves' | 'EndsBeforeItBegins'>
  | (Refusal<'TieHasEnded'> & { readonly until: string });

/** A tie as its stream tells it; null before it was recorded. */
export type Tie =
  (Ends & Correctable & PersonalEvidence & { readonly sent: string; readonly retracted: boolean }) | null;

/** That two stakeholders are tied, as somebody says: one stream, since nothing else has to be decided with it. */
export const tie: Decider<Tie, TieRequest, TieFact, TieRefusal> = {
  category: 'tie',
  initialState: null,

  evolve: (state, { type, data }) => {
    if (type === 'TieRecorded') {
      const { kind, stakeholderId, otherId, occurredAt, until, evidence, sent, personal } = data;
      const { note, url } = personal;
      return { kind, stakeholderId, otherId, occurredAt, until, evidence, note, url, sent, retracted: false };
    }
    if (state === null) throw new Error(`Tie ${data.tieId} was never recorded.`);
    switch (type) {
      case 'TieEnded':
        return { ...state, until: data.occurredAt };
      case 'TieCorrected':
        return { ...state, ...data.to, ...data.personal.to };
      case 'TieRetracted':
        return { ...state, retracted: true };
    }
  },

  decide: ({ type, data }, state) => {
    const { tieId } = data;
    if (type === 'RecordTie') {
      if (state !== null) return state.sent === data.sent ? [] : { refused: 'TieSourceIdTaken' };
      if (data.stakeholderId === data.otherId) return { refused: 'TieWithThemselves' };
      if (endsBeforeItBegins(data)) return { refused: 'EndsBeforeItBegins' };
      const { note, url, ...recorded } = data;
      const of = [data.stakeholderId, data.otherId];
      return [{ type: 'TieRecorded', data: { ...recorded, personal: { of, note, url } } }];
    }
    if (state === null) return { refused: 'TieNotFound' };
    const { kind, stakeholderId, otherId, occurredAt, until, evidence, note, url, retracted } = state;
    const was = { kind, stakeholderId, otherId, occurredAt, until };
    switch (type) {
      case 'EndTie':
        if (retracted) return { refused: 'TieIsRetracted' };
        if (until === data.occurredAt) return [];
        // What was to last until a date may end before it.
        if (until !== null && until < data.occurredAt) return { refused: 'TieHasEnded', until };
        if (endsBeforeItBegins({ ...was, until: data.occurredAt })) return { refused: 'EndsBeforeItBegins' };
        return [{ type: 'TieEnded', data: { tieId, was, occurredAt: data.occurredAt } }];
      case 'CorrectTie': {
        if (retracted) return { refused: 'TieIsRetracted' };
        const [from, to] = difference<Correctable>({ kind, occurredAt, until, evidence }, data.changes);
        const [shownFrom, shownTo] = difference<PersonalEvidence>({ note, url }, data.shown);
        if (Object.keys(to).length + Object.keys(shownTo).length === 0) return [];
        if (endsBeforeItBegins({ ...was, ...to })) return { refused: 'EndsBeforeItBegins' };
        const personal = { of: [stakeholderId, otherId], from: shownFrom, to: shownTo };
        return [{ type: 'TieCorrected', data: { tieId, was, from, to, personal } }];
      }
      case 'RetractTie':
        // Asked twice: nothing happened.
        return retracted ? [] : [{ type: 'TieRetracted', data: { tieId, was } }];
    }
  },
};
