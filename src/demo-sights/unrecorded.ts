import type { Ask } from './asking.js';
import type { Sight } from './sight.js';

interface Counted {
  readonly totalCount: number;
}
interface Unrecorded {
  readonly critics: Counted;
  readonly unowned: Counted;
  readonly commitments: Counted;
  readonly outreaches: Counted;
  readonly skippedSteps: { readonly relationships: number };
}

const query = `{
  critics: stakeholders(where: { stances: [DETRACTOR, CRITIC] }) { totalCount }
  unowned: stakeholders(where: { stances: [DETRACTOR, CRITIC], owned: false }) { totalCount }
  commitments(where: { states: [OPEN, OVERDUE, KEPT, BROKEN] }) { totalCount }
  outreaches { totalCount }
  skippedSteps { relationships }
}`;

/** What mails do not tell: it takes people who record it. */
export const unrecordedSight = async (ask: Ask): Promise<Sight> => {
  const { critics, unowned, commitments, outreaches, skippedSteps } = await ask<Unrecorded>(query);
  return {
    title: 'What no mail tells, and somebody of ours would have to record',
    lines: [
      `Who answers for whom: ${unowned.totalCount} of ${critics.totalCount} critics have no owner`,
      `What was promised: ${commitments.totalCount} commitments`,
      `What is planned: ${outreaches.totalCount} outreaches`,
      `Which steps were taken: those with ${skippedSteps.relationships} people`,
    ],
    query,
  };
};
