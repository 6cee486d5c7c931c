import { prism } from './advocacy/prism.js';
import { standingProjection } from './advocacy/standing-projection.js';
import { clockRows } from './clocks/clock-rows.js';
import type { Projection } from './event-sourcing/projection.js';
import { timeline } from './interactions/timeline.js';
import { ourOwnRows } from './owners/our-own-rows.js';
import { ownershipRows } from './owners/ownership-rows.js';
import { relationshipFacts } from './relationships/relationship-facts.js';
import { surveyAnswers } from './relationships/survey-answers.js';
import { takenSteps } from './relationships/taken-steps.js';
import { directory } from './stakeholders/directory.js';

/**
 * Every context's read models: what the service projects, and what `rapport rebuild` builds anew. Those that take longest
 * come first.
 */
export const projections: readonly Projection[] = [
  timeline,
  standingProjection(),
  prism,
  clockRows,
  directory,
  relationshipFacts,
  ownershipRows,
  ourOwnRows,
  surveyAnswers,
  takenSteps,
];
