import type { ParamLimits } from '@kohort/ml-core';

/** What the distance of two clusters is. */
export type Linkage =
  /** Growth of the summed squared distance to the means: compact clusters of like size. */
  | 'ward'
  /** Mean distance of all pairs. */
  | 'average'
  /** Largest distance of a pair: small diameters. */
  | 'complete'
  /** Mean of the two halves a cluster was joined from, whatever their sizes. */
  | 'weighted'
  /** Smallest distance of a pair: follows chains and odd shapes. */
  | 'single';

/** Where the dendrogram is cut. */
export type DendrogramCut =
  | { readonly by: 'k'; readonly k: number }
  /** Clusters joined at or below this height stay whole; in the heights' units. */
  | { readonly by: 'height'; readonly height: number };

/** How to cluster. */
export interface AgglomerativeParams {
  readonly linkage: Linkage;
  readonly cut: DendrogramCut;
  /** Tables with more rows are first condensed to micro-clusters, which the result tells. */
  readonly mostRows: number;
  /** How many micro-clusters k-means makes of a table that is too large. */
  readonly microClusters: number;
}

export const agglomerativeDefaults: AgglomerativeParams = {
  linkage: 'ward',
  cut: { by: 'k', k: 8 },
  mostRows: 10_000,
  microClusters: 2_000,
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

/** The limits of the plain parameters; `cut` is checked by kind. */
export const agglomerativeLimits: Partial<ParamLimits<AgglomerativeParams>> = {
  linkage: {
    kind: 'choice',
    allowed: ['ward', 'average', 'complete', 'weighted', 'single'],
    help: 'what the distance of two clusters is',
  },
  mostRows: whole(2, 20_000, 'rows', 'rows up to which all pairs are looked at: 8·n² bytes but for ward and single'),
  microClusters: whole(2, 4096, 'clusters', 'micro-clusters of a table with more rows'),
};

export const dendrogramCutLimits: ParamLimits<{ k: number; height: number }> = {
  k: whole(1, 30_000, 'clusters', 'number of clusters'),
  height: { kind: 'number', integer: false, min: 0, max: 1e300, unit: 'height', help: 'height of the cut' },
};
