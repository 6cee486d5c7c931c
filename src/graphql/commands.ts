import { randomUUID } from 'node:crypto';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Length, Matches, MaxLength, Min, ValidateBy } from 'class-validator';
import { canonicalJson, type KeyedHash } from '../event-sourcing/keyed-hash.js';
import type { CommandContext } from '../event-sourcing/transact.js';
import { badUserInput } from './errors.js';
import { type RequestContext, provenanceOf } from './request-context.js';

export const reasonMax = 2_000;
/** No control characters: what one text says must not look like two. */
export const printable = /^[^\p{Cc}]*$/u;
/** Something is said: not spaces alone. */
export const something = /\S/u;
export const saysNothing = 'This says nothing.';
export const notPrintable = 'Control characters and line breaks do not belong here.';

/** Exactly one of several fields says which is meant. */
export const OneOf = (...fields: readonly string[]): PropertyDecorator =>
  ValidateBy({
    name: 'oneOf',
    validator: {
      validate: (_: unknown, args) =>
        fields.filter((field) => (args?.object as Readonly<Record<string, unknown>>)[field] != null).length === 1,
      defaultMessage: () => `Exactly one of ${fields.join(', ')} is given.`,
    },
  });

/** What every mutation's input may carry. */
@InputType({ isAbstract: true })
export abstract class CommandInput {
  @Field(() => ID, {
    nullable: true,
    description: "The caller's own id for this request: sent again, it is answered with what happened the first time.",
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(printable, { message: notPrintable })
  commandId?: string | null;
}

/** What an input may carry that changes something which has a revision. */
@InputType({ isAbstract: true })
export abstract class RevisedCommandInput extends CommandInput {
  @Field(() => Int, {
    nullable: true,
    description:
      'The revision that you have seen: with another one now, nothing is written and the error CONFLICT says which.',
  })
  @IsOptional()
  @IsInt()
  @Min(-1)
  expectedRevision?: number | null;
}

/** What an input carries that must say why. */
@InputType({ isAbstract: true })
export abstract class ReasonedCommandInput extends RevisedCommandInput {
  @Field(() => String)
  @IsString()
  @MaxLength(reasonMax)
  @Matches(something, { message: saysNothing })
  reason!: string;
}

/** What an input may carry that can say why. */
@InputType({ isAbstract: true })
export abstract class ExplainedCommandInput extends RevisedCommandInput {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(reasonMax)
  reason?: string | null;
}

interface AnyCommandInput {
  readonly commandId?: string | null;
  readonly expectedRevision?: number | null;
  readonly reason?: string | null;
}

/**
 * The context of the command that a mutation's input asks for.
 * @param digest of the input; empty where the command makes its own (recording does, which also tells sources apart).
 */
export const commandContext = (request: RequestContext, input: AnyCommandInput, digest: string): CommandContext => {
  const { commandId, expectedRevision } = input;
  return {
    ...provenanceOf(request),
    commandId: commandId ?? randomUUID(),
    inputDigest: digest,
    ...(input.reason != null && input.reason !== '' ? { reason: input.reason } : {}),
    ...(expectedRevision == null ? {} : { expectedRevision }),
  };
};

/** The keyed digest of what a mutation is asked, but for the ids that tell this asking from another. */
export const digestOf = (hash: KeyedHash, mutation: string, input: AnyCommandInput): string => {
  const { commandId: _, expectedRevision: __, ...rest } = input;
  return hash.of(`${mutation}\n${canonicalJson(rest)}`);
};

const dayMs = 86_400_000;

/**
 * A time at which something happened, as it is stored: RFC 3339, UTC, milliseconds.
 * @throws BAD_USER_INPUT where it lies more than a day in the future.
 */
export const happened = (at: number, now: number, ...path: readonly (string | number)[]): string => {
  if (at > now + dayMs) throw badUserInput([{ path, message: 'This lies more than a day in the future.' }]);
  return new Date(at).toISOString();
};
