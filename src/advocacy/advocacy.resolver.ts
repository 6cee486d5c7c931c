import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { type Slice, pageOf as pageFound } from '../event-sourcing/page.js';
import type { ReadStore, RowReader } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { touches, touchesMax } from '../interactions/timeline-pages.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import { ownershipFactsPage } from '../owners/ownership-pages.js';
import { RelationshipFactNodes } from '../relationships/relationships.nodes.js';
import { countStakeholders } from '../stakeholders/directory-pages.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { summaryOf } from './advocacy-summary.js';
import { ConversionNodes } from './advocacy.nodes.js';
import { keyOfRules } from './rules-in-time.js';
import { LiveRules } from './rules.live.js';
import { ByRules, RulesAsked } from './rules.types.js';
import {
  AdvocacySummary,
  Conversion,
  ConversionCause,
  ConversionConnection,
  ConversionFilter,
  Period,
  Standing,
  StandingSpan,
  StandingSpanConnection,
  Touch,
  shownSummary,
} from './advocacy.types.js';
import {
  type ConversionsAsked,
  type PageAsked,
  conversionsPage,
  countConversions,
  countSpans,
  spansPage,
} from './standing-pages.js';
import { standingsAt } from './standing-readings.js';

@ArgsType()
class ConversionsArgs extends PageOfPastArgs {
  @ByRules()
  rules?: RulesAsked | null;

  @Field(() => ConversionFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ConversionFilter)
  where?: ConversionFilter | null;
}

@ArgsType()
class SummaryArgs extends OneOfPastArgs {
  @ByRules()
  rules?: RulesAsked | null;

