import { randomUUID } from 'node:crypto';
import { ClientError, GraphQLClient } from 'graphql-request';
import { type Client as Subscriber, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { careOutcomes, ofRelationship } from './care-outcomes.js';
import { clockOutcomes } from './clock-outcomes.js';
import { guidelineOutcomes } from './guideline-outcomes.js';
import { type ShownAffiliation, type ShownTie, tieOutcomes } from './tie-outcomes.js';

/** What a mutation answers: what happened, or why not. A test reads what it asked for; the rest is not there. */
export interface Outcome {
  readonly __typename: string;
  readonly message: string;
  readonly already: boolean;
  readonly position: string;
  readonly factId: string;
  readonly stakeholderId: string;
  readonly interactionId: string;
  readonly stakeholder: Shown;
  readonly holder: Shown;
  readonly unmerged: Shown;
  readonly other: Shown;
  readonly size: number;
  readonly allowed: number;
  readonly interaction: ShownInteraction;
  readonly identified: readonly Shown[];
  readonly team: { readonly id: string; readonly name: string; readonly department: string; readonly revision: number };
  readonly colleague: ShownColleague;
  readonly tier: { readonly name: string; readonly capacity: number | null; readonly taken: number };
  readonly owner: ShownColleague;
  readonly lastAt: string;
  readonly goal: ShownGoal;
  readonly from: string;
  readonly hours: { readonly from: string | null; readonly zone: string; readonly stretches: readonly Input[] };
  readonly days: readonly { readonly date: string; readonly name: string | null }[];
  readonly targets: {
    readonly tier: string | null;
    readonly from: string | null;
    readonly resolutionMinutes: number | null;
  };
  readonly capacity: number;
  readonly kept: boolean;
  readonly settledAt: string;
  readonly madeAt: string;
  readonly beganAt: string;
  readonly done: boolean;
  readonly plannedAt: string;
  readonly since: string;
  readonly saidBy: string;
  readonly guidelineId: string;
  readonly version: number;
  readonly missing: readonly {
    readonly colleagueId: string;
    readonly colleague: string;
    readonly guidelineId: string;
    readonly guideline: string;
    readonly version: number;
  }[];
  readonly interval: { readonly tier: string | null; readonly days: number | null };
  readonly endedAt: string;
  readonly affiliation: ShownAffiliation;
  readonly tie: ShownTie;
  readonly holders: readonly { readonly stakeholder: Shown; readonly owner: ShownColleague }[];
}

export interface ShownGoal {
  readonly id: string;
  readonly revision: number;
  readonly target: number;
  readonly baseline: {
    readonly value: number | null;
    readonly eventId: string | null;
    readonly position: string | null;
  };
}

export interface ShownColleague {
  readonly id: string;
  readonly name: string;
  readonly left: boolean;
  readonly revision: number;
  readonly addresses: readonly string[];
  readonly team: { readonly department: string } | null;
}

export interface Shown {
  readonly id: string;
  readonly liveId: string;
  readonly name: string;
  readonly retired: boolean;
  readonly revision: number;
  readonly relationshipRevision: number;
  readonly ownershipRevision: number;
  readonly tier: string | null;
  readonly owner: { readonly id: string } | null;
  readonly interactionCount: number;
  readonly step: string | null;
  readonly handles: readonly { readonly channel: string; readonly site: string | null; readonly address: string }[];
  readonly externalIds: readonly { readonly system: string; readonly id: string }[];
  readonly standing: ShownStanding;
}

export interface ShownStanding {
  readonly stance: string;
  readonly tone: number | null;
  readonly since: string | null;
  readonly rule: string | null;
  readonly assessedBy: string | null;
  readonly ruleStance: string;
  readonly disputed: boolean;
}

export interface ShownInteraction {
  readonly id: string;
  readonly revision: number;
  readonly text: string | null;
  readonly subject: string | null;
  readonly occurredAt: string;
  readonly language: string | null;
  readonly tone: { readonly value: number; readonly assessedBy: string; readonly byPerson: boolean } | null;
  readonly participants: readonly {
    readonly role: string;
    readonly handle: { readonly address: string } | null;
    readonly stakeholder: { readonly id: string; readonly name: string };
  }[];
  readonly retraction: { readonly by: string; readonly reason: string | null; readonly at: string } | null;
  readonly corrections: readonly {
    readonly by: string;
    readonly reason: string | null;
    readonly changes: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
  }[];
  readonly source: { readonly name: string; readonly id: string } | null;
}

export interface BatchOutcome {
  readonly results: readonly Outcome[];
  readonly recorded: number;
  readonly already: number;
  readonly refused: number;
  readonly position: string;
}

/** An error as a client sees it. */
export interface Refused {
  readonly status: number;
  readonly message: string;
  readonly code: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The paths of all faults of an input, joined by dots. */
  readonly faultyPaths: readonly string[];
}

export const shown = `fragment shown on Stakeholder {
  id liveId name retired revision relationshipRevision ownershipRevision interactionCount step tier owner { id }
  handles { channel site address } externalIds { system id }
  standing { stance tone since rule assessedBy ruleStance disputed }
}`;

export const shownInteraction = `fragment shownInteraction on Interaction {
  id revision text subject occurredAt language tone { value assessedBy byPerson }
  participants { role handle { address } stakeholder { id name } }
  retraction { by reason at } corrections { by reason changes { field from to } } source { name id }
}`;

const recordedOutcome = `__typename ... on Refusal { message }
  ... on InteractionRecorded { already position interaction { ...shownInteraction } identified { ...shown } }
  ... on StakeholderNotFound { stakeholderId } ... on SourceIdTaken { interaction { ...shownInteraction } }
  ... on GuidelineNotAcknowledged { missing { colleagueId colleague guidelineId guideline version } }`;

const ofStakeholder = (happened: string, ...refusals: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position stakeholder { ...shown } } ${refusals.join(' ')}`;
const ofInteraction = (happened: string, ...refusals: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position interaction { ...shownInteraction } }
   ... on InteractionNotFound { interactionId } ${refusals.join(' ')}`;

const ofGoal = (happened: string, ...refusals: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position goal { id revision target
     baseline { value eventId position } } } ${refusals.join(' ')}`;
const noGoal = '... on GoalNotFound { goalId }';
const begun = '... on PeriodHasBegun { from }';

const aColleague = '{ id name left revision addresses team { department } }';
const ofColleague = (happened: string, ...refusals: readonly string[]): string =>
  `__typename ... on Refusal { message } ... on ${happened} { already position colleague ${aColleague} } ${refusals.join(' ')}`;
const noColleague = '... on ColleagueNotFound { colleagueId }';
const dated = '... on DatedBeforeTheLast { lastAt }';

const nobody = '... on StakeholderNotFound { stakeholderId }';
const retracted = '... on InteractionIsRetracted { interaction { ...shownInteraction } }';
const handleTaken = '... on HandleTaken { holder { ...shown } }';
const externalIdTaken = '... on ExternalIdTaken { holder { ...shown } }';

const outcomes = {
  ...careOutcomes,
  identifyStakeholder: ofStakeholder('StakeholderIdentified', handleTaken, externalIdTaken),
  renameStakeholder: ofStakeholder('StakeholderRenamed', nobody),
  addHandle: ofStakeholder('HandleAdded', handleTaken, nobody),
  removeHandle: ofStakeholder('HandleRemoved', nobody),
  addExternalId: ofStakeholder('ExternalIdAdded', externalIdTaken, nobody),
  removeExternalId: ofStakeholder('ExternalIdRemoved', nobody),
  retireStakeholder: ofStakeholder('StakeholderRetired', nobody),
  mergeStakeholders: ofStakeholder(
    'StakeholdersMerged',
    nobody,
    '... on SurvivorIsRetired { stakeholder { ...shown } } ... on GroupTooLarge { size allowed }',
  ),
  unmergeStakeholder: `__typename ... on Refusal { message } ... on StakeholderUnmerged {
    already position stakeholder { ...shown } unmerged { ...shown } } ${nobody}`,
  tellApart: `__typename ... on Refusal { message } ... on StakeholdersToldApart {
    already position stakeholder { ...shown } other { ...shown } } ${nobody}`,
  recordInteraction: recordedOutcome,
  correctInteraction: ofInteraction('InteractionCorrected', nobody, retracted),
  retractInteraction: ofInteraction('InteractionRetracted'),
  assessTone: ofInteraction('ToneAssessed', retracted),
  assessStance: ofRelationship('StanceWasAssessed'),
  withdrawStance: ofRelationship('StanceWasWithdrawn'),
  takeStep: `${ofRelationship('StepWasTaken')} ... on InteractionNotFound { interactionId }`,
  recordSurveyAnswer: ofRelationship('SurveyAnswerWasRecorded'),
  retractSurveyAnswer: ofRelationship('SurveyAnswerWasRetracted'),
  retractRelationshipFact: ofRelationship('RelationshipFactRetracted'),
  setVerificationInterval:
    '__typename ... on Refusal { message } ... on VerificationIntervalWasSet { already position interval { tier days } }',
  ...guidelineOutcomes,
  assessDisclosure: ofInteraction('DisclosureAssessed', retracted),
  nameTeam: `__typename ... on Refusal { message } ... on TeamNamed { already position team { id name department revision } }`,
  addColleague: ofColleague('ColleagueAdded'),
  changeColleague: ofColleague('ColleagueChanged', noColleague),
  letColleagueGo: ofColleague('ColleagueLeft', noColleague),
  defineTier: `__typename ... on Refusal { message } ... on TierDefined { already position tier { name capacity taken } }`,
  assignOwner: ofStakeholder(
    'OwnerWasAssigned',
    nobody,
    noColleague,
    dated,
    `... on OwnedAlready { owner ${aColleague} }`,
    `... on TierFull { capacity holders { stakeholder { ...shown } owner ${aColleague} } }`,
  ),
  handOver: ofStakeholder('OwnerWasChanged', nobody, noColleague, dated),
  releaseOwner: ofStakeholder('OwnerWasReleased', nobody, dated),
  setGoal: ofGoal('GoalWasSet', noColleague, begun),
  reviseGoal: ofGoal('GoalWasRevised', noColleague, begun, noGoal),
  dropGoal: ofGoal('GoalWasDropped', noGoal),
  ...clockOutcomes,
  ...tieOutcomes,
} as const;

export type Mutation = keyof typeof outcomes;
export const mutations = Object.keys(outcomes) as readonly Mutation[];
export type Input = Readonly<Record<string, unknown>>;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const documentOf = (mutation: Mutation): string => {
  const selected = outcomes[mutation];
  const fragments = [shown, shownInteraction].filter((_, index) =>
    selected.includes(index === 0 ? '...shown }' : '...shownInteraction }'),
  );
  return `mutation ($input: ${capitalised(mutation)}Input!) { outcome: ${mutation}(input: $input) { ${selected} } } ${fragments.join(' ')}`;
};

// What is asked of 500 results is less than of one: the service counts what it has to build.
const manyDocument = `mutation ($input: RecordInteractionsInput!) { outcome: recordInteractions(input: $input) {
  recorded already refused position results { __typename ... on Refusal { message } ... on StakeholderNotFound { stakeholderId }
    ... on InteractionRecorded { already position interaction { id } identified { id name } } ... on SourceIdTaken { interaction { id } } } } }`;

export interface Rapport {
  readonly url: string;
  readonly token: string;
  query<Data>(document: string, variables?: Input): Promise<Data>;
  /** What a query or mutation is refused with; fails where it is answered. */
  refusal(document: string, variables?: Input): Promise<Refused>;
  mutate(mutation: Mutation, input: Input): Promise<Outcome>;
  /** What a mutation's input is refused with, as an error and not as a value. */
  mutationRefusal(mutation: Mutation, input: Input): Promise<Refused>;
  record(input?: Input): Promise<Outcome>;
  recordMany(interactions: readonly Input[], commandId?: string): Promise<BatchOutcome>;
  identify(name: string, input?: Input): Promise<Outcome>;
  stakeholder(id: string, past?: Input): Promise<Shown | null>;
  subscriber(): Subscriber;
}

/** Rapport through the clients of others: graphql-request, and graphql-ws for subscriptions. */
export const rapportAt = ({ url, token }: { readonly url: string; readonly token: string }): Rapport => {
  const client = new GraphQLClient(`${url}/graphql`, { headers: { authorization: `Bearer ${token}` } });
  const query = <Data>(document: string, variables: Input = {}): Promise<Data> =>
    client.request<Data>(document, { ...variables });

  const refusal = async (document: string, variables: Input = {}): Promise<Refused> => {
    try {
      const answer = await query(document, variables);
      throw new Error(`This was answered, and was to be refused: ${JSON.stringify(answer)}`);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const [first] = error.response.errors ?? [];
      const extensions: Readonly<Record<string, unknown>> = first?.extensions ?? {};
      const faults = Array.isArray(extensions['faults'])
        ? (extensions['faults'] as readonly { readonly path: readonly string[] }[])
        : [];
      return {
        status: error.response.status,
        message: first?.message ?? '',
        code: extensions['code'],
        extensions,
        faultyPaths: faults.map(({ path }) => path.join('.')),
      };
    }
  };

  const mutate = async (mutation: Mutation, input: Input): Promise<Outcome> =>
    (await query<{ readonly outcome: Outcome }>(documentOf(mutation), { input })).outcome;

  return {
    url,
    token,
    query,
    refusal,
    mutate,
    mutationRefusal: (mutation, input) => refusal(documentOf(mutation), { input }),
    record: (input = {}) => mutate('recordInteraction', { ...aMail(), ...input }),
    recordMany: async (interactions, commandId) => {
      const input = {
        interactions: interactions.map((each) => ({ ...aMail(), ...each })),
        ...(commandId === undefined ? {} : { commandId }),
      };
      return (await query<{ readonly outcome: BatchOutcome }>(manyDocument, { input })).outcome;
    },
    identify: (name, input = {}) => mutate('identifyStakeholder', { kind: 'PERSON', name, ...input }),
    stakeholder: async (id, past = {}) => {
      const document = `query ($id: ID!, $asOf: AsOf, $atLeast: Position) { stakeholder(id: $id, asOf: $asOf, atLeast: $atLeast) { ...shown } } ${shown}`;
      return (await query<{ readonly stakeholder: Shown | null }>(document, { id, ...past })).stakeholder;
    },
    subscriber: () =>
      createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${token}` },
        retryAttempts: 0,
      }),
  };
};

