import { Inject } from '@nestjs/common';
import { Args, Context, Extensions, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { groupsOf } from '../ties/groups.js';
import { READ_STORE } from '../tokens.js';
import { type ListedConnection, connectionsById, connectionsMax, connectionsOf, lastedAt } from './connection-pages.js';
import {
  ConnectionEnded,
  EndConnectionInput,
  EndConnectionResult,
  MaterialConnection,
  RecordConnectionInput,
  RecordConnectionResult,
} from './connections.types.js';
import { RelationshipDesk, when } from './relationships.desk.js';

/** What ties a stakeholder to us materially. */
@Resolver(() => Stakeholder)
export class ConnectionsResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    registry.register('MaterialConnection', async (ids, moment) => {
      const found = await connectionsById(this.rows, ids, moment);
      return ids.map((id) => {
        const listed = found.get(id);
        return listed === undefined ? null : connectionNode(listed, moment);
      });
    });
  }

  @ResolveField(() => [MaterialConnection], {
    description: `Those that have begun, newest first, ${connectionsMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async connections(
    @Parent() { memberIds, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<readonly MaterialConnection[]> {
    const load = (ids: readonly string[], at: Moment) => connectionsOf(this.rows, ids, at);
    const found = await Promise.all(memberIds.map((id) => batched(request, 'connections', moment, load, id)));
    return found
      .flatMap((its) => its ?? [])
      .sort((a, b) => b.from - a.from)
      .slice(0, connectionsMax)
      .map((listed) => connectionNode(listed, moment));
  }

  @Mutation(() => RecordConnectionResult, {
    description:
      'They were paid, given something, employed, or are family: from a date on, and until one where that is known.',
  })
  recordConnection(
    @Args('input') input: RecordConnectionInput,
    @Context() request: RequestContext,
  ): Promise<typeof RecordConnectionResult> {
    const until = input.until == null ? null : new Date(input.until).toISOString();
    const asked = {
      type: 'RecordConnection',
      data: { kind: input.kind, occurredAt: when(input, request), until },
    } as const;
    return this.desk.care('ConnectionWasRecorded', 'recordConnection', asked, input, request);
  }

  @Mutation(() => EndConnectionResult)
  endConnection(
    @Args('input') input: EndConnectionInput,
    @Context() request: RequestContext,
  ): Promise<typeof EndConnectionResult> {
    const types = ['MaterialConnection', 'ConnectionRecorded'];
    const connectionId = fromGlobalId(input.connectionId, types, 'input', 'connectionId').id;
    const asked = { type: 'EndConnection', data: { connectionId, occurredAt: when(input, request) } } as const;
    return this.desk.care('ConnectionWasEnded', 'endConnection', asked, input, request);
  }
}

export const connectionNode = (
  { id, stakeholderId, from, until, body: { began, by, reason } }: ListedConnection,
  moment: Moment,
): MaterialConnection => {
  if (began.type !== 'ConnectionRecorded') throw new Error(`Connection ${id} did not begin as one.`);
  return {
    __typename: 'MaterialConnection',
    id: toGlobalId('MaterialConnection', id, moment),
    stakeholderId,
    moment,
    kind: began.data.kind,
    from,
    until,
    by,
    reason,
  };
};

/** Of an interaction: how its authors were connected with us when it took place. */
@Resolver(() => Interaction)
export class ConnectionsOfInteractionResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => [MaterialConnection], {
    description: 'Material connections that its authors had at that time, whenever they were recorded.',
  })
  @Extensions({ listSize: 2 })
  async connections(
    @Parent() { view, occurredAt, moment, readable }: Interaction,
    @Context() request: RequestContext,
  ): Promise<readonly MaterialConnection[]> {
    await readable();
    const authors = new Set(
      view.participants.flatMap(({ role, stakeholderId }) => (role === 'author' ? stakeholderId : [])),
    );
    const load = (ids: readonly string[], at: Moment) => connectionsOf(this.rows, ids, at);
    const groups = await groupsOf(this.rows, authors, moment);
    const theirs = new Set([...groups.values()].flatMap(({ members }) => members));
    const found = await Promise.all([...theirs].map((id) => batched(request, 'connections', moment, load, id)));
    return found
      .flatMap((its) => its ?? [])
      .filter((listed) => lastedAt(listed, occurredAt))
      .map((listed) => connectionNode(listed, moment));
  }
}

/** Of an end in a timeline: of which connection. */
@Resolver(() => ConnectionEnded)
export class ConnectionEndedResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => MaterialConnection, { nullable: true, description: 'Null where it was taken back.' })
  async connection(
    @Parent() { connectionId, moment }: ConnectionEnded,
    @Context() request: RequestContext,
  ): Promise<MaterialConnection | null> {
    const load = (ids: readonly string[], at: Moment) => connectionsById(this.rows, ids, at);
    const found = await batched(request, 'connection', moment, load, connectionId);
    return found && connectionNode(found, moment);
  }
}
