import { Inject } from '@nestjs/common';
import { Extensions, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { DateTime } from '../graphql/scalars.js';
import { MergePreview } from '../stakeholders/merges.types.js';
import { READ_STORE } from '../tokens.js';
import type { ConversionKind } from './advocacy-v1.js';
import { ConversionKindEnum, Standing } from './advocacy.types.js';
import { readingsBefore } from './standing-readings.js';
import { initialReading, readOn, rulesV1, standingAt, type ReadOn } from './standing.js';

@ObjectType({ description: 'What would count as a conversion.' })
export class PreviewedConversion {
  @Field(() => ConversionKindEnum)
  readonly kind!: ConversionKind;

  @Field(() => DateTime)
  readonly occurredAt!: number;
}

/** Where both would stand as one: read from all that both said, as a merge has it read. */
@Resolver(() => MergePreview)
export class PreviewedStandingResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => Standing, { description: 'Where they would stand.' })
  @Extensions({ listSize: 10 })
  async standing(@Parent() preview: MergePreview): Promise<Standing> {
    return standingAt((await this.#read(preview)).reading, preview.moment.validAt, rulesV1);
  }

  @ResolveField(() => [PreviewedConversion], { description: 'What would count, oldest first.' })
  @Extensions({ listSize: 10 })
  async conversions(@Parent() preview: MergePreview): Promise<readonly PreviewedConversion[]> {
    return (await this.#read(preview)).conversions.map(({ kind, at: occurredAt }) => ({ kind, occurredAt }));
  }

  async #read({ memberKeys: members, moment }: MergePreview): Promise<ReadOn> {
    // No reading that is stored is of both: all from the first is read.
    const wanted = { members, baseBefore: Number.MIN_SAFE_INTEGER, factsBefore: moment.validAt + 1 };
    const found = await readingsBefore(this.rows, [wanted], moment);
    return readOn(initialReading, found.get(members[0] ?? 0)?.facts ?? [], rulesV1);
  }
}
