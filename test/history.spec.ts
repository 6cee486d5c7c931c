import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type AccessKeyFact, accessKey } from '../src/access/access-key.js';
import { type RuleFact, ruleInForce } from '../src/advocacy/rule-in-force.js';
import { type TargetsFact, targetsOfTier } from '../src/clocks/targets.js';
import { type CalendarFact, workingHours } from '../src/clocks/working-hours.js';
import { type ClaimFact, claimIn } from '../src/event-sourcing/claim.js';
import type { JsonObject } from '../src/event-sourcing/fact.js';
import { upcaster } from '../src/event-sourcing/upcaster.js';
import { type GoalFact, goal } from '../src/goals/goal.js';
import { type AcknowledgementFact, acknowledgements } from '../src/guidelines/acknowledgement.js';
import { type GuidelineFact, guideline } from '../src/guidelines/guideline.js';
import { type InteractionFact, interaction } from '../src/interactions/interaction.js';
import { type ColleagueFact, colleague } from '../src/owners/colleague.js';
import { type OwnershipFact, ownership } from '../src/owners/ownership.js';
import { type TeamFact, team } from '../src/owners/team.js';
import { type TierFact, tierNamed } from '../src/owners/tier.js';
import { type VerificationIntervalFact, verificationInterval } from '../src/owners/verification-interval.js';
import { projections } from '../src/projections.js';
import { lifts } from '../src/lifts.js';
import { type RelationshipFact, relationship } from '../src/relationships/relationship.js';
import { type SurveyFact, survey } from '../src/relationships/survey-answer.js';
import { belonging } from '../src/stakeholders/belonging.js';
import { type StakeholderFact, stakeholder } from '../src/stakeholders/stakeholder.js';
import { type TieFact, tie } from '../src/ties/tie.js';
import { historicLog, written } from './history.js';
import { replayedRows } from './inspecting.js';

type WrittenFact =
  | AccessKeyFact
  | RuleFact
  | ClaimFact
  | InteractionFact
  | RelationshipFact
  | StakeholderFact
  | SurveyFact
  | ColleagueFact
  | TeamFact
  | TierFact
  | OwnershipFact
  | GoalFact
  | TieFact
  | CalendarFact
  | TargetsFact
  | VerificationIntervalFact
  | GuidelineFact
  | AcknowledgementFact
  // Of the log itself; its decider is nobody else's.
  | { readonly type: 'ClaimsKeyTaken' };

/** The newest version of every fact's shape. A type that is missing here does not compile. */
const newest: Record<WrittenFact['type'], number> = {
  ClaimsKeyTaken: 1,
  KeyMade: 1,
  KeyRevoked: 1,
  RulePutInForce: 1,
  RuleDefined: 1,
  Claimed: 1,
  Released: 1,
  ClaimsAbandoned: 1,
  StakeholderIdentified: 1,
  StakeholderRenamed: 1,
  StakeholderRetired: 1,
  StakeholdersMerged: 1,
  StakeholderUnmerged: 1,
  StakeholdersToldApart: 1,
  HandleAdded: 1,
  HandleRemoved: 1,
  ExternalIdAdded: 1,
  ExternalIdRemoved: 1,
  InteractionRecorded: 1,
  InteractionCorrected: 1,
  InteractionRetracted: 1,
  ToneAssessed: 1,
  StanceAssessed: 1,
  StanceWithdrawn: 1,
  StepTaken: 1,
  RelationshipFactRetracted: 1,
  CommitmentMade: 1,
  CommitmentMoved: 1,
  CommitmentKept: 1,
  CommitmentBroken: 1,
  ConnectionRecorded: 1,
  ConnectionEnded: 1,
  LifecycleReached: 1,
  RelationshipVerified: 1,
  AttributeAssessed: 1,
  AttributeWithdrawn: 1,
  DisclosureAssessed: 1,
  VerificationIntervalSet: 1,
  GuidelinePublished: 1,
  GuidelineWithdrawn: 1,
  GuidelineAcknowledged: 1,
  AcknowledgementRetracted: 1,
  ContactForbidden: 1,
  ContactPermitted: 1,
  OutreachPlanned: 1,
  OutreachDone: 1,
  OutreachCancelled: 1,
  SurveyAnswered: 1,
  SurveyAnswerRetracted: 1,
  ColleagueAdded: 1,
  ColleagueRenamed: 1,
  ColleagueMoved: 1,
  ColleagueAddressesChanged: 1,
  ColleagueLeft: 1,
  TeamNamed: 1,
  TierDefined: 1,
  PlaceTaken: 1,
  PlaceGivenUp: 1,
  PlaceForgone: 1,
  OwnerAssigned: 1,
  OwnerHandedOver: 1,
  OwnerReleased: 1,
  GoalSet: 1,
  GoalRevised: 1,
  GoalDropped: 1,
  AffiliationStarted: 1,
  AffiliationEnded: 1,
  AffiliationCorrected: 1,
  AffiliationRetracted: 1,
  TieRecorded: 1,
  TieEnded: 1,
  TieCorrected: 1,
  TieRetracted: 1,
  WorkingHoursSet: 1,
  HolidaysSet: 1,
  TargetsSet: 1,
};

