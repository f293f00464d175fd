import type { Json } from '@kohort/kernel-contracts';
import type { ComputeControl, Matrix } from '@kohort/ml-core';
import type { Link } from '@kohort/ml-guided';
import type { AlgorithmName } from './algorithm-names';
import type { ParamsSchema } from './params-schema';

/** How an algorithm thinks of a cluster; what confidence means depends on it. */
export type AlgorithmFamily =
  | 'centroids'
  | 'medoids'
  | 'hierarchy'
  | 'density'
  | 'mixture'
  | 'graph'
  | 'parts'
  | 'map'
  | 'network'
  | 'ensemble'
  | 'guided'
  | 'baseline';

/** What is known of some training rows beforehand. */
export interface KnownRows {
  /** One a row: its class 0..s-1 without gaps, or -1 when unknown. */
  readonly seeds?: ArrayLike<number>;
  /** Pairs of rows that belong together, and that must not. */
  readonly mustLink?: readonly Link[];
  readonly cannotLink?: readonly Link[];
}

/** How to fit. */
export interface FitSettings {
  /** Number of clusters: demanded where the algorithm takes it and cannot find it. */
  readonly k?: number;
  /** As a person or a file gives them; what is left out takes its default. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Columns of category codes: for algorithms whose input is `mixed`. */
  readonly categories?: readonly number[];
  /** Weight of each column's squared differences; 0 leaves a column out. */
  readonly weights?: readonly number[];
  /** Fewest and most rows of a cluster. */
  readonly sizes?: { readonly min?: number; readonly max?: number };
  readonly known?: KnownRows;
}

/** What is said of columns, without the columns: enough to refuse it before anything is computed. */
export interface GivenOfColumns {
  readonly params: Readonly<Record<string, unknown>>;
  readonly categories: boolean;
  /** Whether some column weighs other than 1. */
  readonly weights: boolean;
}

/** Where rows stand. */
export interface ClusterPlacement {
  /** 0..k-1 by falling size of the training clusters, -1 in none. */
  readonly labels: Int32Array;
  /** 0..1; see `ClusteringAlgorithm.confidence`. */
  readonly confidence: Float64Array;
  /** 0..1; from OUTLIER_FROM on the row belongs to the outlier group. */
  readonly outlierScore: Float64Array;
  /** To the own cluster (NaN in none), in units of the matrix; null where the family measures none. */
  readonly distance: Float64Array | null;
}

/** A fitted clustering of all rows that were given. */
export interface FittedClustering extends ClusterPlacement {
  readonly algorithm: AlgorithmName;
  /** Clusters that rows are in. */
  readonly k: number;
  /** Rows of each cluster, falling. */
  readonly sizes: readonly number[];
  /** Rows in none. */
  readonly noise: number;
  /** What `clusteringModel` places new rows with. */
  readonly state: Json;
  /** What was done other than asked: sampled, condensed, not converged; full sentences. */
  readonly notes: readonly string[];
  /** The cluster of each class of seeds; null without seeds. */
  readonly seedClusters: readonly number[] | null;
}

/** A clustering algorithm of the registry: what it is for people, and how it is fitted. */
export interface ClusteringAlgorithm {
  readonly name: AlgorithmName;
  readonly title: string;
  /** One sentence for a marketer. */
  readonly about: string;
  readonly family: AlgorithmFamily;
  /** `mixed`: columns of `categories` hold codes and NaN is a missing value; `counts`: nothing below 0. */
  readonly input: 'numbers' | 'mixed' | 'counts';
  readonly takesK: boolean;
  /** Finds a number of clusters itself (where it takes k as well: when none is given). */
  readonly findsK: boolean;
  /** Whether rows may be in no cluster. */
  readonly marksNoise: boolean;
  /** What must be known of some rows. */
  readonly needs: 'nothing' | 'seeds' | 'links';
  /** Whether `sizes` are kept while fitting; elsewhere they are checked after it. */
  readonly keepsSizes: boolean;
  /** Above it the fit sees a seeded sample of so many rows, and everyone is placed by the model. */
  readonly rowLimit: number;
  /** What `confidence` means. */
  readonly confidence: string;
  readonly params: ParamsSchema;
  /**
   * Holds what is said of columns against what the algorithm heeds as it is set; `fit` does so too.
   *
   * Throws  ALGORITHM_PARAM, ALGORITHM_PARAM_UNKNOWN, ALGORITHM_SETTING
   */
  checkColumns(given: GivenOfColumns): void;
  /**
   * Fits, and places every row.
   *
   * Shape   matrix: n×d, scaled as distances shall be taken; answers n labels 0..k-1 by falling size, of equal sizes the
   *         cluster of the earlier row first
   * Throws  ALGORITHM_PARAM, ALGORITHM_PARAM_UNKNOWN, ALGORITHM_SETTING, ALGORITHM_TOO_WIDE, ML_UNSATISFIABLE (sizes that
   *         are not kept), and what the estimator refuses: ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_SHAPE, ML_CANCELLED …
   */
  fit(matrix: Matrix, settings: FitSettings, control?: ComputeControl): Promise<FittedClustering>;
}

/** A fitted clustering that places new rows without refitting. */
export interface ClusteringModel {
  readonly algorithm: AlgorithmName;
  readonly k: number;
  readonly cols: number;
  /** What columns are multiplied with before distances are taken; null for nothing. */
  readonly factors: readonly number[] | null;
  /**
   * Places rows; each is placed alike alone and among others.
   *
   * Shape   matrix: n × the training columns
   * Throws  ML_SHAPE, ML_NOT_FINITE, ML_CANCELLED
   */
  assign(matrix: Matrix, control?: ComputeControl): Promise<ClusterPlacement>;
}
