import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Table } from '../event-sourcing/read-store.js';
import type { AcknowledgementFact } from './acknowledgement.js';
import type { GuidelineFact, GuidelineRule } from './guideline.js';

/**
 * What became of each guideline, in the order of its stream (`place`). None is ever changed, so none has versions: it is known
 * from its key on, the ordinal of its fact. `withdrawn` is 1 where nothing holds from then on; `body` is a
 * `GuidelineBody` as JSON. Times are milliseconds since 1970.
 */
export const guidelineTable: Table = {
  name: 'guideline',
  columns: {
    guideline: 'text',
    place: 'integer',
    key: 'integer',
    from_at: 'integer',
    version: 'integer',
    withdrawn: 'integer',
    body: 'text',
  },
  key: ['guideline', 'place'],
};

/** Who of ours has acknowledged which version, and first when, in versions; what is retracted has no present one. */
export const acknowledgementTable: Table = {
  name: 'guideline_acknowledgement',
  columns: {
    colleague: 'text',
    guideline: 'text',
    version: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    at: 'integer',
    recorded_by: 'text',
  },
  key: ['colleague', 'guideline', 'version', 'known_from'],
  indexes: [{ columns: ['guideline', 'version'] }],
};

/** A version as it is shown. Plain JSON. */
export interface GuidelineBody {
  readonly name: string;
  readonly text: string;
  readonly rules: readonly GuidelineRule[];
  /** Name of the credential that recorded it. */
  readonly by: string;
  readonly reason: string | null;
}

// The boundary of the log: its data is what the deciders wrote.
const factOf = (event: RecordedEvent): GuidelineFact | AcknowledgementFact =>
  event as unknown as GuidelineFact | AcknowledgementFact;

/** Guidelines in their versions, and who has acknowledged them. */
export const guidelineRows: Projection<null> = {
  name: 'guidelines',
  version: 2,
  tables: [guidelineTable, acknowledgementTable],
  reads: new Set<(GuidelineFact | AcknowledgementFact)['type']>([
    'GuidelinePublished',
    'GuidelineWithdrawn',
    'GuidelineAcknowledged',
    'AcknowledgementRetracted',
  ]),
  load: () => Promise.resolve(null),
  evolve: (_, event, rows) => {
    const { ordinal, revision, provenance } = event;
    const { type, data } = factOf(event);
    if (type === 'AcknowledgementRetracted') {
      rows.close(acknowledgementTable, [data.colleagueId, data.guidelineId, data.version], ordinal);
      return;
    }
    const at = Date.parse(data.occurredAt);
    if (type === 'GuidelineAcknowledged') {
      const { colleagueId: colleague, guidelineId: guideline, version } = data;
      const known = { known_from: ordinal, known_until: open };
      // That they had acknowledged it before the date that was known.
      rows.close(acknowledgementTable, [colleague, guideline, version], ordinal);
      rows.insert(acknowledgementTable, {
        ...{ colleague, guideline, version, ...known, at, recorded_by: provenance.actor },
      });
      return;
    }
    const said = { by: provenance.actor, reason: provenance.reason ?? null };
    const published = type === 'GuidelinePublished';
    const body: GuidelineBody = published
      ? { name: data.name, text: data.text, rules: data.rules, ...said }
      : { name: '', text: '', rules: [], ...said };
    rows.insert(guidelineTable, {
      ...{ guideline: data.guidelineId, place: revision, key: ordinal, from_at: at },
      ...{ version: published ? data.version : 0, withdrawn: published ? 0 : 1, body: JSON.stringify(body) },
    });
  },
};
