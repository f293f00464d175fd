import type { ClusterSheet } from '@kohort/kernel-contracts';
import { clusteringAlgorithm, paramsFromText } from '@kohort/ml-algorithms';
import type { ScalingMode } from '@kohort/ml-clustering';
import type { KWish } from './choose-clusters';
import { clusterErrors } from './cluster-errors';
import { foundCsvFeatures, type FoundCsvFeatures } from './found-csv-features';
import { linksInCsv, seedsInCsv } from './csv-known';
import { readMixedColumns } from './csv-mixed-columns';
import { checkCsvShape, csvColumnAt, readCsvIds, type BlankCells, type ClusterCsvTable } from './csv-features';
import {
  clusterTable,
  type ClusterControl,
  type ClusterMetrics,
  type ClusterTableInput,
  type ClusterTableResult,
} from './cluster-table';
import { checkExplained, explainRows, outlierRows, type ExplainedRow, type OutlierRows } from './told-rows';

/** The settings of `kohort cluster`. */
export interface ClusterCommandParams {
  /** Column that names the row; row numbers from 1 when left out. */
  readonly id?: string;
  /** Numeric columns; when left out all that hold numbers alone. */
  readonly features?: readonly string[];
  /** Columns left out of the features. */
  readonly exclude?: readonly string[];
  /** An empty cell of a number: refused (default), or the column's median. */
  readonly missing?: 'refuse' | 'median';
  /** Columns of words, for algorithms that take categories. */
  readonly categories?: readonly string[];
  /** Known classes, for algorithms that are guided by them: a column, empty where none is known, or a table of id and group. */
  readonly seeds?: string | ClusterCsvTable;
  /** A table of rows that belong together or must not: a, b, link (must or cannot). */
  readonly links?: ClusterCsvTable;
  /** A name of the registry; default kmeans, bounded-kmeans where sizes are bounded. */
  readonly algorithm?: string;
  /** Default auto. */
  readonly k?: KWish;
  /** The algorithm's own parameters, as text. */
  readonly params?: Readonly<Record<string, string>>;
  /** Weight of features by name. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly minSize?: number;
  readonly maxSize?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Default none: distances on the columns as they are given, as any numeric library would take them. */
  readonly scale?: ScalingMode;
  /** k-means starts; see ClusterTableParams. */
  readonly nInit?: number;
  /** Adds how sure each row is of its cluster, and how much of an outlier. */
  readonly scores?: boolean;
  /** Ids of rows whose place is to be explained. */
  readonly explain?: readonly string[];
}

/** What the file command answers. */
export interface ClusterCommandResult {
  /** `id,cluster,distance` and, where asked for, `confidence,outlier`; one line per input row in input order. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  /** The settings with defaults filled in. */
  readonly params: {
    readonly algorithm: string;
    readonly id: string | null;
    readonly features: readonly string[];
    readonly k: KWish;
    readonly seed: number;
    readonly scale: ScalingMode;
    readonly nInit: number | null;
    readonly params: Readonly<Record<string, unknown>>;
    readonly categories: readonly string[];
    readonly weights: Readonly<Record<string, number>>;
    readonly sizes: { readonly min?: number; readonly max?: number };
  };
  readonly metrics: ClusterMetrics;
  readonly warnings: readonly string[];
  /** Why this k, in sentences; empty when k was given. */
  readonly reasons: readonly string[];
  /** Sheet c belongs to cluster c. */
  readonly sheets: readonly ClusterSheet[];
  /** The rows that are like none: far out in their cluster, or in none. */
  readonly outlierGroup: OutlierRows;
  /** One for each row that was asked for. */
  readonly explanations: readonly ExplainedRow[];
  /** Everything else that was computed: model, choice table, labels. */
  readonly result: ClusterTableResult;
}

const blankCells = ({ missing }: ClusterCommandParams): BlankCells =>
  missing === 'median' ? { blank: 'missing' } : {};

/** The columns distances are taken on: those named, or all numbers, but for the excluded. */
function featuresOf(table: ClusterCsvTable, params: ClusterCommandParams): FoundCsvFeatures {
  const { features, exclude = [], categories = [], id, seeds } = params;
  exclude.forEach((name) => csvColumnAt(table, name, 'excluded'));
  const other = [id, ...(typeof seeds === 'string' ? [seeds] : []), ...exclude, ...categories];
  if (!features) return foundCsvFeatures(table, other, { ...blankCells(params), takesWords: true });
  return { features: features.filter((name) => !exclude.includes(name)), warnings: [] };
}

