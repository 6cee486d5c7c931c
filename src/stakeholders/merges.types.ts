import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ReasonedCommandInput } from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { Done } from '../graphql/done.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { ExternalId, Handle } from './handles.types.js';
import { Stakeholder, StakeholderNotFound } from './stakeholders.types.js';
import type { SuggestionCursor } from './suggestion-pages.js';
import { type TraitKind, traitKinds } from './traits.js';

/** A merge as resolvers hand it on; what was recorded meanwhile, other contexts find by `from` and `until`. */
@ObjectType({ description: 'Who was recorded as two is one: since when, by whose decision and why, and how it ended.' })
export class StakeholderMerge {
  /** Who remains, with the past that is asked about. */
  readonly stakeholder!: Stakeholder;
  /** Ordinals of the facts that began and ended it. */
  readonly from!: number;
  readonly until!: number | null;
  /** Keys and ids of those in whose streams stands what stays, were the merged one parted from them. */
  readonly stayingKeys!: readonly number[];
  readonly stayingIds!: readonly string[];

  @Field(() => ID, { description: 'The id that was merged. While the merge holds, it answers with who remains.' })
  readonly mergedId!: string;

  @Field(() => String, { description: 'What the merged one is called in their own record.' })
  readonly mergedName!: string;

  @Field(() => ID, { description: 'The id that it was merged into: perhaps itself one that was merged into another.' })
  readonly intoId!: string;

  @Field(() => DateTime)
  readonly mergedAt!: number;

  @Field(() => String)
  readonly mergedBy!: string;

  @Field(() => String, { nullable: true })
  readonly mergedReason!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Null while it holds.' })
  readonly unmergedAt!: number | null;

  @Field(() => String, { nullable: true })
  readonly unmergedBy!: string | null;

  @Field(() => String, { nullable: true })
  readonly unmergedReason!: string | null;
}

@ObjectType({
  description:
    'What a merge would come to: each as they are, and what would be told of both. Nothing is written; what is told is as of now.',
})
export class MergePreview {
  /** The keys and ids of all who would be one, first who would remain. */
  readonly memberKeys!: readonly number[];
  readonly memberIds!: readonly string[];
  readonly moment!: Moment;

  @Field(() => Stakeholder, { description: 'Who would remain, as they are.' })
  readonly survivor!: Stakeholder;

  @Field(() => Stakeholder, { description: 'Who would be merged, as they are.' })
  readonly merged!: Stakeholder;

  @Field(() => Boolean, { description: 'They are one already.' })
  readonly alreadyOne!: boolean;

  @Field(() => Refusal, { nullable: true, description: 'What stands in the way; null where nothing does.' })
  readonly refusal!: Refusal | null;

  @Field(() => [Handle])
  readonly handles!: readonly Handle[];

  @Field(() => [ExternalId])
  readonly externalIds!: readonly ExternalId[];
}

export const MergeEvidenceEnum = enumOf(traitKinds);
registerEnumType(MergeEvidenceEnum, {
  name: 'MergeEvidenceKind',
  description: 'What two have in common, the strongest first.',
  valuesMap: {
    ADDRESS: { description: 'An address of email in another form: what follows a plus, dots, case.' },
    MAILBOX: { description: 'What stands before the at of two addresses, under the same name.' },
    ACCOUNT: { description: 'The name of an account, on two channels or sites.' },
    NAME: { description: 'The same name, of two words or more, in any order.' },
  },
});

@ObjectType()
export class MergeEvidence {
  @Field(() => MergeEvidenceEnum)
  readonly kind!: TraitKind;

  @Field(() => String, { description: 'What is the same, in the form in which it was compared.' })
  readonly value!: string;
}

@ObjectType({ description: 'Two who may be one. Nothing is merged by itself.' })
export class MergeSuggestion {
  readonly cursor!: SuggestionCursor;
  readonly moment!: Moment;

  @Field(() => Stakeholder)
  readonly one!: Stakeholder;

  @Field(() => Stakeholder)
  readonly other!: Stakeholder;

  @Field(() => String, { description: 'By which rule they were found.' })
  readonly definition!: string;
}

export const { Connection: MergeSuggestionConnection } = connectionTypes<MergeSuggestion>(
  'MergeSuggestion',
  () => MergeSuggestion,
);

@InputType()
export class TellApartInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  otherId!: string;
}

@ObjectType()
export class StakeholdersToldApart extends Done {
  readonly __typename = 'StakeholdersToldApart';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => Stakeholder)
  readonly other!: Stakeholder;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when two are to be told apart who are one: unmerge them.',
})
export class AreOne extends Refusal {
  readonly __typename = 'AreOne';
}

@InputType({ isAbstract: true })
abstract class MergeInput extends ReasonedCommandInput {
  @Field(() => ID, { description: 'Who remains. An old id means whoever remains under it.' })
  @IsGlobalId('Stakeholder')
  survivorId!: string;

  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  mergedId!: string;
}

@InputType()
export class MergeStakeholdersInput extends MergeInput {}

@InputType()
export class UnmergeStakeholderInput extends MergeInput {}

@ObjectType()
export class StakeholdersMerged extends Done {
  readonly __typename = 'StakeholdersMerged';

  @Field(() => Stakeholder, { description: 'Who remains.' })
  readonly stakeholder!: Stakeholder;
}

@ObjectType()
export class StakeholderUnmerged extends Done {
  readonly __typename = 'StakeholderUnmerged';

  @Field(() => Stakeholder, { description: 'Who remained.' })
  readonly stakeholder!: Stakeholder;

  @Field(() => Stakeholder, {
    description: 'Who is somebody else again, with what was recorded through their handles.',
  })
  readonly unmerged!: Stakeholder;

  @Field(() => StakeholderMerge, {
    nullable: true,
    description:
      'The merge that was ended, with all that was recorded while it held and stays with who remained. Null where it cannot be read yet: ask `stakeholder.merges`, with `atLeast`.',
  })
  readonly merge!: StakeholderMerge | null;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when somebody is to be merged with themselves.' })
export class SameStakeholder extends Refusal {
  readonly __typename = 'SameStakeholder';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when a person is to be merged with an organisation.' })
export class KindsDiffer extends Refusal {
  readonly __typename = 'KindsDiffer';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when who is to remain was retired.' })
export class SurvivorIsRetired extends Refusal {
  readonly __typename = 'SurvivorIsRetired';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when more would be one than are read as one.' })
export class GroupTooLarge extends Refusal {
  readonly __typename = 'GroupTooLarge';

  @Field(() => Int, { description: 'How many would be one.' })
  readonly size!: number;

  @Field(() => Int, { description: 'How many may be.' })
  readonly allowed!: number;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when the two are not one by a merge of the second.' })
export class NotMerged extends Refusal {
  readonly __typename = 'NotMerged';
}

export const MergeStakeholdersResult = resultOf('MergeStakeholdersResult', () => [
  StakeholdersMerged,
  SameStakeholder,
  KindsDiffer,
  SurvivorIsRetired,
  GroupTooLarge,
  StakeholderNotFound,
  CommandIdReused,
]);
export const UnmergeStakeholderResult = resultOf('UnmergeStakeholderResult', () => [
  StakeholderUnmerged,
  NotMerged,
  StakeholderNotFound,
  CommandIdReused,
]);
export const TellApartResult = resultOf('TellApartResult', () => [
  StakeholdersToldApart,
  SameStakeholder,
  AreOne,
  StakeholderNotFound,
  CommandIdReused,
]);
