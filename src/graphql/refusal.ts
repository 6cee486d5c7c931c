import type { Type } from '@nestjs/common';
import { Field, InterfaceType, ObjectType, createUnionType } from '@nestjs/graphql';

@InterfaceType({
  description: 'Every refusal says in words what stands in the way, and carries the data to act on it.',
  resolveType: ({ __typename }: Refusal) => __typename,
})
export abstract class Refusal {
  abstract readonly __typename: string;

  @Field(() => String)
  readonly message!: string;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when a command id of yours came before, for the same subject, with another input.',
})
export class CommandIdReused extends Refusal {
  readonly __typename = 'CommandIdReused';
}

export const commandIdReused: CommandIdReused = {
  __typename: 'CommandIdReused',
  message:
    'This commandId came before, with another input. Nothing was written; send another request under an id of its own.',
};

/** The result of a mutation: what happened, or a reason why not. Each class says its name as `__typename`. */
export const resultOf = <T extends readonly Type<{ readonly __typename: string }>[]>(
  name: string,
  types: () => T,
): InstanceType<T[number]> =>
  createUnionType({ name, types, resolveType: ({ __typename }: { readonly __typename: string }) => __typename });
