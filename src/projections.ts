import { advocacyActs } from './advocacy/advocacy-acts.js';
import { prism } from './advocacy/prism.js';
import { standingProjection } from './advocacy/standing-projection.js';
import { clockRows } from './clocks/clock-rows.js';
import type { Projection } from './event-sourcing/projection.js';
import { goalRows } from './goals/goal-rows.js';
import { guidelineRows } from './guidelines/guideline-rows.js';
import { timeline } from './interactions/timeline.js';
import { ourOwnRows } from './owners/our-own-rows.js';
import { ownershipRows } from './owners/ownership-rows.js';
import { careRows } from './relationships/care-rows.js';
import { relationshipFacts } from './relationships/relationship-facts.js';
import { verificationIntervals } from './owners/verification-interval-rows.js';
import { surveyAnswers } from './relationships/survey-answers.js';
import { takenSteps } from './relationships/taken-steps.js';
import { directory } from './stakeholders/directory.js';
import { affiliationRows } from './ties/affiliation-rows.js';
import { tieRows } from './ties/tie-rows.js';
import { influenceRows } from './stakeholders/influence-rows.js';

/**
 * Every context's read models: what the service projects, and what `rapport rebuild` builds anew. Those that take longest
 * come first. A query joins ten of them at most: SQLite attaches no more files.
 */
export const projections: readonly Projection[] = [
  timeline,
  standingProjection(),
  prism,
  clockRows,
  influenceRows,
  advocacyActs,
  directory,
  relationshipFacts,
  careRows,
  ownershipRows,
  affiliationRows,
  tieRows,
  verificationIntervals,
  guidelineRows,
  ourOwnRows,
  surveyAnswers,
  takenSteps,
  goalRows,
];
