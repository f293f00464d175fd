import type { ScalingMode } from '@kohort/ml-clustering';
import type { ClusterSheet } from '@kohort/kernel-contracts';
import { clusterErrors } from './cluster-errors';
import { checkCsvShape, readCsvFeatures, readCsvIds, type ClusterCsvTable } from './csv-features';
import { clusterTable, type ClusterControl, type ClusterMetrics, type ClusterTableResult } from './cluster-table';

/** The settings of `kohort cluster`. */
export interface ClusterCommandParams {
  /** Column that names the row; row numbers from 1 when left out. */
  readonly id?: string;
  readonly features: readonly string[];
  /** Default kmeans, the only one. */
  readonly algorithm?: string;
  /** Default auto. */
  readonly k?: number | 'auto';
  /** Default 1. */
  readonly seed?: number;
  /** Default none: distances on the columns as they are given, as any numeric library would take them. */
  readonly scale?: ScalingMode;
  /** k-means starts; see ClusterTableParams. */
  readonly nInit?: number;
}

/** What the file command answers. */
export interface ClusterCommandResult {
  /** `id,cluster,distance`, one line per input row in input order. */
  readonly header: readonly ['id', 'cluster', 'distance'];
  readonly rows: readonly (readonly [string, string, string])[];
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  /** The settings with defaults filled in. */
  readonly params: {
    readonly algorithm: 'kmeans';
    readonly id: string | null;
    readonly features: readonly string[];
    readonly k: number | 'auto';
    readonly seed: number;
    readonly scale: ScalingMode;
    readonly nInit: number;
  };
  readonly metrics: ClusterMetrics;
  readonly warnings: readonly string[];
  /** Why this k, in sentences; empty when k was given. */
  readonly reasons: readonly string[];
  /** Sheet c belongs to cluster c. */
  readonly sheets: readonly ClusterSheet[];
  /** Everything else that was computed: model, choice table, labels. */
  readonly result: ClusterTableResult;
}

/**
 * Clusters the rows of a CSV table: the pure part of `kohort cluster`.
 *
 * Shape   one output row per input row, in input order; clusters 0..k-1 by falling size, of equal sizes the cluster of the
 *         earlier row first
 * Units   distance: Euclidean, to the own centroid, in the scaled space (the columns' own units with scale `none`)
 * Throws  kind invalid-input (exit 2): CLUSTERS_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_MISSING, _COLUMN_REPEATED, _ROW_WIDTH,
 *         _NOT_A_NUMBER (line and column), _ID_EMPTY, _ID_REPEATED (both lines), ML_SHAPE;
 *         kind unsuitable-data (exit 3): ML_TOO_FEW_ROWS (k above the rows or distinct rows, all constant), ML_TOO_LARGE;
 *         ML_CANCELLED
 */
export async function runClusterCommand(
  table: ClusterCsvTable,
  params: ClusterCommandParams,
  control: ClusterControl = {},
): Promise<ClusterCommandResult> {
  const { algorithm = 'kmeans', k = 'auto', seed = 1, scale = 'none', features } = params;
  if (algorithm !== 'kmeans') {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'algorithm', must: 'kmeans' });
  }
  if (!['none', 'zscore', 'auto'].includes(scale)) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'scale', must: 'none, zscore or auto' });
  }
  checkCsvShape(table);
  const ids = readCsvIds(table, params.id);
  const matrix = readCsvFeatures(table, features);
  const settings = { algorithm, k, seed, scaling: scale, nInit: params.nInit } as const;
  const result = await clusterTable({ featureNames: features, matrix, ids }, settings, control);
  const { labels, distances, metrics, warnings, choice, sheets, nInit } = result;
  return {
    header: ['id', 'cluster', 'distance'],
    rows: ids.map((id, i) => [id, String(labels[i]), String(distances[i])]),
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: { algorithm, id: params.id ?? null, features, k, seed, scale, nInit },
    metrics,
    warnings: warnings.map(({ message }) => message),
    reasons: choice?.reasons ?? [],
    sheets,
    result,
  };
}
