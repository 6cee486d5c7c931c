import { Args, ArgsType, Extensions, Field, ID, Query, Resolver } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray } from 'class-validator';
import { badUserInput } from './errors.js';
import { type GlobalId, readGlobalId } from './ids.js';
import { type Moment, present } from './moment.js';
import { Moments } from './moments.js';
import { Node, NodeRegistry } from './node.js';
import { Now } from './request-context.js';

const nodesMax = 100;
const malformed = 'This is not an id.';

@ArgsType()
class NodesArgs {
  @Field(() => [ID])
  @IsArray()
  @ArrayMaxSize(nodesMax, { message: `Up to ${nodesMax} at once.` })
  ids!: string[];
}

@Resolver()
export class NodeResolver {
  constructor(
    private readonly registry: NodeRegistry,
    private readonly moments: Moments,
  ) {}

  @Query(() => Node, {
    nullable: true,
    description: 'Whatever has this id; null where nothing has. An id of a past is answered as of that past.',
  })
  async node(@Args('id', { type: () => ID }) id: string, @Now() now: number): Promise<Node | null> {
    const global = readGlobalId(id);
    if (global === undefined) throw badUserInput([{ path: ['id'], message: malformed }]);
    const [node] = await this.#load([global], now);
    return node ?? null;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: `As many as asked, in that order; null where nothing has the id. Up to ${nodesMax}.`,
  })
  @Extensions({ listSize: 'ids' })
  async nodes(@Args() { ids }: NodesArgs, @Now() now: number): Promise<readonly (Node | null)[]> {
    const globals = ids.map(readGlobalId);
    const faults = globals.flatMap((global, index) =>
      global === undefined ? [{ path: ['ids', index], message: malformed }] : [],
    );
    if (faults.length > 0) throw badUserInput(faults);
    return this.#load(
      globals.filter((global) => global !== undefined),
      now,
    );
  }

  /** One question a type and past, whatever the order of the ids. */
  async #load(globals: readonly GlobalId[], now: number): Promise<readonly (Node | null)[]> {
    const nodes = new Array<Node | null>(globals.length).fill(null);
    const groups = new Map<string, { readonly type: string; readonly moment: Moment; readonly at: number[] }>();
    for (const [index, { type, past }] of globals.entries()) {
      const key = `${type}~${past?.known ?? ''}~${past?.validAt ?? ''}`;
      const group = groups.get(key) ?? { type, moment: past ?? present(now), at: [] };
      groups.set(key, group);
      group.at.push(index);
    }
    await Promise.all(
      [...groups.values()].map(async ({ type, moment, at }) => {
        const loader = this.registry.loaderOf(type);
        if (loader === undefined) return;
        await this.moments.reached(moment);
        const loaded = await loader(
          at.map((index) => globals[index]?.id ?? ''),
          moment,
        );
        for (const [place, index] of at.entries()) nodes[index] = loaded[place] ?? null;
      }),
    );
    return nodes;
  }
}
