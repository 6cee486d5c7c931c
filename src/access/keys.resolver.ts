import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import {
  Args,
  Context,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from '@nestjs/graphql';
import { Length, Matches } from 'class-validator';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import { positionOf } from '../event-sourcing/position.js';
import { CommandInput, notPrintable, printable } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId, fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { CommandIdReused, Refusal, commandIdReused, resultOf } from '../graphql/refusal.js';
import { type RequestContext, provenanceOf } from '../graphql/request-context.js';
import { DateTime, PositionScalar } from '../graphql/scalars.js';
import { EVENT_STORE } from '../tokens.js';
import { Needs, type Role, roles } from './credential.js';
import { Keys, type ListedKey } from './keys.js';
import { newToken } from './token.js';

const RoleEnum = enumOf(roles);
registerEnumType(RoleEnum, { name: 'Role', description: 'What a key may do: queries; commands too; keys too.' });

@ObjectType({ description: 'Lets whoever shows its token in. The token is told once, when the key is made.' })
class Key {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String, { description: 'The actor on every event that is recorded with it.' })
  readonly name!: string;

  @Field(() => RoleEnum)
  readonly role!: Role;

  @Field(() => DateTime)
  readonly madeAt!: number;

  @Field(() => DateTime, { nullable: true })
  readonly revokedAt!: number | null;
}

@ObjectType()
class KeyMade {
  readonly __typename = 'KeyMade';

  @Field(() => ID)
  readonly keyId!: string;

  @Field(() => String, { nullable: true, description: 'Told once: null where this command made the key before.' })
  readonly token!: string | null;

  @Field(() => Boolean)
  readonly already!: boolean;

  @Field(() => PositionScalar)
  readonly position!: string;
}

@ObjectType()
class KeyRevoked {
  readonly __typename = 'KeyRevoked';

  @Field(() => ID)
  readonly keyId!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when no key has this id.' })
class KeyNotFound extends Refusal {
  readonly __typename = 'KeyNotFound';
}

const MakeKeyResult = resultOf('MakeKeyResult', () => [KeyMade, CommandIdReused] as const);
const RevokeKeyResult = resultOf('RevokeKeyResult', () => [KeyRevoked, KeyNotFound, CommandIdReused] as const);

@InputType()
class MakeKeyInput extends CommandInput {
  @Field(() => String)
  @Length(1, 100)
  @Matches(printable, { message: notPrintable })
  name!: string;

  @Field(() => RoleEnum)
  role!: Role;
}

@InputType()
class RevokeKeyInput extends CommandInput {
  @Field(() => ID)
  @IsGlobalId('Key')
  keyId!: string;
}

const presented = ({ id, ...key }: ListedKey): Key => ({ ...key, id: toGlobalId('Key', id) });

/** Keys, for administrators who are not at the machine. */
@Resolver()
export class KeysResolver {
  constructor(
    private readonly keysOfLog: Keys,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @Query(() => [Key], { description: 'All keys, revoked ones too, in the order in which they were made.' })
  @Needs('admin')
  async keys(): Promise<Key[]> {
    return (await this.keysOfLog.list()).map(presented);
  }

  @Mutation(() => MakeKeyResult)
  @Needs('admin')
  async makeKey(@Args('input') input: MakeKeyInput, @Context() request: RequestContext): Promise<typeof MakeKeyResult> {
    const commandId = input.commandId ?? randomUUID();
    const { credential } = request;
    // The same command makes the same key, whatever its secret.
    const token = { ...newToken(), keyId: deterministicId('key', credential.id, commandId) };
    const made = await this.keysOfLog.tryMake(input.name, input.role, { ...provenanceOf(request), commandId }, token);
    if ('refused' in made) return commandIdReused;
    return {
      __typename: 'KeyMade',
      keyId: toGlobalId('Key', made.credential.id),
      token: made.token,
      already: made.token === null,
      position: positionOf(this.store.logId, made.ordinal),
    };
  }

  @Mutation(() => RevokeKeyResult, { description: 'Takes effect within a second, everywhere.' })
  @Needs('admin')
  async revokeKey(
    @Args('input') { keyId, commandId }: RevokeKeyInput,
    @Context() request: RequestContext,
  ): Promise<typeof RevokeKeyResult> {
    const { id } = fromGlobalId(keyId, 'Key', 'input', 'keyId');
    const revoked = await this.keysOfLog.revoke(id, {
      ...provenanceOf(request),
      ...(commandId != null && { commandId }),
    });
    return revoked
      ? { __typename: 'KeyRevoked', keyId }
      : { __typename: 'KeyNotFound', message: 'No key has this id.' };
  }
}
