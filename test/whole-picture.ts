import type { Input, Rapport } from './client.js';

/** All that the API tells about everybody: what an answer as of a past is held against. */
const document = `query ($asOf: AsOf, $atLeast: Position, $during: Period) {
  byName: stakeholders(first: 100, asOf: $asOf, atLeast: $atLeast) { totalCount nodes { ...everything } pageInfo { ...page } }
  againstUs: stakeholders(first: 100, asOf: $asOf, where: { stances: [DETRACTOR, CRITIC] }, orderBy: NAME_DESCENDING) { totalCount nodes { id } }
  recent: stakeholders(last: 3, asOf: $asOf, where: { interactionSince: "2020-06-01T00:00:00Z", retired: false }, orderBy: IDENTIFIED_AT) { totalCount nodes { id } pageInfo { ...page } }
  byWord: stakeholders(asOf: $asOf, where: { text: "b", channel: EMAIL }) { totalCount nodes { id name } }
  conversions(first: 100, asOf: $asOf) { totalCount nodes { ...counted journey { occurredAt interaction { id subject } handOver { id } } } }
  ours: colleagues(first: 100, asOf: $asOf) { totalCount nodes { ...ofUs workload { tier count } } }
  teams(asOf: $asOf) { id name department revision }
  tiers(asOf: $asOf) { name capacity cadenceDays taken }
  handOverMatrix(asOf: $asOf) { from to count }
  owned: stakeholders(asOf: $asOf, where: { owned: true }) { totalCount nodes { id } }
  executive: stakeholders(asOf: $asOf, where: { tier: "executive" }) { totalCount nodes { id } }
  mergeSuggestions(first: 100, asOf: $asOf) { totalCount nodes { one { id } other { id } evidence { kind value } } }
  byHandle: stakeholdersByHandle(asOf: $asOf, handles: [{ channel: EMAIL, address: "b0@example.org" }, { channel: EMAIL, address: "b1@example.org" }]) { id }
  summary: advocacySummary(asOf: $asOf) { ...totals }
  inPeriod: advocacySummary(asOf: $asOf, during: $during) { ...totals }
  attribution(asOf: $asOf) { conversions touches byModel { model definition unattributed credits { channel credit } } }
  byAct: attribution(asOf: $asOf, during: $during, by: ACT) { conversions byModel { credits { act credit } } }
  conversionCurve(asOf: $asOf, horizonDays: 365) { spells converted relapsed medianDays points { days atRisk converted survival } }
  conversionRates(asOf: $asOf, during: $during) { atRisk converted wonOver relapsed }
  conversationPrism(asOf: $asOf, during: $during, everyDays: 30) { channels { ...heard } stretches { from channels { ...heard } } }
  conversationShare(asOf: $asOf) { heard aboutNone topics { topic heard share boydIndex } }
  netPromoter(asOf: $asOf) { promoters passives detractors score }
  conversationIndex(asOf: $asOf, during: $during) { parts { part value } boydIndex }
}
fragment ofUs on Colleague { id name addresses left revision team { id name department } }
fragment page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
fragment heard on PrismChannel { channel heard ours people tone }
fragment counted on Conversion { id kind rule occurredAt since stakeholder { id } because { __typename ... on Node { id } } }
fragment totals on AdvocacySummary { rule stanceRule stakeholdersByStance { stance count } passages { from to count } conversions { kind count } episodes { highest count } }
fragment passed on Interaction {
  id liveId revision direction channel act occurredAt recordedAt ourPeople subject text language topics reach recordedBy
  tone { value assessedBy byPerson } source { name id } retraction { at by reason } corrections { at by reason changes { field from to } }
  participants { role handle { channel address } stakeholder { id name retired } }
  inReplyTo { id occurredAt } conversation { id cut channels interactions(first: 50) { totalCount nodes { id occurredAt retraction { at } } } }
}
fragment everything on Stakeholder {
  id liveId kind name retired revision relationshipRevision ownershipRevision tier owner { id } step interactionCount firstInteractionAt lastInteractionAt
  handles { channel site address from until } externalIds { system id }
  merges { mergedId mergedName intoId mergedAt mergedBy mergedReason unmergedAt unmergedBy staying { totalCount nodes { id } } stayingFacts { ... on Node { id } } }
  standing { stance tone since rule assessedBy ruleStance disputed }
  standings(first: 100) { totalCount nodes { stance previous from until assessedBy because { __typename ... on Node { id } } } }
  ownership { owner { ...ofUs } previousOwner { id } tier from until by reason rank { place topic } }
  ownerships { owner { id } tier from until reason }
  conversions { totalCount nodes { ...counted } }
  timeline(first: 100) { totalCount nodes { __typename ... on Interaction { ...passed }
    ... on StepTaken { id occurredAt recordedAt by reason step skipped retraction { at by reason } }
    ... on StanceAssessed { id occurredAt recordedAt by reason stance retraction { at by reason } }
    ... on StanceWithdrawn { id occurredAt recordedAt by reason retraction { at by reason } }
    ... on OwnerAssigned { id occurredAt recordedAt by reason tier owner { id } rank { place topic } }
    ... on OwnerHandedOver { id occurredAt recordedAt by reason tier owner { id } previousOwner { id } }
    ... on OwnerReleased { id occurredAt recordedAt by reason tier owner { id } }
    ... on Conversion { ...counted } } }
  inbound: timeline(last: 4, orderBy: OLDEST_FIRST, where: { directions: [INBOUND], during: { from: "2020-02-01T00:00:00Z" } }) {
    totalCount nodes { ... on Interaction { id } } pageInfo { ...page } }
}`;

/** The same object, read live and read as of a past, has two ids: what tells them apart is left out. */
const withoutPast = (id: string): string => Buffer.from(id, 'base64url').toString().replace(/~.*$/, '');

const alike = (value: unknown, field: string): unknown => {
  if (typeof value === 'string') return field === 'id' || field.endsWith('Id') ? withoutPast(value) : value;
  if (Array.isArray(value)) return value.map((each: unknown) => alike(each, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, alike(each, name)]));
};

/** A past whose ids can be told from those of today, and only in those. */
export type Picture = Readonly<Record<string, unknown>>;

/** The limits of a service whose whole picture is asked for. */
export const wholePictureLimits = {
  RAPPORT_COST_MAX: '100000000',
  RAPPORT_DEPTH_MAX: '20',
  RAPPORT_ALIASES_MAX: '100',
};

export const wholePicture = async (rapport: Rapport, variables: Input = {}): Promise<Picture> => {
  const during = { from: '2020-03-01T00:00:00Z', until: '2020-09-01T00:00:00Z' };
  return alike(await rapport.query(document, { during, ...variables }), '') as Picture;
};
