import type { Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Dated } from './dated.js';

/** What ties somebody to us beyond what they think: 16 CFR 255.5 asks that it is disclosed where they speak for us. */
export const connectionKinds = ['paid', 'gifted', 'employed', 'family'] as const;
export type ConnectionKind = (typeof connectionKinds)[number];

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type ConnectionFact =
  /** It began at `occurredAt`; the id of this fact is the connection's. */
  | Fact<
      'ConnectionRecorded',
      Dated & {
        readonly kind: ConnectionKind;
        /** When it ended, exclusive: RFC 3339, UTC, milliseconds; null: it has not, as far as is known. */
        readonly until: string | null;
      }
    >
  | Fact<'ConnectionEnded', Dated & { readonly connectionId: string }>;

export type ConnectionRequest =
  | Fact<'RecordConnection', Dated & { readonly kind: ConnectionKind; readonly until: string | null }>
  | Fact<'EndConnection', Dated & { readonly connectionId: string }>;

export type ConnectionRefusal =
  | Refusal<'ConnectionNotFound'>
  | (Refusal<'ConnectionHasEnded'> & { readonly endedAt: string })
  | (Refusal<'BeforeItBegan'> & { readonly beganAt: string });

/**
 * Material connections with their period: from inclusive, until exclusive. An end that was mistaken is retracted.
 * @param facts of the relationship that stand, in the order in which they were recorded.
 */
export const decideConnection = (
  { type, data }: ConnectionRequest,
  facts: readonly Fact<string, object>[],
): readonly ConnectionFact[] | ConnectionRefusal => {
  if (type === 'RecordConnection') {
    const { until, occurredAt } = data;
    if (until !== null && until <= occurredAt) return { refused: 'BeforeItBegan', beganAt: occurredAt };
    return [{ type: 'ConnectionRecorded', data }];
  }
  let began: string | null = null;
  let endedAt: string | null = null;
  for (const fact of facts.filter(isConnectionFact)) {
    if (fact.type === 'ConnectionRecorded' && fact.data.factId === data.connectionId) {
      began = fact.data.occurredAt;
      endedAt = fact.data.until;
    } else if (fact.type === 'ConnectionEnded' && fact.data.connectionId === data.connectionId)
      endedAt = fact.data.occurredAt;
  }
  if (began === null) return { refused: 'ConnectionNotFound' };
  if (endedAt !== null) return { refused: 'ConnectionHasEnded', endedAt };
  if (data.occurredAt <= began) return { refused: 'BeforeItBegan', beganAt: began };
  return [{ type: 'ConnectionEnded', data }];
};

const isConnectionFact = (fact: Fact<string, object>): fact is ConnectionFact => fact.type.startsWith('Connection');