/** How the service lifts old shapes. */
const upcast = upcaster(lifts);

/** A stream's decider; who belongs where is asked of its stakeholder's, by another one. */
interface Asked {
  readonly initialState: unknown;
  readonly evolve: (state: unknown, fact: unknown) => unknown;
  readonly decide: (request: unknown, state: unknown) => unknown;
}
// Each decider folds its own facts: which, the stream's category says.
const deciders = new Map<string, Asked>(
  [
    stakeholder,
    interaction,
    relationship,
    survey,
    ownership,
    goal,
    colleague,
    team,
    tierNamed('near'),
    tie,
    workingHours,
    targetsOfTier,
    verificationInterval,
    guideline,
    acknowledgements,
    accessKey,
    ruleInForce,
    claimIn('handle'),
    claimIn('externalid'),
    claimIn('affiliationsource'),
    claimIn('membership'),
  ].map((decider) => [decider.category, decider as unknown as Asked]),
);

const held = (data: JsonObject, field: string): unknown => (data['personal'] as JsonObject)[field];

/** What was asked for when a fact was written: asked again, of a stream that holds it, nothing is left to say. */
const askedFor: Record<WrittenFact['type'], (data: JsonObject) => { readonly type: string; readonly data: object }> = {
  ClaimsKeyTaken: (data) => ({ type: 'ClaimsKeyTaken', data }),
  KeyMade: (data) => ({ type: 'MakeKey', data }),
  KeyRevoked: (data) => ({ type: 'RevokeKey', data }),
  RulePutInForce: (data) => ({ type: 'PutRuleInForce', data }),
  RuleDefined: (data) => ({ type: 'DefineRule', data: { ...data, putInForce: false } }),
  Claimed: (data) => ({ type: 'Claim', data: { ...data, intent: held(data, 'intent') } }),
  Released: (data) => ({ type: 'Release', data }),
  ClaimsAbandoned: (data) => ({ type: 'AbandonClaims', data }),
  StakeholderIdentified: (data) => ({
    type: 'IdentifyStakeholder',
    data: { ...data, ...(data['personal'] as JsonObject) },
  }),
  StakeholderRenamed: (data) => ({ type: 'RenameStakeholder', data: { ...data, name: held(data, 'name') } }),
  StakeholderRetired: (data) => ({ type: 'RetireStakeholder', data }),
  StakeholdersMerged: (data) => ({ type: 'MergeStakeholder', data }),
  StakeholdersToldApart: (data) => ({ type: 'TellApart', data }),
  // What was given up is not abandoned besides.
  StakeholderUnmerged: (data) => ({ type: 'AbandonClaims', data: { tokens: [data['token']] } }),
  HandleAdded: (data) => ({ type: 'AddHandle', data: { ...data, handle: held(data, 'handle') } }),
  HandleRemoved: (data) => ({ type: 'AbandonClaims', data: { tokens: [data['token']] } }),
  ExternalIdAdded: (data) => ({ type: 'AddExternalId', data: { ...data, externalId: held(data, 'externalId') } }),
  ExternalIdRemoved: (data) => ({ type: 'AbandonClaims', data: { tokens: [data['token']] } }),
  InteractionRecorded: (data) => ({ type: 'RecordInteraction', data }),
  InteractionCorrected: (data) => {
    const { tone: _, ...changes } = data['to'] as JsonObject;
    return { type: 'CorrectInteraction', data: { changes, personal: held(data, 'to') } };
  },
  InteractionRetracted: () => ({ type: 'RetractInteraction', data: {} }),
  ToneAssessed: (data) => ({ type: 'AssessTone', data }),
  StanceAssessed: (data) => ({ type: 'AssessStance', data }),
  StanceWithdrawn: (data) => ({ type: 'WithdrawStance', data }),
  StepTaken: (data) => ({ type: 'TakeStep', data }),
  CommitmentMade: (data) => ({ type: 'MakeCommitment', data: { ...data, text: held(data, 'text') } }),
  CommitmentMoved: (data) => ({ type: 'MoveCommitment', data }),
  CommitmentKept: (data) => ({ type: 'KeepCommitment', data }),
  CommitmentBroken: (data) => ({ type: 'BreakCommitment', data }),
  ConnectionRecorded: (data) => ({ type: 'RecordConnection', data }),
  ConnectionEnded: (data) => ({ type: 'EndConnection', data }),
  LifecycleReached: (data) => ({ type: 'ReachLifecycle', data }),
  RelationshipVerified: (data) => ({ type: 'VerifyRelationship', data }),
  AttributeAssessed: (data) => ({ type: 'AssessAttribute', data }),
  AttributeWithdrawn: (data) => ({ type: 'WithdrawAttribute', data }),
  DisclosureAssessed: (data) => ({ type: 'AssessDisclosure', data }),
  VerificationIntervalSet: (data) => ({ type: 'SetVerificationInterval', data }),
  GuidelinePublished: (data) => ({ type: 'PublishGuideline', data }),
  GuidelineWithdrawn: (data) => ({ type: 'WithdrawGuideline', data }),
  AcknowledgementRetracted: (data) => ({ type: 'RetractAcknowledgement', data }),
  GuidelineAcknowledged: (data) => ({ type: 'AcknowledgeGuideline', data }),
  ContactForbidden: (data) => ({ type: 'ForbidContact', data: { ...data, saidBy: held(data, 'saidBy') } }),
  ContactPermitted: (data) => ({ type: 'PermitContact', data: { ...data, saidBy: held(data, 'saidBy') } }),
  OutreachPlanned: (data) => ({ type: 'PlanOutreach', data: { ...data, text: held(data, 'text') } }),
  OutreachDone: (data) => ({ type: 'CompleteOutreach', data }),
  OutreachCancelled: (data) => ({ type: 'CancelOutreach', data }),
  SurveyAnswered: (data) => ({ type: 'RecordSurveyAnswer', data }),
  SurveyAnswerRetracted: (data) => ({ type: 'RetractSurveyAnswer', data }),
  RelationshipFactRetracted: (data) => ({ type: 'RetractRelationshipFact', data }),
  ColleagueAdded: (data) => ({ type: 'AddColleague', data: { ...data, ...(data['personal'] as JsonObject) } }),
  ColleagueRenamed: (data) => ({ type: 'ChangeColleague', data: { name: held(data, 'name') } }),
  ColleagueMoved: (data) => ({ type: 'ChangeColleague', data: { teamId: data['teamId'] } }),
  ColleagueAddressesChanged: (data) => ({ type: 'ChangeColleague', data: { addresses: held(data, 'addresses') } }),
  ColleagueLeft: (data) => ({ type: 'LetColleagueGo', data }),
  TeamNamed: (data) => ({ type: 'NameTeam', data }),
  TierDefined: (data) => ({ type: 'DefineTier', data }),
  PlaceTaken: (data) => ({ type: 'TakePlace', data }),
  PlaceGivenUp: (data) => ({ type: 'GiveUpPlace', data }),
  PlaceForgone: (data) => ({ type: 'ForgoPlace', data }),
  OwnerAssigned: (data) => ({ type: 'AssignOwner', data }),
  OwnerHandedOver: (data) => ({ type: 'HandOver', data }),
  OwnerReleased: (data) => ({ type: 'ReleaseOwner', data }),
  GoalSet: (data) => ({ type: 'SetGoal', data }),
  GoalRevised: (data) => ({ type: 'ReviseGoal', data }),
  GoalDropped: (data) => ({ type: 'DropGoal', data }),
  AffiliationStarted: (data) => ({ type: 'StartAffiliation', data: { ...data, ...(data['personal'] as JsonObject) } }),
  AffiliationEnded: (data) => ({ type: 'EndAffiliation', data }),
  AffiliationCorrected: (data) => ({
    type: 'CorrectAffiliation',
    data: { ...data, period: data['to'], post: held(data, 'to') },
  }),
  AffiliationRetracted: (data) => ({ type: 'RetractAffiliation', data }),
  TieRecorded: (data) => ({ type: 'RecordTie', data: { ...data, ...(data['personal'] as JsonObject) } }),
  TieCorrected: (data) => ({
    type: 'CorrectTie',
    data: { ...data, changes: data['to'], shown: held(data, 'to') },
  }),
  TieEnded: (data) => ({ type: 'EndTie', data }),
  TieRetracted: (data) => ({ type: 'RetractTie', data }),
  WorkingHoursSet: (data) => ({ type: 'SetWorkingHours', data }),
  HolidaysSet: (data) => ({ type: 'SetHolidays', data }),
  TargetsSet: (data) => ({ type: 'SetTargets', data }),
};

