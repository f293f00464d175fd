import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster. */
export interface BirchParams {
  /** Largest root mean square distance of a subcluster's rows to its mean, in units of the matrix. */
  readonly threshold: number;
  /** Most entries of a node of the tree. */
  readonly branching: number;
  /** Clusters that Ward's linkage makes of the subclusters; null: every subcluster is a cluster. */
  readonly k: number | null;
  /** When there are more, the tree is built anew with twice the threshold; the result tells the one used. */
  readonly mostSubclusters: number;
}

export const birchDefaults: BirchParams = { threshold: 0.5, branching: 50, k: 3, mostSubclusters: 5_000 };

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

/** The limits of the plain parameters; `k` may also be null. */
export const birchLimits: Partial<ParamLimits<BirchParams>> = {
  threshold: {
    kind: 'number',
    integer: false,
    min: Number.MIN_VALUE,
    max: 1e18,
    unit: 'units of the matrix',
    help: 'largest root mean square distance of the rows of a subcluster to its mean',
  },
  branching: whole(2, 1000, 'entries', 'most entries of a node'),
  mostSubclusters: whole(2, 20_000, 'subclusters', 'subclusters above which the threshold is doubled'),
};

export const birchCutLimits: ParamLimits<{ k: number }> = {
  k: whole(1, 20_000, 'clusters', 'clusters made of the subclusters'),
};
