import { Inject } from '@nestjs/common';
import { Args, Extensions, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { dear } from '../graphql/cost.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { Moments } from '../graphql/moments.js';
import { PageOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { READ_STORE } from '../tokens.js';
import { MergeEvidence, MergeSuggestion, MergeSuggestionConnection } from './merges.types.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import { countSuggestions, evidenceOf, mailboxSharedMax, sharedMax, suggestionsPage } from './suggestion-pages.js';
import { suggestionDefinition } from './traits.js';

/** Who may be one. */
@Resolver(() => MergeSuggestion)
export class SuggestionsResolver {
  constructor(
    private readonly nodes: StakeholderNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => MergeSuggestionConnection, {
    description: `Pairs who have something in common that speaks for one person, what is strongest first. What more than ${sharedMax} have in common speaks for nobody, but one mailbox name under one name does for up to ${mailboxSharedMax}, each with the first; and whom somebody told apart is not suggested.`,
  })
  @Extensions(dear)
  async mergeSuggestions(@Args() args: PageOfPastArgs, @Now() now: number): Promise<Connection<MergeSuggestion>> {
    const moment = await this.moments.of(args, now);
    const list = 'merge suggestions';
    const page = pageOf(args, list, 'snn');
    const slice = sliceOf(page, 'asc', ([trait, one, other]) => ({
      trait: String(trait),
      one: Number(one),
      other: Number(other),
    }));
    const found = await suggestionsPage(this.rows, moment, slice);
    const people = await this.nodes.identifiedByKey(
      found.entries.flatMap(({ one, other }) => [one, other]),
      moment,
    );
    const entries = found.entries.flatMap((cursor) => {
      const [one, other] = [people.get(cursor.one), people.get(cursor.other)];
      return one && other ? [{ cursor, moment, one, other, definition: suggestionDefinition }] : [];
    });
    return foundConnection(
      page,
      list,
      { entries, more: found.more },
      ({ cursor: { trait, one, other } }) => [trait, one, other],
      (suggestion) => suggestion,
      () => countSuggestions(this.rows, moment),
    );
  }

  @ResolveField(() => [MergeEvidence], { description: 'What they have in common, the strongest first.' })
  @Extensions({ listSize: 4 })
  evidence(@Parent() { cursor, moment }: MergeSuggestion): Promise<readonly MergeEvidence[]> {
    return evidenceOf(this.rows, cursor, moment);
  }
}
