import { Injectable } from '@nestjs/common';
import { Field, ID, InterfaceType } from '@nestjs/graphql';
import type { Moment } from './moment.js';

@InterfaceType({ description: 'Whatever has an id of its own.', resolveType: ({ __typename }: Node) => __typename })
export abstract class Node {
  /** The name of its GraphQL type: what is answered where a `Node` may be is told apart by it. */
  abstract readonly __typename: string;

  @Field(() => ID, { description: 'Opaque. Carries its past where it was read as of one.' })
  readonly id!: string;
}

/** Loads things of one type by their ids (of the log), in order; null where there is none at that moment. */
export type NodeLoader = (ids: readonly string[], moment: Moment) => Promise<readonly (Node | null)[]>;

/** Which contexts answer for which types under `node`: each registers its own when its module starts. */
@Injectable()
export class NodeRegistry {
  readonly #loaders = new Map<string, NodeLoader>();

  register(type: string, loader: NodeLoader): void {
    if (this.#loaders.has(type)) throw new Error(`Two loaders for nodes of type ${type}.`);
    this.#loaders.set(type, loader);
  }

  loaderOf(type: string): NodeLoader | undefined {
    return this.#loaders.get(type);
  }
}
