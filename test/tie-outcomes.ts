export interface ShownAffiliation {
  readonly id: string;
  readonly person: { readonly id: string; readonly name: string };
  readonly organisation: { readonly id: string; readonly name: string };
  readonly role: string | null;
  readonly title: string | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly state: string;
}

export interface ShownTie {
  readonly id: string;
  readonly kind: string;
  readonly stakeholder: { readonly id: string; readonly name: string };
  readonly other: { readonly id: string; readonly name: string };
  readonly from: string | null;
  readonly until: string | null;
  readonly state: string;
  readonly revision: number;
}

const nobody = '... on StakeholderNotFound { stakeholderId }';
const noColleague = '... on ColleagueNotFound { colleagueId }';
const anAffiliation = `affiliation { id role title from until state recordedAt by reason person { id name revision } organisation { id name }
  source { name id } saidBy { id name } ending { at by reason } retraction { at by reason } corrections { by reason changes { field from to } } }`;
const ofAffiliation = (happened: string, ...others: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position ${anAffiliation} } ${others
    .map((refusal) => `... on ${refusal} { ${anAffiliation} }`)
    .join(' ')}`;
const aTie = `tie { id kind from until state recordedAt by reason revision note url stakeholder { id name } other { id name }
  source { name id } saidBy { id name } evidence { id } ending { at by reason } retraction { at by reason } corrections { by reason changes { field from to } } }`;
const ofTie = (happened: string, ...others: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position ${aTie} } ${others
    .map((refusal) => `... on ${refusal} { ${aTie} }`)
    .join(' ')}`;
const noAffiliation = '... on AffiliationNotFound { affiliationId }';

/** What mutations about where people belong and who is tied to whom answer, as tests ask for it. */
export const tieOutcomes = {
  startAffiliation: `${ofAffiliation('AffiliationStarted', 'AffiliationSourceIdTaken')} ${nobody} ${noColleague}
    ... on NotAPerson { stakeholder { id } } ... on NotAnOrganisation { stakeholder { id } }`,
  endAffiliation: `${ofAffiliation('AffiliationEnded', 'AffiliationHasEnded', 'AffiliationIsRetracted')} ${noAffiliation}`,
  correctAffiliation: `${ofAffiliation('AffiliationCorrected', 'AffiliationIsRetracted')} ${noAffiliation}`,
  retractAffiliation: `${ofAffiliation('AffiliationRetracted')} ${noAffiliation}`,
  recordTie: `${ofTie('TieRecorded', 'TieSourceIdTaken')} ${nobody} ${noColleague} ... on InteractionNotFound { interactionId }`,
  endTie: `${ofTie('TieEnded', 'TieHasEnded', 'TieIsRetracted')} ... on TieNotFound { tieId }`,
  correctTie: `${ofTie('TieCorrected', 'TieIsRetracted')} ... on TieNotFound { tieId } ... on InteractionNotFound { interactionId }`,
  retractTie: `${ofTie('TieRetracted')} ... on TieNotFound { tieId }`,
} as const;
