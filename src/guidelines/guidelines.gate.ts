import type { RowReader } from '../event-sourcing/read-store.js';
import { present } from '../event-sourcing/past.js';
import type { Transactions } from '../event-sourcing/transact.js';
import type { Gate } from '../interactions/recording.js';
import { colleague, ourAddressForm } from '../owners/colleague.js';
import { acknowledgements, newestAcknowledged } from './acknowledgement.js';
import { unacknowledged } from './guideline-pages.js';

/**
 * What is asked before something outbound is recorded, where the setting says that guidelines are required: who of ours has not
 * acknowledged what was in force. The rows tell at once; whom they name is asked of their own stream, since they may be behind.
 */
export const guidelinesGate =
  (rows: RowReader, { read }: Transactions): Gate =>
  async ({ occurredAt, ourPeople }) => {
    const at = Date.parse(occurredAt);
    const out = { at, addresses: ourPeople.map(ourAddressForm) };
    const [missing = []] = await unacknowledged(rows, [out], { known: present, validAt: at });
    const told = [];
    for (const { colleagueId, guideline } of missing) {
      const { state } = await read(acknowledgements, colleagueId);
      if (newestAcknowledged(state, guideline.guidelineId) >= guideline.version) continue;
      const { name } = (await read(colleague, colleagueId)).state;
      const { guidelineId, version, body } = guideline;
      told.push({ colleagueId, colleague: name, guidelineId, guideline: body.name, version });
    }
    return told;
  };