/** The known class of each row; null where the cell is empty. */
function seedsOf(table: ClusterCsvTable, column: string): (string | null)[] {
  const at = csvColumnAt(table, column, 'seeds');
  return table.rows.map((row) => {
    const name = (row[at] ?? '').trim();
    return name === '' ? null : name;
  });
}

function inputOf(table: ClusterCsvTable, params: ClusterCommandParams) {
  checkCsvShape(table);
  const ids = readCsvIds(table, params.id);
  const { features, warnings: notes } = featuresOf(table, params);
  const { categories: words = [], seeds, links } = params;
  const { matrix, categories } = readMixedColumns(table, { features, categories: words, ...blankCells(params) });
  const known = typeof seeds === 'string' ? seedsOf(table, seeds) : seeds && seedsInCsv(seeds, ids);
  const input: ClusterTableInput = {
    ids,
    // An id may be a person's: refusals name lines.
    rowNames: ids.map((_, row) => `line ${table.lineOf(row)}`),
    featureNames: [...features, ...words],
    matrix,
    ...(categories.length > 0 ? { categories } : {}),
    ...(known ? { seeds: known } : {}),
    ...(links ? { links: linksInCsv(links, ids) } : {}),
  };
  return { input, notes };
}

function linesOf({ ids }: ClusterTableInput, result: ClusterTableResult, scores: boolean): string[][] {
  const { labels, distances, confidences, outlierScores } = result;
  return ids.map((id, i) => {
    const distance = distances[i] as number;
    const line = [id, String(labels[i]), Number.isNaN(distance) ? '' : String(distance)];
    return scores ? [...line, (confidences[i] as number).toFixed(4), (outlierScores[i] as number).toFixed(4)] : line;
  });
}

/**
 * Clusters the rows of a CSV table: the pure part of `kohort cluster`.
 *
 * Shape   one output row per input row, in input order; clusters 0..k-1 by falling size, of equal sizes the cluster of the
 *         earlier row first; -1 for rows in none, whose distance is empty
 * Units   distance: Euclidean, to the own centre, in the scaled space (the columns' own units with scale `none`)
 * Throws  kind invalid-input (exit 2): CLUSTERS_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_MISSING, _COLUMN_REPEATED, _ROW_WIDTH,
 *         _NOT_A_NUMBER (line and column), _ID_EMPTY, _ID_REPEATED (both lines), _KNOWN_LINE, ALGORITHM_…, ML_SHAPE;
 *         kind unsuitable-data (exit 3): ML_TOO_FEW_ROWS (k above the rows or distinct rows, all constant),
 *         ML_UNSATISFIABLE (sizes), CLUSTERS_LINKS_… (both lines), ML_TOO_LARGE; ML_CANCELLED
 */
export async function runClusterCommand(
  table: ClusterCsvTable,
  params: ClusterCommandParams,
  control: ClusterControl = {},
): Promise<ClusterCommandResult> {
  const {
    k = 'auto',
    seed = 1,
    scale = 'none',
    missing = 'refuse',
    minSize,
    maxSize,
    weights = {},
    scores = false,
  } = params;
  const bounded = minSize !== undefined || maxSize !== undefined;
  const algorithm = clusteringAlgorithm(params.algorithm ?? (bounded ? 'bounded-kmeans' : 'kmeans'));
  if (!['none', 'zscore', 'auto'].includes(scale)) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'scale', must: 'none, zscore or auto' });
  }
  const own = paramsFromText(algorithm.params, params.params ?? {});
  const { input, notes } = inputOf(table, params);
  checkExplained(input.ids, params.explain ?? []);
  const sizes = {
    ...(minSize === undefined ? {} : { min: minSize }),
    ...(maxSize === undefined ? {} : { max: maxSize }),
  };
  const result = await clusterTable(
    input,
    { algorithm: algorithm.name, k, seed, scaling: scale, missing, nInit: params.nInit, params: own, weights, sizes },
    control,
  );
  const { metrics, warnings, choice, sheets, nInit } = result;
  const { categories = [], id = null } = params;
  const features = input.featureNames.filter((name) => !categories.includes(name));
  return {
    header: ['id', 'cluster', 'distance', ...(scores ? ['confidence', 'outlier'] : [])],
    rows: linesOf(input, result, scores),
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: { algorithm: algorithm.name, id, features, k, seed, scale, nInit, params: own, categories, weights, sizes },
    metrics,
    warnings: [...notes, ...warnings.map(({ message }) => message)],
    reasons: choice?.reasons ?? [],
    sheets,
    outlierGroup: outlierRows(input.ids, result),
    explanations: await explainRows(input, result, { wanted: params.explain ?? [], seed, control }),
    result,
  };
}
