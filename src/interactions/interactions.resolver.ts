import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Extensions, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { CommandContext } from '../event-sourcing/transact.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { badUserInput } from '../graphql/errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { handleIn } from '../stakeholders/handles.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import { AssessDisclosureInput } from './disclosure.types.js';
import {
  AssessDisclosureResult,
  AssessToneResult,
  CorrectInteractionResult,
  Interaction,
  InteractionRecorded,
  RecordInteractionResult,
  RecordInteractionsPayload,
  RetractInteractionResult,
} from './interaction-node.types.js';
import { InteractionCommand } from './interactions.handler.js';
import { InteractionNodes } from './interactions.nodes.js';
import {
  AssessToneInput,
  CorrectInteractionInput,
  type ParticipantInput,
  RecordInteractionInput,
  RecordInteractionsInput,
  type ReplyToInput,
  RetractInteractionInput,
} from './interactions.types.js';
import type {
  Happened,
  InteractionsRequest,
  NamedParticipant,
  RecordRequest,
  RecordingOutcome,
  ReplyTo,
  Told,
} from './recording.js';

type Path = readonly (string | number)[];

@Resolver()
export class InteractionsResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: InteractionNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Mutation(() => RecordInteractionResult)
  async recordInteraction(
    @Args('input') input: RecordInteractionInput,
    @Context() request: RequestContext,
  ): Promise<typeof RecordInteractionResult> {
    const asked = recordRequest(input, request.now, ['input']);
    const outcome = await this.bus.execute(new InteractionCommand(asked, commandContext(request, input, '')));
    return this.#recorded(outcome, request);
  }

  @Mutation(() => RecordInteractionsPayload, {
    description:
      'Up to 500; one result each, in order; those that can be recorded are, whatever becomes of the others.',
  })
  @Extensions({ listSize: 'input.interactions' })
  async recordInteractions(
    @Args('input') { commandId, interactions }: RecordInteractionsInput,
    @Context() request: RequestContext,
  ): Promise<RecordInteractionsPayload> {
    // Whatever is malformed is said before anything is written.
    const asked = interactions.map((input, index) =>
      recordRequest(input, request.now, ['input', 'interactions', index]),
    );
    const outcomes = await Promise.all(
      asked.map((each, index) =>
        this.bus.execute(new InteractionCommand(each, this.#contextOf(interactions, index, commandId, request))),
      ),
    );
    const results = await Promise.all(outcomes.map((outcome) => this.#recorded(outcome, request)));
    const accepted = outcomes.filter((outcome) => 'already' in outcome);
    const already = accepted.filter((outcome) => outcome.already).length;
    return {
      results,
      recorded: accepted.length - already,
      already,
      refused: outcomes.length - accepted.length,
      position: positionOf(
        this.store.logId,
        accepted.reduce((newest, { ordinal }) => Math.max(newest, ordinal), 0),
      ),
    };
  }

  @Mutation(() => CorrectInteractionResult, { description: 'Any field but ids and source: what was wrong, and why.' })
  correctInteraction(
    @Args('input') input: CorrectInteractionInput,
    @Context() request: RequestContext,
  ): Promise<typeof CorrectInteractionResult> {
    const asked = { type: 'Correct', interactionId: idIn(input), changes: changesOf(input, request.now) } as const;
    return this.#execute('InteractionCorrected', 'correctInteraction', asked, input, request);
  }

  @Mutation(() => RetractInteractionResult, { description: 'The row stays, marked, and counts nowhere.' })
  retractInteraction(
    @Args('input') input: RetractInteractionInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractInteractionResult> {
    return this.#execute(
      'InteractionRetracted',
      'retractInteraction',
      { type: 'Retract', interactionId: idIn(input) },
      input,
      request,
    );
  }

  @Mutation(() => AssessToneResult, { description: "A person's assessment replaces what a model read." })
  assessTone(
    @Args('input') input: AssessToneInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssessToneResult> {
    return this.#execute(
      'ToneAssessed',
      'assessTone',
      { type: 'AssessTone', interactionId: idIn(input), tone: input.tone },
      input,
      request,
    );
  }

  @Mutation(() => AssessDisclosureResult, {
    description: 'Whether somebody who is materially connected with us says so there (16 CFR 255.5).',
  })
  assessDisclosure(
    @Args('input') input: AssessDisclosureInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssessDisclosureResult> {
    const asked = { type: 'AssessDisclosure', interactionId: idIn(input), status: input.status } as const;
    return this.#execute('DisclosureAssessed', 'assessDisclosure', asked, input, request);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: Exclude<InteractionsRequest, RecordRequest>,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const outcome = await this.bus.execute(
      new InteractionCommand(asked, commandContext(request, input, digestOf(this.hash, mutation, input))),
    );
    const shown =
      'already' in outcome
        ? { __typename: happening, ...(await this.#shown(outcome, request)) }
        : await this.#refusal(outcome, asked.interactionId, request);
    return shown as Result;
  }

  async #recorded(outcome: RecordingOutcome, request: RequestContext): Promise<typeof RecordInteractionResult> {
    if (!('already' in outcome)) return (await this.#refusal(outcome, '', request)) as typeof RecordInteractionResult;
    const position = positionOf(this.store.logId, outcome.ordinal);
    return { __typename: 'InteractionRecorded', already: outcome.already, position, outcome };
  }

  async #shown({ interactionId, already, ordinal, events }: Happened, { now }: RequestContext) {
    const interaction = await this.nodes.justNow(interactionId, ordinal, now, events);
    return { interaction, already, position: positionOf(this.store.logId, ordinal) };
  }

  async #refusal(
    refusal: Exclude<RecordingOutcome, Happened>,
    interactionId: string,
    { now }: RequestContext,
  ): Promise<object> {
    const { refused } = refusal;
    switch (refused) {
      case 'StakeholderNotFound':
        return {
          __typename: refused,
          message: 'Nobody has this id.',
          stakeholderId: toGlobalId('Stakeholder', refusal.stakeholderId),
        };
      case 'InteractionNotFound':
        return {
          __typename: refused,
          message: 'No interaction has this id.',
          interactionId: toGlobalId('Interaction', interactionId),
        };
      case 'InteractionIsRetracted':
        return {
          __typename: refused,
          message: 'This interaction was retracted.',
          interaction: await this.nodes.justNow(interactionId, 0, now),
        };
      case 'SourceIdTaken': {
        const interaction = await this.nodes.justNow(refusal.interactionId ?? interactionId, 0, now);
        const message =
          "This source's id is on record, and what was first sent under it was another content. Correct or retract that one.";
        return { __typename: refused, message, interaction };
      }
      case 'GuidelineNotAcknowledged': {
        const { missing } = refusal;
        const said = missing.map(
          ({ colleague, version, guideline }) => `${colleague}: version ${version} of '${guideline}'`,
        );
        return {
          __typename: refused,
          message: `Not acknowledged yet: ${said.join('; ')}. Read it (guidelines), acknowledge it (acknowledgeGuideline), and send this again.`,
          missing: missing.map(({ colleagueId, guidelineId, ...rest }) => ({
            ...rest,
            colleagueId: toGlobalId('Colleague', colleagueId),
            guidelineId: toGlobalId('Guideline', guidelineId),
          })),
        };
      }
      case 'CommandIdReused':
        return commandIdReused;
    }
  }

  /** One of many has an id of its own, or its place under the id of them all. */
  #contextOf(
    interactions: readonly RecordInteractionInput[],
    index: number,
    all: string | null | undefined,
    request: RequestContext,
  ): CommandContext {
    const input = interactions[index] ?? {};
    const context = commandContext(request, input, '');
    const own = 'commandId' in input && input.commandId != null;
    return own || all == null ? context : { ...context, commandId: deterministicId('of-many', all, index) };
  }
}

@Resolver(() => InteractionRecorded)
export class InteractionRecordedResolver {
  constructor(
    private readonly nodes: InteractionNodes,
    private readonly stakeholders: StakeholderNodes,
  ) {}

  // Not before it is asked for: who sends 500 a call looks at their positions.
  @ResolveField(() => Interaction)
  interaction(@Parent() { outcome }: InteractionRecorded, @Context() { now }: RequestContext): Promise<Interaction> {
    return this.nodes.justNow(outcome.interactionId, outcome.ordinal, now, outcome.events);
  }

  @ResolveField(() => [Stakeholder], { description: 'Stakeholders first identified by this call.' })
  identified(
    @Parent() { outcome }: InteractionRecorded,
    @Context() { now }: RequestContext,
  ): Promise<readonly Stakeholder[]> {
    return Promise.all(outcome.identified.map((id) => this.stakeholders.justNow(id, outcome.ordinal, now)));
  }
}

const recordRequest = (input: RecordInteractionInput, now: number, path: Path): RecordRequest => {
  const {
    direction,
    channel,
    act,
    occurredAt,
    ourPeople,
    subject,
    text,
    language,
    url,
    topics,
    reach,
    tone,
    readTone,
    source,
  } = input;
  const told: Told = {
    direction,
    channel,
    act,
    occurredAt: happened(occurredAt, now, ...path, 'occurredAt'),
    with: input.with.map((each, index) => participantOf(each, [...path, 'with', index])),
    ourPeople: ourPeople ?? [],
    subject: subject ?? null,
    text: text ?? null,
    language: language ?? null,
    url: url ?? null,
    inReplyTo: input.inReplyTo ? replyTo(input.inReplyTo, [...path, 'inReplyTo']) : null,
    topics: [...new Set(topics ?? [])],
    reach: reach ?? null,
  };
  return {
    type: 'Record',
    told,
    tone: tone ?? null,
    readTone: readTone ?? true,
    source: source ? { name: source.name, id: source.id } : null,
    marks: [],
  };
};

/** Fields that a correction cannot clear, since an interaction has them always. */
const fixed = ['direction', 'channel', 'act', 'occurredAt', 'with', 'ourPeople', 'topics'] as const;

const changesOf = (input: CorrectInteractionInput, now: number): Partial<Told> => {
  const faults = fixed
    .filter((field) => input[field] === null)
    .map((field) => ({ path: ['input', field], message: 'This cannot be empty; leave it out to keep it.' }));
  if (faults.length > 0) throw badUserInput(faults);
  const { direction, channel, act, occurredAt, ourPeople, subject, text, language, url, topics, reach, inReplyTo } =
    input;
  const changes = {
    direction,
    channel,
    act,
    occurredAt: occurredAt == null ? undefined : happened(occurredAt, now, 'input', 'occurredAt'),
    with: input.with?.map((each, index) => participantOf(each, ['input', 'with', index])),
    ourPeople,
    subject,
    text,
    language,
    url,
    topics: topics && [...new Set(topics)],
    reach,
    inReplyTo: inReplyTo && replyTo(inReplyTo, ['input', 'inReplyTo']),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
};

const participantOf = (
  { stakeholderId, handle, externalId, name, role }: ParticipantInput,
  path: Path,
): NamedParticipant => ({
  ...(stakeholderId == null
    ? {}
    : { stakeholderId: fromGlobalId(stakeholderId, 'Stakeholder', ...path, 'stakeholderId').id }),
  ...(handle == null ? {} : { handle: handleIn(handle) }),
  ...(externalId == null ? {} : { externalId: { system: externalId.system, id: externalId.id } }),
  ...(name == null ? {} : { name }),
  ...(role == null ? {} : { role }),
});

const replyTo = ({ interactionId, source }: ReplyToInput, path: Path): ReplyTo =>
  source == null
    ? { interactionId: fromGlobalId(interactionId ?? '', 'Interaction', ...path, 'interactionId').id }
    : { source: { name: source.name, id: source.id } };

const idIn = ({ interactionId }: { readonly interactionId: string }): string =>
  fromGlobalId(interactionId, 'Interaction', 'input', 'interactionId').id;
