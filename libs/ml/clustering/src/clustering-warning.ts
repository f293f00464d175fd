/** Something a person should know of a clustering; never a reason to stop. */
export interface ClusteringWarning {
  readonly code:
    | 'COLUMN_CONSTANT'
    | 'COLUMN_EMPTY'
    | 'COLUMN_FILLED'
    | 'COLUMN_LOGGED'
    | 'SCALES_DIFFER'
    | 'UNCLUSTERED'
    | 'UNSTABLE'
    | 'SMALL_CLUSTER'
    | 'FIT_NOTE'
    | 'NOISE'
    | 'SILHOUETTE_SAMPLED'
    | 'SILHOUETTE_UNDEFINED'
    | 'ONE_FIELD';
  /** A full sentence; names columns, never a person's value. */
  readonly message: string;
}
