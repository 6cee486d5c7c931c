import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, Table } from '../event-sourcing/read-store.js';
import type { VerificationIntervalFact } from './verification-interval.js';

/** After how many days relationships are to be verified again, in versions; `tier` is empty for all that have none of their own. */
export const verificationIntervalTable: Table = {
  name: 'verification_interval',
  columns: { tier: 'text', known_from: 'integer', known_until: 'integer', days: 'integer' },
  key: ['tier', 'known_from'],
};

/** The tiers (empty: all others) for which an interval is set. */
type Loaded = Set<string>;

/** At which interval relationships are verified. A setting that was taken away has no present version. */
export const verificationIntervals: Projection<Loaded> = {
  name: 'verification-intervals',
  version: 1,
  tables: [verificationIntervalTable],
  reads: new Set<VerificationIntervalFact['type']>(['VerificationIntervalSet']),
  load: async (_, rows) => {
    const found = await rows.all<Row & { readonly tier: string }>(
      `SELECT tier FROM verification_interval WHERE known_until = ${open}`,
    );
    return new Set(found.map(({ tier }) => tier));
  },
  evolve: (loaded, { data, ordinal }, rows) => {
    // The log holds under this type what its decider answered.
    const { tier, days } = data as unknown as VerificationIntervalFact['data'];
    const name = tier ?? '';
    if (loaded.delete(name)) rows.close(verificationIntervalTable, [name], ordinal);
    if (days === null) return;
    loaded.add(name);
    rows.insert(verificationIntervalTable, { tier: name, known_from: ordinal, known_until: open, days });
  },
};
