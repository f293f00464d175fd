import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { ModelGrade, ModelKind, ModelVersionStatus, ReasonUnit, ServingCause } from './enums.schema';
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

  @Field(() => DateTimeScalar, {
    description:
      'The instant whose knowledge it was trained on; of one with `fitOf`: the instant as of which everybody was scored.',
  })
  asOf!: number;

  @Field(() => JsonScalar, { description: 'What it was made of, how good it is, and what it must not be used for.' })
  card!: unknown;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'The version whose fit it scores everybody by, after a return to that one; null: its own.',
  })
  fitOf!: number | null;

  runId!: string;
}

/** A version that was served from an instant on. */
@ObjectType('ModelServing', { description: 'A version of a model that was served from an instant on.' })
export class ModelServingType {
  @Field(() => Int)
  version!: number;

  @Field(() => DateTimeScalar)
  servedAt!: number;

  @Field(() => ServingCause)
  cause!: string;

  @Field(() => String, { nullable: true, description: 'Id of the key that asked for a return.' })
  askedBy!: string | null;
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

/** What sets a cluster apart in one word. */
@ObjectType('ClusterWord', { description: 'A word that more of a cluster have than of everybody, or fewer.' })
export class ClusterWordType {
  @Field(() => String)
  feature!: string;

  @Field(() => String, { description: 'Empty: people of whom none is known.' })
  word!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Float, { description: '0–1' })
  shareOfCluster!: number;

  @Field(() => Float, { description: '0–1, of everybody.' })
  shareOfPeople!: number;

  @Field(() => Float, { description: 'The difference in standard deviations of having the word.' })
  effectSize!: number;
}

/** How rules tell a cluster. */
@ObjectType('ClusterRule', { description: 'How rules tell a cluster, and how well on people they were not made from.' })
export class ClusterRuleType {
  @Field(() => [String], { description: 'Ways into the cluster; any of them.' })
  words!: string[];

  @Field(() => Float, { nullable: true, description: 'Share of whom the rules name that are of the cluster.' })
  precision!: number | null;

  @Field(() => Float, { nullable: true, description: 'Share of the cluster that the rules name.' })
  recall!: number | null;

  @Field(() => Float, { description: 'Their harmonic mean.' })
  f1!: number;

  @Field(() => JsonScalar, { nullable: true, description: 'As a rule of a segment; null where there is none.' })
  rule!: unknown;

  @Field(() => String, { nullable: true, description: 'Why there is none.' })
  noRule!: string | null;
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

  @Field(() => String, { nullable: true, description: '#rrggbb; goes with the key. Null in old versions.' })
  colour?: string | null;

  @Field(() => [ClusterFeatureType])
  features!: ClusterFeatureType[];

  @Field(() => [ClusterWordType], { description: 'Words that set it apart; empty where no feature is of words.' })
  categories!: ClusterWordType[];

  @Field(() => ClusterRuleType, { nullable: true, description: 'Null of a model fitted before rules were kept.' })
  rule!: ClusterRuleType | null;
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
      'Of a probability: the log-odds that it adds, before calibration. Of a cluster: by how much it brings the own centre nearer than the next one, as squared distance in the scaled space; where the algorithm has no centres, the probability that it adds by the model’s rules (SHAP).',
  })
  contribution!: number;
}

/** One feature that would have to be another. */
@ObjectType('FeatureChange', { description: 'One feature that would have to be another, in its own unit.' })
export class FeatureChangeType {
  @Field(() => String)
  feature!: string;
}

/** How far somebody is from a cluster that they are not in. */
@ObjectType('OtherCluster', { description: 'How far somebody is from a cluster that they are not in.' })
export class OtherClusterType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [FeatureChangeType], { description: 'The least change found that leads there.' })
  changes!: FeatureChangeType[];

  @Field(() => Float, { description: 'Length of that way in the model’s scaled space.' })
  distance!: number;

  @Field(() => Boolean, { description: 'Whether the model itself would place somebody so changed there.' })
  holds!: boolean;
}

/** Where somebody stands among the clusters of a model. */
@ObjectType('ClusterStanding', { description: 'Where somebody stands among the clusters of a model.' })
export class ClusterStandingType {
  @Field(() => String, {
    nullable: true,
    description: 'The rule of the model that they follow; null when it has none, or none of a word like theirs.',
  })
  rule!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether that rule names the cluster that they are in.' })
  ruleAgrees!: boolean | null;

  @Field(() => Boolean, { description: 'Far out in their cluster, or in none.' })
  isOutlier!: boolean;

  @Field(() => [OtherClusterType], { description: 'The nearest first.' })
  others!: OtherClusterType[];
}

/** What a score is made of. */
@ObjectType('ScoreExplanation', { description: 'What a score is made of: base and all contributions make the total.' })
export class ScoreExplanationType {
  @Field(() => ReasonUnit)
  unit!: string;

  @Field(() => Float)
  base!: number;

  @Field(() => Float)
  total!: number;

  @Field(() => [ScoreReasonType], { description: 'The strongest first.' })
  reasons!: ScoreReasonType[];

  @Field(() => ClusterStandingType, { nullable: true, description: 'Null for a probability.' })
  standing!: ClusterStandingType | null;
}

/** The people of a clustering who are like nobody. */
@ObjectType('OutlierGroup', { description: 'The people of a clustering who are far out in their cluster, or in none.' })
export class OutlierGroupType {
  modelId!: string;

  @Field(() => Int)
  people!: number;

  @Field(() => Int, { description: 'Of them: in no cluster.' })
  inNone!: number;

  @Field(() => Float, { description: 'Of everybody, 0–1.' })
  shareOfPeople!: number;
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
export const ModelServingConnection = connectionOf('ModelServing', ModelServingType);
export const ModelVersionConnection = connectionOf('ModelVersion', ModelVersionType);
export const ScoreConnection = connectionOf('Score', ScoreType);
