import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { IdentityRulesStatus, MergeCause, MergeKind } from './enums.schema';
import { connectionOf } from './page.schema';
import { ProfileType } from './profile.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A version of the identity rules. */
@ObjectType('IdentityRules', { description: 'How a workspace tells people apart, in one version.' })
export class IdentityRulesType {
  @Field(() => Int, { description: '0: the workspace has set none, these are the built-in ones.' })
  version!: number;

  @Field(() => JsonScalar)
  rules!: unknown;

  @Field(() => IdentityRulesStatus)
  status!: string;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the key by which they were saved.' })
  savedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  savedAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When everybody was last made anew by them.' })
  appliedAt!: number | null;
}

/** An identifier that those recognise who know it. */
@ObjectType('MaskedIdentifier', { description: 'An identifier that those recognise who know it.' })
export class MaskedIdentifierType {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  masked!: string;
}

/** An entry of the merge log. */
@ObjectType('MergeEntry', { description: 'Why people were merged, kept apart or parted again.' })
export class MergeEntryType {
  @Field(() => ID)
  id!: string;

  @Field(() => MergeKind)
  kind!: string;

  @Field(() => MergeCause)
  cause!: string;

  @Field(() => ID)
  survivorId!: string;

  @Field(() => ID, { nullable: true })
  absorbedId!: string | null;

  @Field(() => [MaskedIdentifierType], { description: 'The two identifiers whose meeting it was.' })
  identifiers!: MaskedIdentifierType[];

  @Field(() => ID, { nullable: true, description: 'The event that said so; null when a person did.' })
  eventId!: string | null;

  @Field(() => ID, { nullable: true })
  sourceId!: string | null;

  @Field(() => Int)
  rulesVersion!: number;

  @Field(() => DateTimeScalar)
  at!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Of a refused or held link: the type whose limit or value it was.',
  })
  detail!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the key by which a person decided.' })
  actor!: string | null;
}

/** A value that links too many. */
@ObjectType('IdentityRisk', { description: 'A value that links more people than the workspace thinks right.' })
export class IdentityRiskType {
  @Field(() => ID, { description: 'Names the value without saying it.' })
  key!: string;

  @Field(() => String)
  type!: string;

  @Field(() => String)
  masked!: string;

  @Field(() => Int, { description: 'How many other identifiers events have linked it with.' })
  links!: number;

  @Field(() => Int, { description: 'How many of these links are held back.' })
  held!: number;

  @Field(() => DateTimeScalar)
  since!: number;

  @Field(() => ID, { nullable: true })
  profileId!: string | null;

  @Field(() => [String], { description: 'Keys of the sources of its first links.' })
  sources!: string[];
}

/** Whom two identifiers belong to, after a decision. */
@ObjectType('Parting', { description: 'Whom two identifiers belong to, after somebody decided about them.' })
export class PartingType {
  @Field(() => [ProfileType])
  profiles!: ProfileType[];

  @Field(() => Boolean, { description: 'False: they are one person, after an unmerge by other links.' })
  isApart!: boolean;
}

export const IdentityRulesConnection = connectionOf('IdentityRules', IdentityRulesType);
export const MergeEntryConnection = connectionOf('MergeEntry', MergeEntryType);
export const IdentityRiskConnection = connectionOf('IdentityRisk', IdentityRiskType);
