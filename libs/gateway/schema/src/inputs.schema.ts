import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { KeyScope, SegmentKind, SourceKind, SyncMode } from './enums.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A source to be made. */
@InputType()
export class CreateSourceInput {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => SourceKind, { defaultValue: 'http' })
  kind!: string;
}

/** A segment to be made, as a draft. */
@InputType()
export class CreateSegmentInput {
  @Field(() => String, { description: 'snake_case, immutable, never reused.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => SegmentKind, { defaultValue: 'rule' })
  kind!: string;

  @Field(() => JsonScalar, {
    description: '{"version": 1, "entity": "profile", "where": …}, or a text in the text form.',
  })
  rule!: unknown;

  @Field(() => String, { nullable: true, description: 'What its members must have consented to before they are sent.' })
  purpose?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'At most 20 of 1 to 50 characters.' })
  tags?: string[] | null;
}

/** What people call a segment; a field that is absent stays as it is. */
@InputType()
export class DescribeSegmentInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'At most 20 of 1 to 50 characters.' })
  tags?: string[] | null;
}

/** A file to be read in. */
@InputType()
export class ImportRecordsInput {
  @Field(() => String, { nullable: true, description: 'What POST /v2/artifacts answered; this, or an address.' })
  artifactKey?: string | null;

  @Field(() => String, { nullable: true, description: 'An https address of the file; private addresses are refused.' })
  url?: string | null;

  @Field(() => String)
  fileName!: string;

  @Field(() => String, { description: 'Key of the source that the records count for.' })
  source!: string;

  @Field(() => JsonScalar, { description: 'Name of a known mapping, or a mapping.' })
  mapping!: unknown;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether rows may make people; otherwise rows of unknown people are left out. As the mapping says when absent.',
  })
  createProfiles?: boolean | null;
}

/** A cluster whose rules are to be a segment. */
@InputType()
export class DraftClusterSegmentInput {
  @Field(() => String, { description: 'Key of a clustering.' })
  model!: string;

  @Field(() => String, { description: 'Key of one of its clusters.' })
  cluster!: string;

  @Field(() => String, { nullable: true, description: 'Key of the segment; those of model and cluster when absent.' })
  key?: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the segment; that of the cluster when absent.' })
  name?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Makes the computed traits live that the rule names, and computes them: until then it finds nobody.',
  })
  makeLive!: boolean;
}

/** People whose group is known. */
@InputType()
export class SeedGroupInput {
  @Field(() => String)
  group!: string;

  @Field(() => [ID], { description: 'Profiles.' })
  people!: string[];
}

/** A clustering to be trained. */
@InputType()
export class TrainClustersInput {
  @Field(() => String, { description: 'Key of the model; made when it is new.' })
  key!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Now when absent.' })
  asOf?: number | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Names of features; all numeric ones when absent. Texts are words, of which kmedoids and kprototypes take at most 50.',
  })
  features?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Names of features that are left out.' })
  exclude?: string[] | null;

  @Field(() => String, { nullable: true, description: 'A name of clusteringAlgorithms; kmeans when absent.' })
  algorithm?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'The algorithm’s own parameters by name.' })
  params?: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'Weights of features by name: 1 when absent, 0 to 1e6.' })
  weights?: unknown;

  @Field(() => [SeedGroupInput], {
    nullable: true,
    description: 'People whose group is known: for seeded-kmeans and label-spreading. At most 100 groups of 5,000.',
  })
  seeds?: SeedGroupInput[] | null;

  @Field(() => [[ID]], {
    nullable: true,
    description: 'Pairs of profiles that belong together: for linked-kmeans. At most 5,000.',
  })
  mustLink?: string[][] | null;

  @Field(() => [[ID]], { nullable: true, description: 'Pairs of profiles that must not be together.' })
  cannotLink?: string[][] | null;

  @Field(() => Int, { nullable: true, description: '2 to 100; chosen or found from the data when absent.' })
  k?: number | null;

  @Field(() => Int, { nullable: true, description: 'With kMost in place of k: the fewest clusters to choose from.' })
  kLeast?: number | null;

  @Field(() => Int, { nullable: true })
  kMost?: number | null;

  @Field(() => Int, { nullable: true, description: 'Fewest people of a cluster.' })
  minSize?: number | null;

  @Field(() => Int, { nullable: true, description: 'Most people of a cluster.' })
  maxSize?: number | null;

  @Field(() => Int, { defaultValue: 1 })
  seed!: number;
}

/** A propensity model to be trained. */
@InputType()
export class TrainPropensityInput {
  @Field(() => String)
  key!: string;

  @Field(() => String, { description: 'Name of the event that is to happen.' })
  event!: string;

  @Field(() => Int, { description: 'Within so many days.' })
  horizonDays!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The latest instant that leaves a horizon when absent.' })
  asOf?: number | null;

  @Field(() => Int, { defaultValue: 1 })
  seed!: number;
}

/** Data to be looked at. */
@InputType()
export class ProfileQualityInput {
  @Field(() => String, { nullable: true, description: 'Key of one source; all when absent.' })
  source?: string | null;

  @Field(() => Boolean, { defaultValue: true, description: 'People’s traits too.' })
  traits!: boolean;

  @Field(() => Int, { defaultValue: 7, description: 'Messages received within so many days, 1 to 31.' })
  days!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Now when absent.' })
  asOf?: number | null;
}

/** A connector to be configured. */
@InputType()
export class CreateDestinationInput {
  @Field(() => String, { description: 'snake_case, immutable, never reused.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Id of the connector.' })
  plugin!: string;

  @Field(() => JsonScalar, { description: 'By the connector’s schema. Secrets are sealed and never shown again.' })
  settings!: unknown;

  @Field(() => String, {
    nullable: true,
    description:
      'What people must have consented to before they are sent there; for ad platforms advertising when absent, else nothing.',
  })
  purpose?: string | null;
}

/** A segment to be bound to a destination. */
@InputType()
export class CreateSyncInput {
  @Field(() => String, { description: 'Key of the destination.' })
  destination!: string;

  @Field(() => String, { description: 'Key of the segment.' })
  segment!: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Field of the action → where its value comes from.' })
  mapping?: unknown;

  @Field(() => SyncMode, { defaultValue: 'live' })
  mode!: string;
}

/** A key to be made. */
@InputType()
export class CreateApiKeyInput {
  @Field(() => String)
  name!: string;

  @Field(() => [KeyScope], { description: 'None that the calling key does not carry itself.' })
  scopes!: string[];

  @Field(() => DateTimeScalar, { nullable: true })
  expiresAt?: number | null;
}
