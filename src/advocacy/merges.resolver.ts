import { Extensions, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { DateTime } from '../graphql/scalars.js';
import { MergePreview } from '../stakeholders/merges.types.js';
import type { ConversionKind } from './advocacy-v1.js';
import { ConversionKindEnum, Standing } from './advocacy.types.js';
import { LiveRules } from './rules.live.js';
import { readingsBefore } from './standing-readings.js';
import { initialReading, readOn, standingAt, type ReadOn, type Rules } from './standing.js';

@ObjectType({ description: 'What would count as a conversion.' })
export class PreviewedConversion {
  @Field(() => ConversionKindEnum)
  readonly kind!: ConversionKind;

  @Field(() => DateTime)
  readonly occurredAt!: number;
}

/** Where both would stand as one: read from all that both said, as a merge has it read, by the rules in force. */
@Resolver(() => MergePreview)
export class PreviewedStandingResolver {
  constructor(private readonly live: LiveRules) {}

  @ResolveField(() => Standing, { description: 'Where they would stand.' })
  @Extensions({ listSize: 10 })
  async standing(@Parent() preview: MergePreview): Promise<Standing> {
    const { reading, rules } = await this.#read(preview);
    return standingAt(reading, preview.moment.validAt, rules);
  }

  @ResolveField(() => [PreviewedConversion], { description: 'What would count, oldest first.' })
  @Extensions({ listSize: 10 })
  async conversions(@Parent() preview: MergePreview): Promise<readonly PreviewedConversion[]> {
    return (await this.#read(preview)).conversions.map(({ kind, at: occurredAt }) => ({ kind, occurredAt }));
  }

  async #read({ memberKeys: members, moment }: MergePreview): Promise<ReadOn & { readonly rules: Rules }> {
    const { rules, rows } = await this.live.of(moment);
    // No reading that is stored is of both: all from the first is read.
    const wanted = { members, baseBefore: Number.MIN_SAFE_INTEGER, factsBefore: moment.validAt + 1 };
    const found = await readingsBefore(rows, [wanted], moment);
    return { ...readOn(initialReading, found.get(members[0] ?? 0)?.facts ?? [], rules), rules };
  }
}
