import type { Input, Rapport } from './client.js';

/** All that the API tells about everybody: what an answer as of a past is held against. */
const document = `query ($asOf: AsOf, $atLeast: Position, $during: Period!) {
  byName: stakeholders(first: 100, asOf: $asOf, atLeast: $atLeast) { totalCount nodes { ...everything } pageInfo { ...page } }
  againstUs: stakeholders(first: 100, asOf: $asOf, where: { stances: [DETRACTOR, CRITIC] }, orderBy: NAME_DESCENDING) { totalCount nodes { id } }
  recent: stakeholders(last: 3, asOf: $asOf, where: { interactionSince: "2020-06-01T00:00:00Z", retired: false }, orderBy: IDENTIFIED_AT) { totalCount nodes { id } pageInfo { ...page } }
  byWord: stakeholders(asOf: $asOf, where: { text: "b", channel: EMAIL }) { totalCount nodes { id name } }
  conversions(first: 100, asOf: $asOf) { totalCount nodes { ...counted journey { occurredAt interaction { id subject } handOver { id } }
    touches(first: 100) { totalCount nodes { occurredAt interaction { id } handOver { id } } } } }
  ours: colleagues(first: 100, asOf: $asOf) { totalCount nodes { ...ofUs workload { tier count } acknowledgements { version acknowledgedAt by } unacknowledgedGuidelines { version } } }
  teams(asOf: $asOf) { id name department revision }
  tiers(asOf: $asOf) { name capacity cadenceDays taken }
  handOverMatrix(asOf: $asOf) { from to count }
  owned: stakeholders(asOf: $asOf, where: { owned: true }) { totalCount nodes { id } }
  ofWorks: stakeholders(asOf: $asOf, where: { kind: ORGANISATION }) { nodes { id timeline(first: 100, includingPeople: true) { totalCount nodes { __typename ... on Node { id } } }
    ofPress: timeline(last: 3, orderBy: OLDEST_FIRST, includingPeople: true, where: { during: $during }) { totalCount nodes { __typename ... on Node { id } } pageInfo { ...page } }
    people(first: 100, where: { states: [HOLDING, ENDED, RETRACTED] }) { totalCount nodes { ...belongs } pageInfo { ...page } } } }
  executive: stakeholders(asOf: $asOf, where: { tier: "executive" }) { totalCount nodes { id } }
  commitments(first: 100, asOf: $asOf) { totalCount nodes { ...promised stakeholder { id } } }
  overdue: commitments(first: 100, asOf: $asOf, where: { states: [OVERDUE] }) { totalCount nodes { id } pageInfo { ...page } }
  disclosures(first: 100, asOf: $asOf, where: { states: null }) { totalCount nodes { act occurredAt state interaction { id } stakeholder { id } } }
  undisclosed: disclosures(first: 100, asOf: $asOf, where: { during: $during }) { totalCount nodes { interaction { id connections { ...linked } } } pageInfo { ...page } }
  disclosureCounts(asOf: $asOf) { state count }
  lifecycleCounts(asOf: $asOf) { lifecycle count }
  customers: stakeholders(asOf: $asOf, where: { lifecycles: [CUSTOMER, AWARE] }) { totalCount nodes { id } }
  dormantRelationships(first: 100, asOf: $asOf) { totalCount nodes { tier cadenceDays silentSince stakeholder { id } owner { id } } }
  overdueVerifications(first: 100, asOf: $asOf) { totalCount nodes { tier intervalDays dueAt stakeholder { id } owner { id } } pageInfo { ...page } }
  guidelines(asOf: $asOf) { id current { version } versions { version name text inForceFrom by reason rules(channel: FORUM) { text } acknowledgements { acknowledgedAt colleague { id } } } }
  outboundWithoutGuideline(first: 100, asOf: $asOf, during: $during) { totalCount nodes { id withoutGuideline { colleague { id } guideline { version } } } pageInfo { ...page } }
  outreaches(first: 100, asOf: $asOf) { totalCount nodes { ...planned stakeholder { id } interaction { id } } }
  mergeSuggestions(first: 100, asOf: $asOf) { totalCount nodes { one { id } other { id } evidence { kind value } } }
  byHandle: stakeholdersByHandle(asOf: $asOf, handles: [{ channel: EMAIL, address: "b0@example.org" }, { channel: EMAIL, address: "b1@example.org" }]) { id }
  summary: advocacySummary(asOf: $asOf) { ...totals }
  inPeriod: advocacySummary(asOf: $asOf, during: $during) { ...totals }
  attribution(asOf: $asOf) { conversions touches byModel { model definition unattributed credits { channel handOver credit } } }
  byAct: attribution(asOf: $asOf, during: $during, by: ACT) { conversions byModel { credits { act handOver credit } } }
  byOwner: attribution(asOf: $asOf, by: OWNER) { touches byModel { model unattributed credits { ...credited } } }
  byDepartment: attribution(asOf: $asOf, by: DEPARTMENT) { byModel { model credits { ...credited } } }
  ownedCurve: conversionCurve(asOf: $asOf, cohort: { owned: true }) { spells converted points { days survival }
    logRank(against: { owned: false }) { observed expected chiSquare } }
  tierCurve: conversionCurve(asOf: $asOf, cohort: { tiers: ["close", "executive"] }) { spells converted }
  conversionCurve(asOf: $asOf, horizonDays: 365) { spells converted relapsed medianDays points { days atRisk converted survival } }
  conversionRates(asOf: $asOf, during: $during) { atRisk converted wonOver relapsed }
  conversationPrism(asOf: $asOf, during: $during, everyDays: 30) { channels { ...heard } stretches { from channels { ...heard } } }
  conversationShare(asOf: $asOf) { heard aboutNone topics { topic heard share boydIndex } }
  netPromoter(asOf: $asOf) { promoters passives detractors score }
  conversationIndex(asOf: $asOf, during: $during) { parts { part value } boydIndex }
  skippedSteps(asOf: $asOf) { relationships findings { finding count stakeholders(first: 100) { totalCount nodes { id name } } } }
  salient: stakeholders(first: 100, asOf: $asOf, where: { salience: [DEFINITIVE, DOMINANT, DANGEROUS, DEPENDENT] }) { totalCount nodes { id } }
  unknown: stakeholders(asOf: $asOf, where: { salience: [UNKNOWN] }) { totalCount }
  topicInfluence(topic: "x", asOf: $asOf) { people ranking { voices { totalCount nodes { place score placeByReach stakeholder { id } influence { ...told } } } }
    magicMiddle(fromPercentile: 10) { fromReach toReach medianRelevance among voices { totalCount nodes { stakeholder { id } } } }
    discoveries { totalCount nodes { stakeholder { id } influence { ...told } because { reasons interaction { id } } } } }
  goals(asOf: $asOf, first: 100) { totalCount nodes { id measure kinds stances topic survey revision
    target direction from until setAt by reason owner { id } baseline { ...kept } dropped { at by reason }
    outcome { value status reached final definition } history { target direction from until owner { id } reason baseline { ...kept } } } }
  responseClocks(asOf: $asOf) { groups { clocks { ...counts } } }
  clocksByOwner: responseClocks(asOf: $asOf, during: $during, by: OWNER) { groups { owner { id } clocks { ...counts } } }
  clocksByTeam: responseClocks(asOf: $asOf, by: TEAM) { groups { team { id } clocks { ...counts } } }
  openClocks(asOf: $asOf, first: 100) { totalCount nodes { ...timed } }
  workingCalendars(asOf: $asOf) { team { id } hours { from zone } holidays { date name } }
  responseTargets(asOf: $asOf) { tier from firstResponseMinutes resolutionMinutes }
}
fragment belongs on Affiliation { id role title from until state recordedAt by reason person { id } organisation { id } source { name id } saidBy { id }
  ending { at by reason } retraction { at by reason } corrections { at by reason changes { field from to } } }
fragment tied on Tie { id kind from until state recordedAt by reason revision note url stakeholder { id } other { id } source { name id } saidBy { id }
  evidence { id } ending { at by reason } retraction { at by reason } }
fragment nearby on Nearby { distance definition stakeholder { id name } path { kind from { id } to { id } tie { id kind } affiliations { id } } }
fragment told on Influence { topic people reach { ...measured } resonance { ...measured } conversations { ...measured } relevance { ...measured } }
fragment measured on InfluenceMeasure { ... on InfluenceMeasured { value evidence { ...rests } } ... on NotEnoughEvidence { reason missing evidence { ...rests } } }
fragment rests on InfluenceEvidence { count newestAt interactions { id } }
fragment ofUs on Colleague { id name addresses left revision team { id name department } }
fragment page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
fragment credited on TouchCredit { owner { id } department nobodys credit }
fragment kept on GoalBaseline { value from until eventId definition rule stanceRule }
fragment heard on PrismChannel { channel heard ours people tone }
fragment stepped on StepsTaken { first { step at } findings definition }
fragment counts on ClockCount { clock count met missed withoutTarget open overdue early p50Minutes p90Minutes }
fragment timed on Clock {
  kind state openedAt stoppedAt early targetMinutes dueAt overdue channel tier
  openedBy { id } stoppedBy { id } stakeholder { id } owner { id } team { id }
}
fragment counted on Conversion { id kind rule occurredAt since stakeholder { id } because { __typename ... on Node { id } } }
fragment promised on Commitment { id promise madeAt dueAt state settledAt late by reason settledReason }
fragment linked on MaterialConnection { id kind from until by reason }
fragment planned on Outreach { id plan channel plannedAt plannedFor state settledAt by reason }
fragment totals on AdvocacySummary { rule stanceRule stakeholdersByStance { stance count } passages { from to count } conversions { kind count } episodes { highest count } }
fragment passed on Interaction {
  id liveId revision direction channel act occurredAt recordedAt ourPeople subject text language topics reach recordedBy
  tone { value assessedBy byPerson } disclosure { status assessedBy } contactForbidden { id saidBy } source { name id } retraction { at by reason } corrections { at by reason changes { field from to } }
  participants { role handle { channel address } stakeholder { id name retired } }
  inReplyTo { id occurredAt } conversation { id cut channels steps { ...stepped } clocks { ...timed } interactions(first: 50) { totalCount nodes { id occurredAt retraction { at } } } }
}
fragment everything on Stakeholder {
  id liveId kind name retired revision relationshipRevision ownershipRevision tier owner { id } step steps { ...stepped } interactionCount firstInteractionAt lastInteractionAt
  handles { channel site address from until } externalIds { system id }
  merges { mergedId mergedName intoId mergedAt mergedBy mergedReason unmergedAt unmergedBy staying { totalCount nodes { id } } stayingFacts { ... on Node { id } }
    stayingTies(first: 50) { totalCount nodes { id state } } stayingAffiliations(first: 50) { totalCount nodes { id state } }
    stayingSurveyAnswers { factId score } stayingOwnerChanges { ... on Node { id } } stayingHandles { address until } stayingExternalIds { id } }
  standing { stance tone since rule assessedBy ruleStance disputed }
  standings(first: 100) { totalCount nodes { stance previous from until assessedBy because { __typename ... on Node { id } } } }
  ownership { owner { ...ofUs } previousOwner { id } tier from until by reason rank { place topic } }
  ownerships { owner { id } tier from until reason }
  surveyAnswers { factId survey score occurredAt }
  conversions { totalCount nodes { ...counted } }
  influence { ...told assessed { id present } }
  salience { class missing assessments { id attribute topic present occurredAt by reason } }
  commitments { totalCount nodes { ...promised } }
  contactPermitted contactForbidden { id occurredAt by reason saidBy } outreaches { totalCount nodes { ...planned } }
  connections { ...linked } lifecycle { id lifecycle knownFrom occurredAt by reason }
  ties(first: 100, where: { states: [HOLDING, ENDED, RETRACTED] }) { totalCount nodes { ...tied } pageInfo { ...page } }
  tiesNow: ties(last: 2, where: { kinds: [KNOWS, AMPLIFIES] }) { totalCount nodes { id } }
  near(first: 100, depth: 2) { totalCount nodes { ...nearby } }
  nearAgainst: near(first: 2, stances: [DETRACTOR, CRITIC]) { totalCount nodes { ...nearby } pageInfo { ...page } }
  affiliations(last: 3) { totalCount nodes { ...belongs } pageInfo { ...page } }
  verification { last { id occurredAt by reason } intervalDays dueAt overdue }
  timeline(first: 100) { totalCount nodes { __typename ... on Interaction { ...passed }
    ... on StepTaken { id stakeholder { id } occurredAt recordedAt by reason step skipped skippedWhenRecorded interactionId retraction { at by reason } }
    ... on StanceAssessed { id occurredAt recordedAt by reason stance retraction { at by reason } }
    ... on StanceWithdrawn { id occurredAt recordedAt by reason retraction { at by reason } }
    ... on CommitmentMade { id occurredAt recordedAt by reason promise dueAt retraction { at by reason } }
    ... on CommitmentKept { id occurredAt recordedAt by reason commitment { ...promised } retraction { at by reason } }
    ... on CommitmentBroken { id occurredAt recordedAt by reason commitment { ...promised } retraction { at by reason } }
    ... on ConnectionRecorded { id occurredAt recordedAt by reason connectionKind until retraction { at by reason } }
    ... on ConnectionEnded { id occurredAt recordedAt by reason connection { ...linked } retraction { at by reason } }
    ... on LifecycleReached { id occurredAt recordedAt by reason lifecycle knownFrom retraction { at by reason } }
    ... on RelationshipVerified { id occurredAt recordedAt by reason retraction { at by reason } }
    ... on ContactForbidden { id occurredAt recordedAt by reason saidBy retraction { at by reason } }
    ... on ContactPermitted { id occurredAt recordedAt by reason saidBy retraction { at by reason } }
    ... on OutreachPlanned { id occurredAt recordedAt by reason plan plannedFor plannedChannel retraction { at by reason } }
    ... on OutreachDone { id occurredAt recordedAt by reason outreach { ...planned } retraction { at by reason } }
    ... on OutreachCancelled { id occurredAt recordedAt by reason outreach { ...planned } retraction { at by reason } }
    ... on OwnerAssigned { id stakeholder { id } occurredAt recordedAt by reason tier owner { id } rank { place topic } }
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
  const { atLeast } = variables;
  // The fields of a query are answered side by side: what one of them waits for, another would not.
  if (atLeast !== undefined)
    await rapport.query('query ($at: Position) { stakeholders(first: 1, atLeast: $at) { edges { cursor } } }', {
      at: atLeast,
    });
  return alike(await rapport.query(document, { during, ...variables }), '') as Picture;
};
