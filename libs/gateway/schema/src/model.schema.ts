import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { ModelGrade, ModelKind, ModelVersionStatus } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** A clustering or a propensity model; it has versions, a card and one live version. */
@ObjectType('Model', {
  description: 'A clustering or a propensity model; it has versions, a card and one live version.',
})
export class ModelType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => ModelKind)
  kind!: string;

  @Field(() => Int, { nullable: true })
  liveVersion!: number | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;
}

/** One trained version of a model. */
@ObjectType('ModelVersion')
export class ModelVersionType {
  @Field(() => Int)
  version!: number;

  @Field(() => ModelVersionStatus)
  status!: string;

  @Field(() => ModelGrade, { nullable: true })
  grade!: string | null;

  @Field(() => Float)
  seed!: number;

  @Field(() => DateTimeScalar, { description: 'The instant whose knowledge it was trained on.' })
  asOf!: number;

  @Field(() => JsonScalar, { description: 'What it was made of, how good it is, and what it must not be used for.' })
  card!: unknown;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  runId!: string;
}

/** What sets a cluster apart in one feature. */
@ObjectType('ClusterFeature', { description: 'What sets a cluster apart in one feature.' })
export class ClusterFeatureType {
  @Field(() => String)
  feature!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Float, { description: 'In the feature’s unit.' })
  clusterMean!: number;

  @Field(() => Float, { description: 'The same over everybody.' })
  overallMean!: number;

  @Field(() => Float, { nullable: true, description: 'clusterMean / overallMean; null when the latter is 0.' })
  lift!: number | null;

  @Field(() => Float, { description: 'Distance from everybody, in standard deviations.' })
  effectSize!: number;

  @Field(() => String, { description: 'higher or lower than everybody.' })
  direction!: string;
}

/** One group of people, with its sheet. */
@ObjectType('Cluster', { description: 'One group of people, with its sheet.' })
export class ClusterType {
  @Field(() => String, { description: 'Stable over retrains.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [String], { description: 'What the name was taken from.' })
  evidence!: string[];

  @Field(() => Int)
  size!: number;

  @Field(() => Float, { description: '0–1' })
  shareOfPeople!: number;

  @Field(() => Float, { nullable: true, description: '0–1; null when the model knows no value.' })
  shareOfValue!: number | null;

  @Field(() => String)
  suggestedAction!: string;

  @Field(() => [ClusterFeatureType])
  features!: ClusterFeatureType[];
}

/** What moved a person’s score, and by how much. */
@ObjectType('ScoreReason', { description: 'What moved a person’s score, and by how much.' })
export class ScoreReasonType {
  @Field(() => String)
  feature!: string;

  @Field(() => JsonScalar, { nullable: true })
  value!: unknown;

  @Field(() => Float, {
    description:
      'Of a probability: the log-odds that it adds, before calibration. Of a cluster: by how much it brings the own centre nearer than the next one, as squared distance in the scaled space.',
  })
  contribution!: number;
}

/** One person’s line of a model’s live version. */
@ObjectType('Score', { description: 'One person’s line of a model’s live version.' })
export class ScoreType {
  modelId!: string;
  profileId!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => DateTimeScalar)
  asOf!: number;

  @Field(() => Float, { nullable: true, description: '0–1, calibrated.' })
  probability!: number | null;

  @Field(() => Float, { nullable: true, description: '0–100.' })
  percentile!: number | null;

  @Field(() => String, { nullable: true })
  clusterKey!: string | null;

  @Field(() => Float, { nullable: true })
  distance!: number | null;

  @Field(() => Float, { nullable: true, description: '0–1; what it means of a clustering its version tells.' })
  confidence!: number | null;

  @Field(() => Float, { nullable: true, description: '0–1; from 0.5 on the person is one of a clustering’s outliers.' })
  outlierScore!: number | null;
}

export const ModelConnection = connectionOf('Model', ModelType);
export const ModelVersionConnection = connectionOf('ModelVersion', ModelVersionType);
export const ScoreConnection = connectionOf('Score', ScoreType);
