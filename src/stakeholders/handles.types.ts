import { Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, ValidateBy } from 'class-validator';
import { notPrintable, printable } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { DateTime } from '../graphql/scalars.js';
import {
  type Channel,
  type ExternalId as ExternalIdGiven,
  type Handle as HandleGiven,
  channels,
  normalForm,
} from './handle.js';

export const ChannelEnum = enumOf(channels);
registerEnumType(ChannelEnum, { name: 'Channel', description: 'Where a conversation happens.' });

const handleFault = ({ channel, address }: { readonly channel: Channel; readonly address: string }): string | null => {
  if (channel === 'email' && !/^[^\s@]+@[^\s@]+$/.test(normalForm({ channel, address }).split('\n')[2] ?? ''))
    return 'This is not an address of email.';
  if (channel === 'phone' && !/\d/.test(address)) return 'A phone number has digits.';
  return (normalForm({ channel, address }).split('\n')[2] ?? '') === '' ? 'An address says more than this.' : null;
};

/** An address that its channel can have. */
const IsAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isAddress',
    validator: {
      validate: (value: unknown, args) =>
        typeof value === 'string' && handleFault(args?.object as HandleInput) === null,
      defaultMessage: (args) =>
        typeof args?.value === 'string' ? (handleFault(args.object as HandleInput) ?? '') : 'An address is a text.',
    },
  });

@InputType({ description: 'site: where a channel has many places with names of their own (a forum, a review site).' })
export class HandleInput {
  @Field(() => ChannelEnum)
  channel!: Channel;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 253)
  @Matches(printable, { message: notPrintable })
  site?: string | null;

  @Field(() => String)
  @Length(1, 500)
  @Matches(printable, { message: notPrintable })
  @IsAddress()
  address!: string;
}

/** A handle as it was put in. */
export const handleIn = ({ channel, site, address }: HandleInput): HandleGiven => ({
  channel,
  ...(site == null ? {} : { site }),
  address,
});

@InputType()
export class ExternalIdInput {
  @Field(() => String)
  @Length(1, 100)
  @Matches(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, { message: 'The name of a system, in printable characters.' })
  system!: string;

  @Field(() => String)
  @Length(1, 500)
  @Matches(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, { message: 'An id, in printable characters.' })
  id!: string;
}

@ObjectType({ description: 'One address of a stakeholder on one channel, and on one site where the channel has many.' })
export class Handle {
  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => String, { nullable: true })
  readonly site!: string | null;

  @Field(() => String, { description: 'As it was given.' })
  readonly address!: string;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is theirs; null where that is not said.' })
  readonly from!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it was theirs; null where nothing ended it.' })
  readonly until!: number | null;
}

@ObjectType({ description: 'What another system calls a stakeholder; unique in that system.' })
export class ExternalId {
  @Field(() => DateTime, { nullable: true, description: 'Since when it is theirs; null where that is not said.' })
  readonly from!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Until when it was theirs; null where nothing ended it.' })
  readonly until!: number | null;

  @Field(() => String)
  readonly system!: string;

  @Field(() => String)
  readonly id!: string;
}

interface HeldFor {
  readonly from?: string;
  readonly until?: string;
}
const periodShown = ({ from, until }: HeldFor) => ({
  from: from === undefined ? null : Date.parse(from),
  until: until === undefined ? null : Date.parse(until),
});

/** What is held, as it is shown. */
export const handleShown = ({ channel, site, address, ...period }: HandleGiven & HeldFor): Handle => ({
  ...{ channel, site: site ?? null, address },
  ...periodShown(period),
});
export const externalIdShown = ({ system, id, ...period }: ExternalIdGiven & HeldFor): ExternalId => ({
  ...{ system, id },
  ...periodShown(period),
});
