import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IdentityRulesStatus, LinkCandidateState, LinkVerdict, MergeCause, MergeKind } from './enums.schema';
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

/** What one trait says of a pair. */
@ObjectType('LinkEvidence', { description: 'What one trait says of a pair, without its values.' })
export class LinkEvidenceType {
  @Field(() => String)
  trait!: string;

  @Field(() => String, {
    description: 'How far the values agree: exact, close, alike, exchanged, differs, missing.',
  })
  level!: string;

  @Field(() => Float, { description: 'Bits for, or below 0 against, one person; measured against pairs at random.' })
  weight!: number;
}

/** Two people who may be one. */
@ObjectType('LinkCandidate', { description: 'Two people who may be one, found by their traits.' })
export class LinkCandidateType {
  @Field(() => [ID], { description: 'The two as they were when they were compared.' })
  profileIds!: readonly string[];

  @Field(() => [ProfileType])
  profiles!: ProfileType[];

  @Field(() => Float)
  probability!: number;

  @Field(() => Float, { description: 'Bits; 0 is even odds.' })
  weight!: number;

  @Field(() => LinkVerdict)
  verdict!: string;

  @Field(() => [LinkEvidenceType])
  evidence!: readonly LinkEvidenceType[];

  @Field(() => LinkCandidateState)
  state!: string;

  @Field(() => ID, { description: 'The job that found it.' })
  runId!: string;

  @Field(() => DateTimeScalar)
  foundAt!: number;

  @Field(() => String, { nullable: true, description: 'Id of the key by which a person decided.' })
  decidedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt!: number | null;
}

/** A trait to compare people by. */
@InputType()
export class LinkFieldInput {
  @Field(() => String)
  trait!: string;

  @Field(() => String, {
    nullable: true,
    description: 'name, text, address, house, date, phone, email, code, amount, category; inferred when absent.',
  })
  type?: string | null;
}

/** How people who may be one are looked for. */
@InputType()
export class FindLinkCandidatesInput {
  @Field(() => [LinkFieldInput], { nullable: true, description: 'Stated traits that tell people apart, when absent.' })
  fields?: LinkFieldInput[] | null;

  @Field(() => Float, { nullable: true, description: 'Probability from which a pair is a match; 0.9 when absent.' })
  threshold?: number | null;

  @Field(() => Float, { nullable: true, description: 'Probability from which it is worth a look; 0.1 when absent.' })
  reviewLow?: number | null;

  @Field(() => Int, { nullable: true, description: '1 when absent.' })
  seed?: number | null;

  @Field(() => Int, { nullable: true, description: 'More people are refused; 100,000 when absent, 500,000 at most.' })
  maxProfiles?: number | null;
}

export const LinkCandidateConnection = connectionOf('LinkCandidate', LinkCandidateType);
export const IdentityRulesConnection = connectionOf('IdentityRules', IdentityRulesType);
export const MergeEntryConnection = connectionOf('MergeEntry', MergeEntryType);
export const IdentityRiskConnection = connectionOf('IdentityRisk', IdentityRiskType);
