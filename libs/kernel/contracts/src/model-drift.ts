import { z } from 'zod';

/** From not at all to enough to be told of. */
export const DRIFT_LEVELS = ['steady', 'shifting', 'moved'] as const;
export type DriftLevel = (typeof DRIFT_LEVELS)[number];
const level = z.enum(DRIFT_LEVELS);
const measure = z.number().nullable();

/** How one feature differs from what it was when the model was fitted; measures are null with too few values. */
const featureDriftSchema = z.object({
  feature: z.string(),
  level,
  psi: measure,
  ksDistance: measure,
  ksPValue: measure,
  /** In standard deviations of the fit. */
  wasserstein: measure,
  /** Bits. */
  jensenShannon: measure,
  /** 0–1: values that are missing. */
  missingBefore: z.number(),
  missingAfter: z.number(),
});

/** How one cluster differs, its people placed by the same model at both instants. */
const clusterDriftSchema = z.object({
  key: z.string(),
  level,
  /** 0–1, of the people in clusters. */
  shareBefore: z.number(),
  shareAfter: z.number(),
  /** Cumulative sums of the looks' shares above and below that of the fit, in spreads. */
  upper: z.number(),
  lower: z.number(),
  /** How far its centre moved, in pooled standard deviations, less what chance moves; null with too few people. */
  centroidShift: measure,
});

/** A model held against the people of now. */
export const modelDriftSchema = z.object({
  level,
  /** What moved or shifts, the most telling first, as sentences. */
  reasons: z.array(z.string()),
  /** What moved most by its own limit, the measured value and the limit; null when nothing was compared. */
  strongest: z.object({ what: z.string(), value: z.number(), limit: z.number() }).nullable(),
  peopleBefore: z.number().int(),
  peopleAfter: z.number().int(),
  features: z.array(featureDriftSchema),
  clusters: z.array(clusterDriftSchema),
  /** Of the sizes of clusters together. */
  sizePsi: z.number(),
  /** Of all features together, on a sample of people. */
  mmd: z.object({ level, squared: z.number(), pValue: z.number() }).nullable(),
});

/** A model held against the people of now: what a look at it keeps. */
export type ModelDrift = z.infer<typeof modelDriftSchema>;
