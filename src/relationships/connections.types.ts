import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { ExplainedCommandInput } from '../graphql/commands.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { type ConnectionKind, connectionKinds } from './connection.js';
import { AboutRelationship, RelationshipFact } from './relationships.types.js';

export const ConnectionKindEnum = enumOf(connectionKinds);
registerEnumType(ConnectionKindEnum, {
  name: 'MaterialConnectionKind',
  description: 'What ties somebody to us beyond what they think: to be disclosed where they speak for us.',
});

@ObjectType({ implements: () => Node, description: 'A material connection began.' })
export class ConnectionRecorded extends RelationshipFact {
  readonly __typename = 'ConnectionRecorded';

  @Field(() => ConnectionKindEnum)
  readonly connectionKind!: ConnectionKind;

  @Field(() => DateTime, { nullable: true, description: 'As it was recorded; null: without an end.' })
  readonly until!: number | null;
}

@ObjectType({ implements: () => Node, description: 'A material connection ended.' })
export class ConnectionEnded extends RelationshipFact {
  readonly __typename = 'ConnectionEnded';
  readonly connectionId!: string;
}

/** A connection as resolvers hand it on. */
@ObjectType({
  implements: () => Node,
  description: 'A material connection (16 CFR 255.5): they were paid, given something, employed, or are family.',
})
export class MaterialConnection extends Node {
  readonly __typename = 'MaterialConnection';
  readonly stakeholderId!: string;
  readonly moment!: Moment;

  @Field(() => ConnectionKindEnum)
  readonly kind!: ConnectionKind;

  @Field(() => DateTime)
  readonly from!: number;

  @Field(() => DateTime, { nullable: true, description: 'From then on it is none; null while nothing known ends it.' })
  readonly until!: number | null;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

// Inputs.

@InputType()
export class RecordConnectionInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ConnectionKindEnum)
  kind!: ConnectionKind;

  @Field(() => DateTime, { nullable: true, description: 'From when on; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended, or will; left out: it goes on.' })
  @IsOptional()
  until?: number | null;
}

@InputType()
export class EndConnectionInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Of the connection, or of the fact that it began.' })
  @IsGlobalId(['MaterialConnection', 'ConnectionRecorded'])
  connectionId!: string;

  @Field(() => DateTime, { nullable: true, description: 'From when on it is none; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

// Outcomes.

@ObjectType()
export class ConnectionWasRecorded extends AboutRelationship {
  readonly __typename = 'ConnectionWasRecorded';
}
@ObjectType()
export class ConnectionWasEnded extends AboutRelationship {
  readonly __typename = 'ConnectionWasEnded';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when this stakeholder has no such connection, or it was taken back.',
})
export class ConnectionNotFound extends Refusal {
  readonly __typename = 'ConnectionNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the connection has an end on record: a mistaken one is retracted first.',
})
export class ConnectionHasEnded extends Refusal {
  readonly __typename = 'ConnectionHasEnded';

  @Field(() => DateTime)
  readonly endedAt!: number;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when a connection is to end before it began, or at that instant.',
})
export class BeforeItBegan extends Refusal {
  readonly __typename = 'BeforeItBegan';

  @Field(() => DateTime)
  readonly beganAt!: number;
}

export const RecordConnectionResult = resultOf('RecordConnectionResult', () => [
  ConnectionWasRecorded,
  BeforeItBegan,
  StakeholderNotFound,
  CommandIdReused,
]);
export const EndConnectionResult = resultOf('EndConnectionResult', () => [
  ConnectionWasEnded,
  ConnectionNotFound,
  ConnectionHasEnded,
  BeforeItBegan,
  StakeholderNotFound,
  CommandIdReused,
]);
