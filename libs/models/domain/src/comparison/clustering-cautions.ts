import type { ClusteringWarning } from '@kohort/ml-clustering';
import type { FitControl, Matrix, WideMatrix } from '@kohort/ml-core';
import { normalTable, tableShape, uniformTable, type Clusterer } from '@kohort/ml-judging';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { classificationTreeDefaults, fitClassificationTree, predictClasses } from '@kohort/ml-trees';
import { featureLabel } from '../clusters/feature-roles';
import { scoreClustering } from './judge-clustering';

/** Tables without clusters of each kind that are drawn, and their rows. */
const DRAWS = 3;
const MOST_ROWS = 800;
/** Least separation over that of tables without clusters. */
const LEAST_GAIN = 0.02;
/** Agreement of one field's slices with the clusters from which they are the clusters. */
const ONE_FIELD = 0.9;
/** Share of the rows below which a cluster is tiny. */
const TINY = 0.01;

const clustersIn = (labels: ArrayLike<number>): number => Math.max(-1, ...new Set(Array.from(labels))) + 1;

/** Mean and deviation of the separation that the method reaches on tables of one kind. */
async function reached(tables: readonly Matrix[], cluster: Clusterer, control: FitControl) {
  const values: number[] = [];
  for (const [at, table] of tables.entries()) {
    const inner = { ...control, random: control.random.split(at), onProgress: undefined };
    const { labels } = await cluster(table, inner);
    values.push((await scoreClustering(table, { labels, k: clustersIn(labels) }, inner)).separation);
  }
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
  return { mean, deviation };
}

/**
 * Warns when the same method separates tables without clusters nearly as well: uniform and normal ones of the rows' own
 * shape.
 *
 * Shape   matrix: n×d as it was clustered; separation: what the clustering reached on it
 * Cost    6 clusterings of up to 800 rows
 * Throws  ML_CANCELLED, what the method throws
 * Source  after Tibshirani, Walther & Hastie 2001
 */
export async function continuumCaution(
  matrix: Matrix,
  { separation, cluster }: { readonly separation: number; readonly cluster: Clusterer },
  control: FitControl,
): Promise<ClusteringWarning[]> {
  const shape = tableShape(matrix);
  const rows = Math.min(matrix.rows, MOST_ROWS);
  const draw = (make: typeof uniformTable, name: string) =>
    Array.from({ length: DRAWS }, (_, at) => make(shape, rows, control.random.split(`${name} ${at}`)));
  const kinds = [
    await reached(draw(uniformTable, 'uniform'), cluster, control),
    await reached(draw(normalTable, 'normal'), cluster, control),
  ];
  const none = kinds.reduce((a, b) => (b.mean > a.mean ? b : a));
  if (separation >= none.mean + Math.max(LEAST_GAIN, 2 * none.deviation)) return [];
  const shown = `separation ${separation.toFixed(2)}, tables without clusters reach ${none.mean.toFixed(2)}`;
  const message = `The rows form a continuum rather than separate groups (${shown}): the clusters are slices of it.`;
  return [{ code: 'UNCLUSTERED', message }];
}

/** Warns of clusters that hold less than a hundredth of the rows. */
export function tinyCaution(sizes: readonly number[], rows: number): ClusteringWarning[] {
  const tiny = sizes.filter((size) => size < TINY * rows);
  if (tiny.length === 0) return [];
  const message = `${tiny.length} of ${sizes.length} clusters hold less than 1 % of the rows (the smallest ${Math.min(...tiny)}): they may be outliers rather than groups.`;
  return [{ code: 'SMALL_CLUSTER', message }];
}

/**
 * Warns when slices of one field alone are the clusters: then a rule on that field says the same.
 *
 * Shape   matrix: n×d in own units; labels: n, -1 is noise
 * Cost    one small tree a column
 * Throws  ML_NOT_FINITE, ML_CANCELLED
 */
export async function oneFieldCaution(
  { featureNames, matrix }: { readonly featureNames: readonly string[]; readonly matrix: Matrix | WideMatrix },
  { labels, k }: { readonly labels: ArrayLike<number>; readonly k: number },
  control: FitControl,
): Promise<ClusteringWarning[]> {
  if (matrix.cols < 2) return [];
  const classOf = Uint16Array.from(labels, (label) => (label < 0 ? k : label));
  const params = {
    ...classificationTreeDefaults,
    maxLeaves: Math.max(2, 2 * k),
    minLeafRows: Math.max(3, Math.ceil(matrix.rows / 200)),
  };
  const agreements: number[] = [];
  for (let j = 0; j < matrix.cols; j += 1) {
    const data = Float64Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * matrix.cols + j] as number);
    const column = { data, rows: matrix.rows, cols: 1 };
    const tree = await fitClassificationTree({ matrix: column, classOf }, params, { signal: control.signal });
    agreements.push(adjustedRandIndex(classOf, predictClasses(tree, column)));
  }
  const most = agreements.indexOf(Math.max(...agreements));
  if ((agreements[most] ?? 0) < ONE_FIELD) return [];
  const message = `The clusters are slices of ${featureLabel(featureNames[most] ?? '')} alone (agreement ${(agreements[most] ?? 0).toFixed(2)}): a rule on that field says the same.`;
  return [{ code: 'ONE_FIELD', message }];
}
