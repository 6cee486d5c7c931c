import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, Table } from '../event-sourcing/read-store.js';
import { type Amended, type InteractionFact, advocacyActs as actsOfAdvocacy } from '../interactions/interaction.js';

/**
 * Who spoke for us to others or to us, and whether it is known that they disclosed what ties them to us, in versions: a row
 * for each author of an advocacy act. `disclosure` is null where nobody looked. What is retracted has no present version.
 * Times are milliseconds since 1970.
 */
export const advocacyActTable: Table = {
  name: 'advocacy_act',
  columns: {
    stakeholder: 'text',
    at: 'integer',
    interaction: 'text',
    known_from: 'integer',
    known_until: 'integer',
    act: 'text',
    disclosure: 'text',
  },
  nullable: ['disclosure'],
  key: ['stakeholder', 'at', 'interaction', 'known_from'],
  indexes: [{ columns: ['at'] }],
};

/**
 * Advocacy acts by their authors. What an interaction was before it was amended stands in the event, so nothing is looked
 * up, and an interaction that is no such act costs no row.
 */
export const advocacyActs: Projection<null> = {
  name: 'advocacy-acts',
  version: 1,
  tables: [advocacyActTable],
  reads: new Set<InteractionFact['type']>([
    'InteractionRecorded',
    'InteractionCorrected',
    'InteractionRetracted',
    'DisclosureAssessed',
  ]),
  load: () => Promise.resolve(null),
  evolve: (_, event, rows) => {
    const { was, is } = changeOf(event);
    const before = was === null ? [] : actsOf(was);
    const after = is === null ? [] : actsOf(is);
    for (const act of before)
      if (!after.some((other) => same(act, other)))
        rows.close(advocacyActTable, [act.stakeholder, act.at, act.interaction], event.ordinal);
    for (const act of after)
      if (!before.some((other) => same(act, other)))
        rows.insert(advocacyActTable, { ...act, known_from: event.ordinal, known_until: open });
  },
};

/** What an interaction was, and what it is; null where it was not, or counts no more. */
const changeOf = (event: RecordedEvent): { readonly was: Amended | null; readonly is: Amended | null } => {
  // The log holds under these types what the interaction's decider answered, in the newest shape.
  const { type, data } = event as unknown as InteractionFact;
  if (type === 'InteractionRecorded') return { was: null, is: data };
  const { was } = data;
  switch (type) {
    case 'InteractionRetracted':
      return { was, is: null };
    case 'InteractionCorrected':
      return { was, is: { ...was, ...data.to } };
    case 'DisclosureAssessed':
      return { was, is: { ...was, disclosure: data.disclosure } };
    case 'ToneAssessed':
      return { was, is: was };
  }
};

type Act = Row & { readonly stakeholder: string; readonly at: number; readonly interaction: string };

const advocacy: ReadonlySet<string> = new Set(actsOfAdvocacy);

/** The rows of an interaction: each author once, where it is an act of advocacy and not ours. */
const actsOf = ({ interactionId, direction, act, occurredAt, participants, disclosure }: Amended): readonly Act[] => {
  if (direction === 'outbound' || !advocacy.has(act)) return [];
  const authors = new Set(participants.flatMap(({ role, stakeholderId }) => (role === 'author' ? stakeholderId : [])));
  return [...authors].map((stakeholder) => ({
    stakeholder,
    at: Date.parse(occurredAt),
    interaction: interactionId,
    act,
    disclosure: disclosure?.status ?? null,
  }));
};

const same = (a: Act, b: Act): boolean => JSON.stringify(a) === JSON.stringify(b);