  @Field(() => Period, { nullable: true, description: 'Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

@ArgsType()
class StandingArgs {
  @ByRules()
  rules?: RulesAsked | null;
}

@ArgsType()
class PageByRulesArgs extends ConnectionArgs {
  @ByRules()
  rules?: RulesAsked | null;
}

/** A slice as these queries take it: one row more than is shown tells whether there are more. */
const askedFor = <Cursor>(
  { limit, after, before, fromEnd = false }: Slice<Cursor>,
  keysOf: (cursor: Cursor) => readonly (string | number)[],
): PageAsked => {
  const from = fromEnd ? before : after;
  return { limit: limit + 1, backwards: fromEnd, from: from === undefined ? null : keysOf(from) };
};

@Resolver()
export class AdvocacyResolver {
  constructor(
    private readonly moments: Moments,
    private readonly nodes: ConversionNodes,
    private readonly stakeholders: StakeholderNodes,
    private readonly live: LiveRules,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => ConversionConnection, { description: 'Newest first.' })
  async conversions(
    @Args() { where, rules, ...args }: ConversionsArgs,
    @Now() now: number,
  ): Promise<Connection<Conversion>> {
    const moment = await this.moments.of(args, now);
    const { kinds, stakeholderId, during } = where ?? {};
    const of = stakeholderId == null ? null : fromGlobalId(stakeholderId, 'Stakeholder', 'where', 'stakeholderId').id;
    const key = of === null ? undefined : ((await this.stakeholders.identified([of], moment)).get(of)?.key ?? -1);
    const asked: ConversionsAsked = {
      ...(kinds == null ? {} : { kinds }),
      ...(key === undefined ? {} : { stakeholder: key }),
      ...(during == null ? {} : { during: { from: during.from ?? null, until: during.until ?? null } }),
    };
    const { rows } = await this.live.of(moment, rules);
    return conversionsConnection(rows, this.nodes, asked, args, moment);
  }

  @Query(() => AdvocacySummary)
  async advocacySummary(
    @Args() { during, rules: named, ...pastArgs }: SummaryArgs,
    @Now() now: number,
  ): Promise<AdvocacySummary> {
    const moment = await this.moments.of(pastArgs, now);
    const period = { from: during?.from ?? null, until: during?.until ?? null };
    const { rules, rows } = await this.live.of(moment, named);
    const summary = await summaryOf(rows, await countStakeholders(this.rows, moment), moment, period, rules);
    return shownSummary(summary);
  }
}

/** A page of conversions, newest first. */
const conversionsConnection = async (
  rows: RowReader,
  nodes: ConversionNodes,
  asked: ConversionsAsked,
  args: ConnectionArgs,
  moment: Moment,
): Promise<Connection<Conversion>> => {
  const list = 'conversions';
  const page = pageOf(args, list, 'ns');
  const slice = sliceOf(page, 'desc', ([at, id]) => ({ at: Number(at), id: String(id) }));
  const found = pageFound(
    await conversionsPage(
      rows,
      asked,
      moment,
      askedFor(slice, ({ at, id }) => [at, id]),
    ),
    slice,
  );
  return foundConnection(
    page,
    list,
    found,
    ({ at, id }) => [at, id],
    (row) => nodes.nodeOf(row, moment),
    () => countConversions(rows, asked, moment),
  );
};

@Resolver(() => Stakeholder)
export class StandingResolver {
  constructor(
    private readonly nodes: ConversionNodes,
    private readonly live: LiveRules,
  ) {}

  @ResolveField(() => Standing, {
    description: 'Where they stand, and how we know: the rule with its version, or the person who assessed it.',
  })
  async standing(
    @Parent() { key, memberKeys, moment }: Stakeholder,
    @Args() { rules: named }: StandingArgs,
    @Context() request: RequestContext,
  ): Promise<Standing> {
    const { rules, rows } = await this.live.of(moment, named);
    const name = `standing by ${keyOfRules(rules)}`;
    const load = (groups: readonly (readonly number[])[], at: Moment) => standingsAt(rows, groups, at, rules);
    const standing = await batchedOfGroups(request, name, moment, load, memberKeys);
    if (standing === null) throw new Error(`No standing was read for ${key}.`);
    return standing;
  }

  @ResolveField(() => StandingSpanConnection, { description: 'Oldest first.' })
  async standings(
    @Parent() { key, memberKeys, moment }: Stakeholder,
    @Args() { rules: named, ...args }: PageByRulesArgs,
  ): Promise<Connection<StandingSpan>> {
    const { rules, rows } = await this.live.of(moment, named);
    const list = 'standings';
    const page = pageOf(args, list, 'n');
    const slice = sliceOf(page, 'asc', ([from]) => Number(from));
    const found = pageFound(
      await spansPage(
        rows,
        memberKeys,
        moment,
        askedFor(slice, (from) => [from]),
        'oldest-first',
        rules,
      ),
      slice,
    );
    return foundConnection(
      page,
      list,
      found,
      ({ from_at: from }) => [from],
      ({ stance, previous, from_at: from, until_at: until, assessed_by: assessedBy, because: becauseId }) => ({
        moment,
        stance,
        previous,
        from,
        until,
        assessedBy,
        becauseId,
      }),
      () => countSpans(rows, key, moment),
    );
  }

  @ResolveField(() => ConversionConnection, { description: 'Newest first.' })
  async conversions(
    @Parent() { key, moment }: Stakeholder,
    @Args() { rules, ...args }: PageByRulesArgs,
  ): Promise<Connection<Conversion>> {
    const { rows } = await this.live.of(moment, rules);
    return conversionsConnection(rows, this.nodes, { stakeholder: key }, args, moment);
  }
}

@Resolver(() => Conversion)
export class ConversionResolver {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    private readonly interactions: InteractionNodes,
    private readonly facts: RelationshipFactNodes,
    private readonly owners: OwnerNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => Stakeholder)
  stakeholder(@Parent() conversion: Conversion, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.#whose(conversion, request);
  }

  async #whose({ row, moment }: Conversion, request: RequestContext): Promise<Stakeholder> {
    const found = await batched(
      request,
      'converted',
      moment,
      (keys, at) => this.stakeholders.identifiedByKey(keys, at),
      row.stakeholder,
    );
    if (found === null) throw new Error(`The stakeholder of conversion ${row.id} is not in the directory.`);
    return found;
  }

  @ResolveField(() => ConversionCause)
  async because(@Parent() { row, moment }: Conversion): Promise<typeof ConversionCause> {
    const cause = await causeOf(this.interactions, this.facts, row.because, moment);
    if (cause === null) throw new Error(`The cause of conversion ${row.id} is not on record.`);
    return cause;
  }

  @ResolveField(() => [Touch], {
    description: `What we did, and hand-overs of their owner, between the fact that opened the episode and what counted, oldest first, ${touchesMax} at most (\`touches\` has them all, in pages). Association, not cause.`,
  })
  @Extensions({ listSize: 20 })
  async journey(@Parent() conversion: Conversion, @Context() request: RequestContext): Promise<readonly Touch[]> {
    const { row, moment } = conversion;
    if (row.since_at === null) return [];
    const { memberKeys, memberIds } = await this.#whose(conversion, request);
    const found = await touches(this.rows, { members: memberKeys, past: moment }, row.since_at, row.at);
    const shown = await this.interactions.byKey(
      found.map(({ tie }) => tie),
      moment,
    );
    const spoken = found.flatMap(({ at, tie }) => {
      const interaction = shown.get(tie);
      return interaction ? [{ occurredAt: at, interaction, handOver: null }] : [];
    });
    const during = { kinds: ['owner-handed-over'], from: row.since_at, until: row.at + 1 } as const;
    const page = { memberIds, past: moment, filter: during, order: 'asc', limit: touchesMax } as const;
    const handed = (await ownershipFactsPage(this.rows, page)).entries.flatMap((entry) => {
      const handOver = this.owners.factOf(entry, moment);
      return handOver.__typename === 'OwnerHandedOver' ? [{ occurredAt: entry.at, interaction: null, handOver }] : [];
    });
    return [...spoken, ...handed].sort((a, b) => a.occurredAt - b.occurredAt).slice(0, touchesMax);
  }
}

@Resolver(() => StandingSpan)
export class StandingSpanResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly facts: RelationshipFactNodes,
  ) {}

  @ResolveField(() => ConversionCause, {
    nullable: true,
    description: 'The fact from which on it held; null where an advocate lapsed by itself.',
  })
  because(@Parent() { becauseId, moment }: StandingSpan): Promise<typeof ConversionCause | null> {
    return becauseId === null ? Promise.resolve(null) : causeOf(this.interactions, this.facts, becauseId, moment);
  }
}

/** A fact of standing by its id: an interaction's, or that of a decision about the relationship. */
const causeOf = async (
  interactions: InteractionNodes,
  facts: RelationshipFactNodes,
  id: string,
  moment: Moment,
): Promise<typeof ConversionCause | null> => {
  const said = (await interactions.byId([id], moment)).get(id);
  if (said) return said;
  const [decided] = await facts.byId([id], moment);
  return decided?.__typename === 'StanceAssessed' || decided?.__typename === 'StanceWithdrawn' ? decided : null;
};