/** The same, but that whatever it wrote is readable once it is answered: for tests of what is read. */
export const readingItsWrites = (rapport: Rapport): Rapport => {
  const readable = async (answer: Promise<Outcome>): Promise<Outcome> => {
    const outcome = await answer;
    const { position } = outcome as { readonly position?: string };
    if (position !== undefined)
      await rapport.query('query ($at: Position) { stakeholders(first: 1, atLeast: $at) { edges { cursor } } }', {
        at: position,
      });
    return outcome;
  };
  return {
    ...rapport,
    mutate: (mutation, input) => readable(rapport.mutate(mutation, input)),
    record: (input) => readable(rapport.record(input)),
    identify: (name, input) => readable(rapport.identify(name, input)),
  };
};

/** Somebody's address on one channel; nobody has it yet. */
export const newAddress = (name = 'somebody'): string => `${name}.${randomUUID().slice(0, 8)}@example.org`;
export const mailHandle = (address: string): Input => ({ handle: { channel: 'EMAIL', address } });

/** An inbound mail of somebody new, in the past. */
export const aMail = (): Input => ({
  direction: 'INBOUND',
  channel: 'EMAIL',
  act: 'COMMENT',
  occurredAt: '2024-03-01T12:00:00Z',
  with: [mailHandle(newAddress())],
});

/** Waits until a condition holds; fails after so many milliseconds. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`This did not come to be in ${withinMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Waits until a service says that it is ready: right after a start its rows are still being built. */
export const ready = ({ url }: Pick<Rapport, 'url'>, withinMs?: number): Promise<void> =>
  until(`${url} is ready`, async () => (await fetch(`${url}/readyz`)).ok, withinMs);