describe('the shapes that were ever stored', () => {
  it.each(Object.entries(newest))('are there of %s, in every version up to %i', (type, version) => {
    const versions = written.flatMap((each) => (each.type === type ? [each.version] : []));
    expect(versions.sort()).toEqual(Array.from({ length: version }, (_, index) => index + 1));
  });

  it('are of every fact that the sources know, and of no other', () => {
    // What a union of facts names: by the source, so that a decider that nobody put above is found too.
    const named = globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url) })
      .filter((path) => !/specimens|\.spec\.ts$|\.contract\.ts$|contract-events/.test(path))
      .map((path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
      .flatMap((source) => source.match(/^(?:export )?type \w+Fact =\s[\s\S]*?;\n(?=\S|\n|$)/gm) ?? [])
      .flatMap((union) => [...union.matchAll(/\bFact<\s*'(\w+)'/g)].flatMap(([, type]) => type ?? []));
    expect([...new Set(named)].sort()).toEqual(Object.keys(newest).sort());
    expect([...new Set(written.map(({ type }) => type))].sort()).toEqual(Object.keys(newest).sort());
  });

  it('stand in the file of their type and version, and together are a log', () => {
    for (const { type, version, events } of written) {
      expect(events.length).toBeGreaterThan(0);
      for (const event of events) expect(event).toMatchObject({ type, version });
    }
    expect(new Set(historicLog.map(({ ordinal }) => ordinal)).size).toBe(historicLog.length);
    for (const its of Map.groupBy(historicLog, ({ stream }) => stream).values())
      expect(its.map(({ revision }) => revision)).toEqual(its.map((_, index) => index));
  });

  it('are folded by their deciders: asked again for what a stream says last, there is nothing new', () => {
    for (const [stream, events] of Map.groupBy(historicLog, ({ stream }) => stream)) {
      const decider = deciders.get(stream.slice(0, stream.indexOf('-')));
      if (decider === undefined) continue;
      let state = decider.initialState;
      for (const event of events.map(upcast)) {
        const { type, data } = event;
        state = decider.evolve(state, event);
        const asked = askedFor[type as WrittenFact['type']](data);
        const decides = type.startsWith('Affiliation') ? (belonging as unknown as Asked) : decider;
        expect({ asked, decided: decides.decide(asked, state) }).toEqual({ asked, decided: [] });
      }
    }
  });

  it('are folded by every projection, whatever the batches', async () => {
    const log = historicLog.map(upcast);
    const atOnce = await replayedRows(log);
    expect(await replayedRows(log, 1)).toEqual(atOnce);
    for (const { name, reads } of projections)
      for (const type of reads)
        expect({ name, type, known: Object.hasOwn(newest, type) }).toEqual({ name, type, known: true });
    const counts = Object.fromEntries([...atOnce].map(([table, rows]) => [table, rows.length > 0]));
    expect(counts).toMatchObject({
      stakeholder: true,
      stakeholder_handle: true,
      stakeholder_external_id: true,
      stakeholder_merge: true,
      stakeholder_trait: true,
      stakeholder_apart: true,
      interaction: true,
      timeline_entry: true,
      relationship_fact: true,
      care_span: true,
      care_word: true,
      verification_interval: true,
      guideline: true,
      guideline_acknowledgement: true,
      advocacy_act: true,
      standing_fact: true,
      standing_span: true,
      utterance: true,
      influence_said: true,
      influence_evidence: true,
      survey_answer: true,
      colleague: true,
      colleague_address: true,
      team: true,
      tier: true,
      owner_span: true,
      ownership_fact: true,
      taken_step: true,
      goal: true,
      affiliation: true,
      tie: true,
      clock_message: true,
      clock_turn: true,
      clock_owner: true,
      clock_team: true,
      clock_hours: true,
      clock_holidays: true,
      clock_targets: true,
    });
  });
});
