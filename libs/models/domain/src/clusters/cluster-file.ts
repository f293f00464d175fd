import type { ScalingMode } from '@kohort/ml-clustering';
import type { WideMatrix } from '@kohort/ml-core';
import type { ClusterSheet } from '@kohort/kernel-contracts';
import { clusterErrors } from './cluster-errors';
import { clusterTable, type ClusterControl, type ClusterMetrics, type ClusterTableResult } from './cluster-table';

/** A parsed CSV file. */
export interface ClusterCsvTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file, from 1, on which a row (from 0) begins. */
  readonly lineOf: (row: number) => number;
}

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

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function checkShape({ header, rows, lineOf }: ClusterCsvTable): void {
  if (rows.length === 0) throw clusterErrors.CLUSTERS_TABLE_EMPTY();
  rows.forEach((row, i) => {
    if (row.length === header.length) return;
    throw clusterErrors.CLUSTERS_ROW_WIDTH({ line: lineOf(i), found: row.length, expected: header.length });
  });
}

/** Index of a column that must be in the header exactly once. */
function columnAt({ header }: ClusterCsvTable, column: string, role: string): number {
  const at = header.indexOf(column);
  if (at < 0) throw clusterErrors.CLUSTERS_COLUMN_MISSING({ line: 1, column, role });
  if (header.lastIndexOf(column) !== at) {
    throw clusterErrors.CLUSTERS_COLUMN_REPEATED({ line: 1, column, where: 'stands twice in the header (line 1)' });
  }
  return at;
}

function readIds(table: ClusterCsvTable, column: string | undefined): string[] {
  if (column === undefined) return table.rows.map((_, i) => String(i + 1));
  const at = columnAt(table, column, 'id');
  const firstRow = new Map<string, number>();
  return table.rows.map((row, i) => {
    const id = row[at] ?? '';
    const line = table.lineOf(i);
    if (id.trim() === '') throw clusterErrors.CLUSTERS_ID_EMPTY({ line, column });
    const earlier = firstRow.get(id);
    if (earlier !== undefined) {
      throw clusterErrors.CLUSTERS_ID_REPEATED({ line, column, firstLine: table.lineOf(earlier) });
    }
    firstRow.set(id, i);
    return id;
  });
}

/** A cell's number; undefined for anything else. The cell itself is not told: it may be a person's. */
function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function readFeatures(table: ClusterCsvTable, features: readonly string[]): WideMatrix {
  if (features.length === 0) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'features', must: 'at least one column' });
  }
  const twice = features.find((name, i) => features.indexOf(name) !== i);
  if (twice !== undefined) {
    throw clusterErrors.CLUSTERS_COLUMN_REPEATED({ column: twice, where: 'is named twice in the features' });
  }
  const places = features.map((name) => columnAt(table, name, 'feature'));
  const cols = places.length;
  const data = new Float64Array(table.rows.length * cols);
  table.rows.forEach((row, i) => {
    places.forEach((place, j) => {
      const cell = row[place] ?? '';
      const value = numberIn(cell);
      if (value === undefined) {
        const found = cell.trim() === '' ? 'nothing' : `text of ${cell.trim().length} characters`;
        throw clusterErrors.CLUSTERS_NOT_A_NUMBER({ line: table.lineOf(i), column: features[j] ?? '', found });
      }
      data[i * cols + j] = value;
    });
  });
  return { data, rows: table.rows.length, cols };
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
  checkShape(table);
  const ids = readIds(table, params.id);
  const matrix = readFeatures(table, features);
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
