import { Inject } from '@nestjs/common';
import { Args, Context, Extensions, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { groupsOf } from '../ties/groups.js';
import { READ_STORE } from '../tokens.js';
import { heldNodeOf } from './care.nodes.js';
import { type HeldWord, wordsOfAll } from './care-word-pages.js';
import {
  ContactForbidden,
  ForbidContactInput,
  ForbidContactResult,
  Outreach,
  PermitContactInput,
  PermitContactResult,
} from './outreach.types.js';
import { RelationshipDesk, when } from './relationships.desk.js';

/** What says that contact is not permitted; null where it is. */
const forbidding = (word: HeldWord | null, moment: Moment): ContactForbidden | null => {
  const node = word && heldNodeOf(word, moment);
  return node?.__typename === 'ContactForbidden' ? node : null;
};

/** Whether somebody may be contacted. */
@Resolver(() => Stakeholder)
export class ContactResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Boolean, { description: 'Whether they may be contacted: yes, until somebody says no.' })
  async contactPermitted(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<boolean> {
    return (await this.contactForbidden(parent, request)) === null;
  }

  @ResolveField(() => ContactForbidden, {
    nullable: true,
    description: 'Since when they are not to be contacted, why, and who said so; null where they may be.',
  })
  async contactForbidden(
    @Parent() { memberIds, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<ContactForbidden | null> {
    const load = (groups: readonly (readonly string[])[], at: Moment) => wordsOfAll(this.rows, 'contact', groups, at);
    return forbidding(await batchedOfGroups(request, 'contact', moment, load, memberIds), moment);
  }

  @Mutation(() => ForbidContactResult, {
    description:
      'Contact permitted: no, from a date on. Nothing is planned with them from then on; what is recorded all the same is marked.',
  })
  forbidContact(
    @Args('input') input: ForbidContactInput,
    @Context() request: RequestContext,
  ): Promise<typeof ForbidContactResult> {
    const data = { occurredAt: when(input, request), saidBy: input.saidBy };
    return this.desk.care('ContactWasForbidden', 'forbidContact', { type: 'ForbidContact', data }, input, request);
  }

  @Mutation(() => PermitContactResult, { description: 'They may be contacted again, from a date on.' })
  permitContact(
    @Args('input') input: PermitContactInput,
    @Context() request: RequestContext,
  ): Promise<typeof PermitContactResult> {
    const data = { occurredAt: when(input, request), saidBy: input.saidBy };
    return this.desk.care('ContactWasPermitted', 'permitContact', { type: 'PermitContact', data }, input, request);
  }
}

/** Of an interaction: whether it should have taken place. */
@Resolver(() => Interaction)
export class ContactOfInteractionResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => [ContactForbidden], {
    description:
      'Of what is outbound: those of whom it went to who were not to be contacted at that time, by what is known. Recorded all the same, and marked by this.',
  })
  @Extensions({ listSize: 1 })
  async contactForbidden(
    @Parent() { view, direction, occurredAt, moment, readable }: Interaction,
    @Context() request: RequestContext,
  ): Promise<readonly ContactForbidden[]> {
    if (direction !== 'outbound') return [];
    await readable();
    const then = { ...moment, validAt: occurredAt };
    const load = (groups: readonly (readonly string[])[], at: Moment) => wordsOfAll(this.rows, 'contact', groups, at);
    const groups = await groupsOf(
      this.rows,
      view.participants.map(({ stakeholderId }) => stakeholderId),
      moment,
    );
    const people = new Map([...groups.values()].map(({ id, members }) => [id, members]));
    const words = await Promise.all(
      [...people.values()].map((members) => batchedOfGroups(request, 'contact', then, load, members)),
    );
    return words.flatMap((word) => forbidding(word, moment) ?? []);
  }
}

/** Of an outreach: whether it is not to be done, or should not have been. */
@Resolver(() => Outreach)
export class ContactOfOutreachResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => ContactForbidden, {
    nullable: true,
    description:
      'While it is open: that they are not to be contacted at the date of the question, whenever it was planned. Where it was done: that they were not to be by then. Null where they may be, and where it was cancelled.',
  })
  async contactForbidden(
    @Parent() { stakeholderId, state, settledAt, moment }: Outreach,
    @Context() request: RequestContext,
  ): Promise<ContactForbidden | null> {
    if (state === 'cancelled') return null;
    const load = async (ids: readonly string[], at: Moment): Promise<ReadonlyMap<string, HeldWord>> => {
      const groups = [...(await groupsOf(this.rows, ids, at))].map(([id, { members }]) => ({ id, members }));
      const words = await wordsOfAll(
        this.rows,
        'contact',
        groups.map(({ members }) => members),
        at,
      );
      return new Map(
        groups.flatMap(({ id, members: [first = ''] }) => {
          const word = words.get(first);
          return word === undefined ? [] : [[id, word] as const];
        }),
      );
    };
    const then = { ...moment, validAt: settledAt ?? moment.validAt };
    return forbidding(await batched(request, 'contact of outreach', then, load, stakeholderId), moment);
  }
}
