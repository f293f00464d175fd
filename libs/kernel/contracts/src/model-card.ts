import { z } from 'zod';
import type { JsonObject } from './json';

const jsonObject = z.custom<JsonObject>((value) => z.record(z.string(), z.json()).safeParse(value).success);

/** One feature that sets a cluster apart. */
const distinguishingFeatureSchema = z.object({
  feature: z.string(),
  label: z.string(),
  /** Mean in the cluster and over everybody, in the feature's unit. */
  clusterMean: z.number(),
  overallMean: z.number(),
  /** clusterMean / overallMean; null when the overall mean is 0. */
  lift: z.number().nullable(),
  /** (clusterMean − overallMean) / overall standard deviation. */
  effectSize: z.number(),
  direction: z.enum(['higher', 'lower']),
});

/** A word that more of a cluster have than of everybody, or fewer. */
const distinguishingWordSchema = z.object({
  feature: z.string(),
  word: z.string(),
  label: z.string(),
  /** 0–1 */
  shareOfCluster: z.number(),
  shareOfPeople: z.number(),
  /** The difference in standard deviations of having the word. */
  effectSize: z.number(),
});

/** What a person needs to know of one cluster. */
const clusterSheetSchema = z.object({
  key: z.string(),
  name: z.string(),
  evidence: z.array(z.string()),
  size: z.number().int(),
  /** 0–1 */
  shareOfPeople: z.number(),
  /** 0–1 of the value column; null when there is none. */
  shareOfValue: z.number().nullable(),
  suggestedAction: z.string(),
  features: z.array(distinguishingFeatureSchema),
  /** Absent where no feature was of words. */
  categories: z.array(distinguishingWordSchema).optional(),
  /** `#rrggbb`, kept as long as the key; absent in old cards. */
  colour: z.string().optional(),
});

/** A cluster as a verdict names it. */
const namedClusterSchema = z.object({ key: z.string(), name: z.string(), size: z.number().int() });

/** What became of one cluster of the version before, or where one of this version comes from. */
const clusterVerdictSchema = z.object({
  kind: z.enum(['same', 'split', 'merged', 'new', 'gone']),
  /** Clusters of the version before, by the keys they had there: several of a merger, none of a new one. */
  before: z.array(namedClusterSchema),
  /** Clusters of this version: several of a split, none of one that is gone. */
  after: z.array(namedClusterSchema),
  /** The key that goes on; null for new and gone. */
  carries: z.string().nullable(),
  /** 0–1, what `same` was matched by, and people in both over people in either; null for other verdicts. */
  similarity: z.number().nullable(),
  sharedMembers: z.number().nullable(),
  /** What the cluster that goes on would be called today, where that is not its name. */
  suggestedName: z.string().nullable(),
});

/** How the clusters of a version follow those of the version before it. */
const clusterIdentitySchema = z.object({
  /** The version before. */
  version: z.number().int(),
  /** People in a cluster of both; 0: centroids alone decided. */
  people: z.number().int(),
  /** Old clusters in their order, then what is new; each cluster of either version in one verdict. */
  verdicts: z.array(clusterVerdictSchema),
  /** Keys of former clusters: none is given to another cluster. */
  pastKeys: z.array(z.string()),
});

/** How each k fared: the table behind the choice. */
const kChoiceSchema = z.object({
  k: z.number().int(),
  inertia: z.number(),
  silhouette: z.number().nullable(),
  /** Mean Jaccard over bootstrap resamples, 0–1. */
  stability: z.number().nullable(),
  chosen: z.boolean(),
});

/** How a small tree tells one cluster; shares are of people that it was not grown from. */
const clusterRuleSchema = z.object({
  /** Ways into the cluster in words; any of them. */
  words: z.array(z.string()),
  /** Share of the people whom the rules name that are of the cluster, and the share of the cluster that they name. */
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number(),
  /** The same as a rule of the segment language; null where there is none, with the reason in `noRule`. */
  rule: jsonObject.nullable(),
  noRule: z.string().nullable(),
  /** Mean |SHAP| by feature in probability, falling. */
  importance: z.array(z.object({ feature: z.string(), value: z.number() })),
});

/** The rules of a clustering: entry c belongs to cluster c. */
const clusterRulesSchema = z.object({
  /** Share of held-out people whom the rules place as the clustering did, and the same for its largest cluster alone. */
  fidelity: z.number(),
  baseline: z.number(),
  heldOut: z.number().int(),
  clusters: z.array(clusterRuleSchema),
});

/** The card of a clustering: what it was made of, how good it is, what the groups are. */
export const clusteringCardSchema = z.object({
  kind: z.literal('clustering'),
  algorithm: z.string(),
  rows: z.number().int(),
  features: z.array(z.string()),
  k: z.number().int(),
  silhouette: z.number().nullable(),
  inertia: z.number(),
  choice: z.array(kChoiceSchema),
  reasons: z.array(z.string()),
  clusters: z.array(clusterSheetSchema),
  warnings: z.array(z.string()),
  /** People in no cluster, and people of the outlier group; absent in old cards. */
  noise: z.number().int().optional(),
  outliers: z.number().int().optional(),
  /** What confidence means of this algorithm. */
  confidence: z.string().optional(),
  /** Absent in a first version, and in old cards. */
  identity: clusterIdentitySchema.optional(),
  seed: z.number(),
  /** The set of features that it was fitted on; absent in old cards. */
  definitionVersion: z.number().int().optional(),
  /** Absent in old cards. */
  rules: clusterRulesSchema.optional(),
});

/** One candidate of a propensity model, judged on later data. */
const candidateSchema = z.object({
  name: z.enum(['gbdt', 'logistic']),
  chosen: z.boolean(),
  auc: z.number(),
  aucLow: z.number(),
  aucHigh: z.number(),
  logLoss: z.number(),
  brier: z.number(),
  liftTopDecile: z.number().nullable(),
});

const calibrationBinSchema = z.object({ meanPredicted: z.number(), observed: z.number(), count: z.number().int() });

/** The card of a propensity model. */
export const propensityCardSchema = z.object({
  kind: z.literal('propensity'),
  event: z.string(),
  horizonDays: z.number(),
  /** Epoch milliseconds: features before, label after. */
  trainCut: z.number(),
  testCut: z.number(),
  trainRows: z.number().int(),
  testRows: z.number().int(),
  baseRate: z.number(),
  features: z.array(z.string()),
  candidates: z.array(candidateSchema),
  calibration: z.array(calibrationBinSchema),
  /** Mean |contribution| by feature, falling. */
  importance: z.array(z.object({ feature: z.string(), value: z.number() })),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  seed: z.number(),
  /** The set of features that it was fitted on; absent in old cards. */
  definitionVersion: z.number().int().optional(),
});

/** What table `model_version` keeps in `card`: the writer and every reader use this schema. */
export const modelCardSchema = z.discriminatedUnion('kind', [clusteringCardSchema, propensityCardSchema]);

export type ClusteringCard = z.infer<typeof clusteringCardSchema>;
export type ClusterRule = z.infer<typeof clusterRuleSchema>;
export type ClusterSheet = z.infer<typeof clusterSheetSchema>;
export type PropensityCard = z.infer<typeof propensityCardSchema>;
export type ModelCard = z.infer<typeof modelCardSchema>;
