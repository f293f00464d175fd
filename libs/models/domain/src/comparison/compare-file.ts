import { CLUSTERING_ALGORITHMS, clusteringAlgorithm } from '@kohort/ml-algorithms';
import { applyScaling, fitScaling, type ScalingMode } from '@kohort/ml-clustering';
import { clusterErrors } from '../clusters/cluster-errors';
import { checkCsvShape, csvColumnAt, readCsvFeatures, type ClusterCsvTable } from '../clusters/csv-features';
import { foundCsvFeatures } from '../clusters/found-csv-features';
import {
  compareClusterings,
  compareDefaults,
  type Candidate,
  type CompareControl,
  type Comparison,
} from './compare-clusterings';

/** The settings of `kohort clusters compare`. */
export interface CompareCommandParams {
  /** Column that names the row: no feature. */
  readonly id?: string;
  /** Numeric columns; all that hold numbers alone when left out. */
  readonly features?: readonly string[];
  /** Default a few that differ in kind. */
  readonly algorithms?: readonly string[];
  /** Default 2 to 8. */
  readonly k?: { readonly from: number; readonly to: number };
  /** Default auto. */
  readonly scale?: ScalingMode;
  /** Default 1. */
  readonly seed?: number;
  /** Column of known groups to be compared with: no feature. */
  readonly truth?: string;
  /** Rows compared at most. */
  readonly rows?: number;
}

/** What the file command answers. */
export interface CompareCommandResult {
  /** One line a candidate. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly seed: number;
  readonly input: { readonly rows: number; readonly columns: number };
  readonly params: object;
  readonly metrics: object;
  readonly warnings: readonly string[];
  readonly comparison: Comparison;
}

/** Centres, medoids, a hierarchy, clouds and dense places: what different eyes see. */
const DEFAULT_ALGORITHMS = ['kmeans', 'kmedoids', 'agglomerative', 'gaussian-mixture', 'hdbscan'];
const DEFAULT_K = { from: 2, to: 8 };
const MOST_K = 50;

const COLUMNS = [
  'algorithm',
  'k',
  'noise',
  'separation',
  'silhouette',
  'davies_bouldin',
  'calinski_harabasz',
  'stability',
  'weakest_jaccard',
  'seconds',
  'sizes',
  'remark',
];

const cell = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined ? '' : String(Number(value.toPrecision(digits)));

function lineOf(one: Candidate): string[] {
  if (one.status !== 'judged') {
    return [
      one.algorithm,
      cell(one.asked),
      ...COLUMNS.slice(2, -3).map(() => ''),
      cell(one.seconds, 3),
      '',
      one.reason,
    ];
  }
  const { scores, stability } = one;
  return [
    one.algorithm,
    String(one.k),
    String(one.noise),
    cell(scores.separation),
    cell(scores.silhouette),
    cell(scores.daviesBouldin),
    cell(scores.calinskiHarabasz),
    cell(stability?.agreement),
    cell(stability?.weakestJaccard),
    cell(one.seconds, 3),
    one.sizes.join(' '),
    one.notes.join(' '),
  ];
}

function ksOf({ from, to }: { from: number; to: number }): number[] {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 2 && to >= from && to <= MOST_K)) {
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'k', must: `a range like 2..8, from 2 to ${MOST_K}` });
  }
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function algorithmsOf(names: readonly string[]) {
  const chosen = names.map(clusteringAlgorithm);
  const needy = chosen.find(({ needs }) => needs !== 'nothing');
  if (needy) {
    const must = `without ${needy.name}: it has to be told something of some rows`;
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: 'algorithms', must });
  }
  return CLUSTERING_ALGORITHMS.filter((one) => chosen.includes(one));
}

/** Known groups of a column, numbered in the order they appear. */
function groupsOf(table: ClusterCsvTable, column: string): number[] {
  const at = csvColumnAt(table, column, 'truth');
  const numbers = new Map<string, number>();
  return table.rows.map((row) => {
    const group = row[at] ?? '';
    const known = numbers.get(group) ?? numbers.size;
    numbers.set(group, known);
    return known;
  });
}

/**
 * Compares clusterings of a CSV table: the pure part of `kohort clusters compare`.
 *
 * Shape   one output row a candidate, by algorithm in the order of the registry, k rising
 * Throws  kind invalid-input: CLUSTERS_BAD_PARAMETER, _TABLE_EMPTY, _COLUMN_MISSING, _COLUMN_REPEATED, _ROW_WIDTH,
 *         _NOT_A_NUMBER, ALGORITHM_UNKNOWN; kind unsuitable-data: ML_TOO_FEW_ROWS; ML_CANCELLED
 */
export async function runCompareCommand(
  table: ClusterCsvTable,
  params: CompareCommandParams,
  control: CompareControl,
): Promise<CompareCommandResult> {
  const { id, truth, scale = 'auto', seed = 1, k = DEFAULT_K, rows = compareDefaults.rowLimit } = params;
  const algorithms = algorithmsOf(params.algorithms ?? DEFAULT_ALGORITHMS);
  const ks = ksOf(k);
  checkCsvShape(table);
  const { features, warnings: notes } = params.features
    ? { features: params.features, warnings: [] }
    : foundCsvFeatures(table, [id, truth]);
  const matrix = readCsvFeatures(table, features);
  const { scaling, warnings } = fitScaling(matrix, features, { mode: scale, missing: 'refuse' });
  const groups = truth === undefined ? {} : { truth: groupsOf(table, truth) };
  const settings = { ...compareDefaults, algorithms, ks, seed, rowLimit: rows };
  const input = { featureNames: features, matrix, scaled: applyScaling(scaling, matrix), ...groups };
  const comparison = await compareClusterings(input, settings, control);
  const { recommendation, candidates } = comparison;
  return {
    header: COLUMNS,
    rows: candidates.map(lineOf),
    seed,
    input: { rows: table.rows.length, columns: table.header.length },
    params: {
      algorithms: algorithms.map(({ name }) => name),
      k: `${k.from}..${k.to}`,
      features,
      scale,
      seed,
      rows,
      truth: truth ?? null,
    },
    metrics: {
      recommended: recommendation && { algorithm: recommendation.algorithm, k: recommendation.k },
      reasons: recommendation?.reasons ?? [],
      kmeansCriteria: comparison.kmeansCriteria,
      rowsCompared: comparison.rowsCompared,
      candidates,
    },
    warnings: [...notes, ...[...warnings, ...comparison.warnings].map(({ message }) => message)],
    comparison,
  };
}
