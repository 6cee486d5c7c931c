import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { EventStore } from '../event-sourcing/event-store.js';
import { itemOf } from '../event-sourcing/growing.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { CLAIMS_HASH, EVENT_STORE } from '../tokens.js';
import type { AskedCare, RelatingOutcome, RelatingRequest } from './relating.js';
import { refusalOf } from './relationship.refusals.js';
import { RelationshipCommand } from './relationships.handler.js';

type Happened = Extract<RelatingOutcome, { already: boolean }>;

/** Where every mutation about a relationship hands its command in, and gets the answer that it shows. */
@Injectable()
export class RelationshipDesk {
  constructor(
    private readonly bus: CommandBus,
    private readonly stakeholders: StakeholderNodes,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  /**
   * @param happening the name of the type that tells what happened.
   * @param mutation as clients name it.
   */
  async ask<Result>(
    happening: string,
    mutation: string,
    asked: RelatingRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const outcome = await this.bus.execute(
      new RelationshipCommand(asked, commandContext(request, input, digestOf(this.hash, mutation, input))),
    );
    const shown = 'already' in outcome ? await this.#happened(happening, outcome, request) : refusalOf(outcome, asked);
    return shown as Result;
  }

  /** The same for what is care: whose it is stands in the input. */
  care<Result>(
    happening: string,
    mutation: string,
    asked: AskedCare,
    input: { readonly stakeholderId: string },
    request: RequestContext,
  ): Promise<Result> {
    return this.ask(happening, mutation, { type: 'Care', stakeholderId: stakeholderIn(input), asked }, input, request);
  }

  async #happened(
    happening: string,
    { stakeholderId, factId, already, ordinal, state }: Happened,
    { now }: RequestContext,
  ): Promise<object> {
    const type = itemOf(state.entries, factId)?.type;
    if (type === undefined) throw new Error(`Fact ${factId} was accepted, and is not in its relationship.`);
    return {
      __typename: happening,
      stakeholder: await this.stakeholders.justNow(stakeholderId, ordinal, now),
      factId: toGlobalId(type, factId),
      already,
      position: positionOf(this.store.logId, ordinal),
    };
  }
}

export const stakeholderIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;

export const when = ({ occurredAt }: { readonly occurredAt?: number | null }, { now }: RequestContext): string =>
  happened(occurredAt ?? now, now, 'input', 'occurredAt');
