import {
  clusteringCardSchema,
  modelCardSchema,
  type Json,
  type ModelFiles,
  type PersonFeatures,
  type ScoreRecord,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import {
  codeOf,
  explainPlacement,
  explainPropensity,
  peopleTable,
  readWord,
  type ClusterModel,
  type FeatureChange,
  type PropensityArtifact,
} from '@kohort/models-domain';
import type { ParsedModels } from './parsed-models';

/** What explaining a score needs of the world. `models` lives as long as the process. */
export interface ExplainScorePorts {
  readonly files: ModelFiles;
  readonly models: ParsedModels;
  readonly features: PersonFeatures;
}

/** The score that is to be explained. */
export type ScoreToExplain = Pick<
  ScoreRecord,
  'modelId' | 'profileId' | 'version' | 'asOf' | 'probability' | 'clusterKey'
>;

/** One feature and what it adds. */
export interface ScoreReason {
  readonly feature: string;
  /** As it stood when the score was made; null is missing. */
  readonly value: number | string | null;
  readonly contribution: number;
}

/** What it takes to be in another cluster than one's own. */
export interface OtherCluster {
  readonly key: string;
  readonly name: string;
  /** The least change found that leads there. */
  readonly changes: readonly FeatureChange[];
  /** Length of that way in the model's scaled space. */
  readonly distance: number;
  /** Whether the model itself would place somebody so changed there. */
  readonly holds: boolean;
}

/** Where somebody stands among clusters. */
export interface ClusterStanding {
  /** The rule that they follow, in words, and whether it names their cluster too; null where none of the model's is of them. */
  readonly rule: string | null;
  readonly ruleAgrees: boolean | null;
  readonly isOutlier: boolean;
  /** The nearest first. */
  readonly others: readonly OtherCluster[];
}

/** What contributions are in. */
export type ReasonUnit = 'log_odds' | 'squared_distance' | 'probability';

/**
 * What a score is made of: `base` and all contributions add up to `total`. Of a propensity these are log-odds before
 * calibration; of a cluster the squared distance to the next centre less that to the own in the scaled space (base 0),
 * where the model places by centres, else the probability that the model's rules give the cluster.
 */
export interface ScoreExplanation {
  readonly unit: ReasonUnit;
  readonly base: number;
  readonly total: number;
  /** All that add something, strongest first. */
  readonly reasons: readonly ScoreReason[];
  /** Null for a propensity. */
  readonly standing: ClusterStanding | null;
}

/** A probability this far from the stored one is another person's, so to say: their records have changed since. */
const SAME_PROBABILITY = 0.01;

/** Cards of before workspaces had sets of their own name none. */
const FIRST_SET = 1;

interface Person {
  readonly names: readonly string[];
  readonly values: Float64Array;
  /** Of each value, whether it is missing. */
  readonly missing: readonly boolean[];
}

function propensityReasons(
  artifact: PropensityArtifact,
  person: Person,
  stored: number | null,
): ScoreExplanation | null {
  const table = peopleTable({ features: person.names, data: person.values });
  const { probability, base, margin, reasons } = explainPropensity(artifact, { table, row: 0 });
  if (stored !== null && Math.abs(probability - stored) > SAME_PROBABILITY) return null;
  return { unit: 'log_odds', base, total: margin, reasons, standing: null };
}

/** A value as a model takes it: of a feature of words the place of the word. */
function numberOf(value: number | string | null, feature: string, categories: ClusterModel['categories']): number {
  const category = categories.find((one) => one.feature === feature);
  if (category) return codeOf(category, value === null ? null : String(value));
  return typeof value === 'number' ? value : NaN;
}

/** Reasons with nothing in place of a word that is missing: the model may know no list with an empty one. */
const withMissing = (reasons: readonly ScoreReason[], { names, missing }: Person): ScoreReason[] =>
  reasons.map((reason) => (missing[names.indexOf(reason.feature)] ? { ...reason, value: null } : reason));

/** Changes from no word where one is missing, as they are read. */
const fromMissing = (
  changes: readonly FeatureChange[],
  { names, missing }: Person,
  categories: ClusterModel['categories'],
): readonly FeatureChange[] =>
  changes.map((change) =>
    missing[names.indexOf(change.feature)] && categories.some(({ feature }) => feature === change.feature)
      ? { ...change, from: readWord('') }
      : change,
  );

async function clusterReasons(
  model: ClusterModel,
  person: Person,
  { stored, card }: { stored: string | null; card: Json },
): Promise<ScoreExplanation | null> {
  const { label, by, base, total, reasons, rule, ruleAgrees, isOutlier, others } = await explainPlacement(
    model,
    person.values,
  );
  const { clusters } = clusteringCardSchema.parse(card);
  if (by === null || (clusters[label]?.key ?? null) !== stored) return null;
  const named = others.flatMap(({ cluster, ...way }) => {
    const sheet = clusters[cluster];
    const changes = fromMissing(way.changes, person, model.categories);
    return sheet ? [{ key: sheet.key, name: sheet.name, ...way, changes }] : [];
  });
  const standing = { rule, ruleAgrees, isOutlier, others: named };
  return {
    unit: by === 'centres' ? 'squared_distance' : 'probability',
    base,
    total,
    reasons: withMissing(reasons, person),
    standing,
  };
}

/**
 * Says what a stored score is made of, from its version's artifact and the person's features as of the score's instant.
 * Null where that cannot be said: the version or its file is gone, nothing is known of the person by then, or the
 * records have changed since so far that they give another score.
 *
 * Cost    one person's features; the artifact is read once; of a cluster one placement of the person and of some dozens
 *         who differ a little
 * Throws  ARTIFACT_…, PROPENSITY_ARTIFACT_INVALID, CLUSTERS_BAD_MODEL
 */
export async function explainScore(
  ports: ExplainScorePorts,
  workspaceId: WorkspaceId,
  score: ScoreToExplain,
): Promise<ScoreExplanation | null> {
  const file = await ports.files.of(workspaceId, score.modelId, score.version);
  if (!file || file.artifactKey === null) return null;
  const parsed = await ports.models.of(file.kind, file.artifactKey);
  const names = parsed.kind === 'propensity' ? parsed.artifact.features : parsed.model.featureNames;
  const { profileId, asOf } = score;
  const definitionVersion = modelCardSchema.safeParse(file.card).data?.definitionVersion ?? FIRST_SET;
  const known = await ports.features.at(workspaceId, { profileId, asOf, features: names, definitionVersion });
  if (!known) return null;
  const categories = parsed.kind === 'propensity' ? [] : parsed.model.categories;
  const values = Float64Array.from(known, (value, i) => numberOf(value, names[i] ?? '', categories));
  const person = { names, values, missing: known.map((value) => value === null) };
  return parsed.kind === 'propensity'
    ? propensityReasons(parsed.artifact, person, score.probability)
    : clusterReasons(parsed.model, person, { stored: score.clusterKey, card: file.card });
}
