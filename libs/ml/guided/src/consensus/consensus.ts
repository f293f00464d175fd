import { cutDendrogram, dendrogramOf, joinByPairs, pairAt, type Dendrogram } from '@kohort/ml-clustering';
import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { consensusDefaults, consensusLimits, type ConsensusParams } from './consensus.params';
import { consensusFromJson, consensusToJson, type ConsensusState } from './consensus.state';
import { labelNumbers, labelValues, patternsOf, type Patterns } from './patterns';
import { voteOf } from './vote';

const NAME = 'consensus';

/** What `fit` answers: the state, each row's cluster, and how much the clusterings agree on it. */
export interface FittedConsensus extends ConsensusState {
  readonly labels: Uint32Array;
  /** Per row, 0..1: co-association with its cluster, or the share of clusterings that voted for it. */
  readonly support: Float64Array;
}

/** 1 − the share of clusterings that put two patterns together, for every two. */
function coAssociation({ labels, counts, clusterings: b }: Patterns): Float64Array {
  const n = counts.length;
  const distances = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let apart = 0;
      for (let at = 0; at < b; at += 1) if (labels[i * b + at] !== labels[j * b + at]) apart += 1;
      distances[pairAt(i, j)] = apart / b;
    }
  }
  return distances;
}

/** The number of clusters before the costliest step between merges, at most as many as the finest clustering has. */
function chosenK({ items: n, height: heights }: Dendrogram, most: number): number {
  const height = (k: number): number => (k >= n ? 0 : (heights[n - 1 - k] as number));
  let best = Math.min(2, n);
  for (let k = 2; k <= Math.min(most, n); k += 1) {
    // Heights rise: cutting into k spares the merge at height(k − 1) and accepts the one at height(k).
    if (height(k - 1) - height(k) > height(best - 1) - height(best) + 1e-9) best = k;
  }
  return best;
}

/** The share of each cluster's rows at each label: labels × k for each clustering. */
function sharesOf(patterns: Patterns, clusters: Uint32Array, [k, sizes]: readonly [number, readonly number[]]) {
  const totals = new Float64Array(k);
  patterns.counts.forEach((count, p) => {
    totals[clusters[p] as number] = (totals[clusters[p] as number] as number) + count;
  });
  return sizes.map((labels, b) => {
    const table = new Float64Array(labels * k);
    patterns.counts.forEach((count, p) => {
      const cluster = clusters[p] as number;
      const at = (patterns.labels[p * patterns.clusterings + b] as number) * k + cluster;
      table[at] = (table[at] as number) + count / (totals[cluster] as number);
    });
    return table;
  });
}

/** What a row of label numbers has in common with each cluster, 0..1. */
function supports(shares: readonly Float64Array[], row: Int32Array, k: number): Float64Array {
  const out = new Float64Array(k);
  shares.forEach((table, b) => {
    const label = row[b] as number;
    if (label < 0) return;
    for (let c = 0; c < k; c += 1) out[c] = (out[c] as number) + (table[label * k + c] as number) / shares.length;
  });
  return out;
}

interface Joined {
  readonly method: ConsensusState['method'];
  readonly k: number;
  readonly clusters: Uint32Array;
  readonly shares: readonly Float64Array[];
}

async function join(
  patterns: Patterns,
  sizes: readonly number[],
  { params, control }: { params: ConsensusParams; control: FitControl },
): Promise<Joined> {
  const n = patterns.counts.length;
  const { k: wanted, mostPatterns } = params;
  if (n <= mostPatterns) {
    const linking = { weights: patterns.counts, linkage: 'average' as const };
    const joins = n > 1 ? await joinByPairs({ distances: coAssociation(patterns) }, linking, control) : [];
    const tree = dendrogramOf(joins, patterns.counts);
    const k = wanted === 0 ? chosenK(tree, Math.max(...sizes)) : wanted;
    const clusters = Uint32Array.from(cutDendrogram(tree, { by: 'k', k }));
    return { method: 'co-association', k, clusters, shares: sharesOf(patterns, clusters, [k, sizes]) };
  }
  const { ballot, k } = voteOf(patterns, sizes, wanted);
  const shares = ballot.map((names) => {
    const table = new Float64Array(names.length * k);
    names.forEach((name, label) => (table[label * k + name] = 1));
    return table;
  });
  const b = patterns.clusterings;
  const clusters = Uint32Array.from(patterns.counts, (_, p) =>
    best(supports(shares, patterns.labels.subarray(p * b, p * b + b), k)),
  );
  return { method: 'vote', k, clusters, shares };
}

const best = (values: Float64Array): number => values.indexOf(Math.max(...values));

/**
 * One clustering out of several of the same rows.
 *
 * Rows are near when many clusterings put them together (co-association), and are joined by average linkage; rows that all
 * clusterings treat alike count as one, so size is limited by how many differ. Beyond `mostPatterns` the clusterings vote,
 * their labels renamed by optimal assignment.
 *
 * Shape   matrix: n rows × one column a clustering, any label values; answers n labels in 0..k-1, numbered by first row
 * Ties    the lowest cluster wins
 * Cost    O(n·clusterings + patterns²·clusterings) and 12·patterns² bytes; a vote O(clusterings²·patterns)
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (no row, or fewer different ones than k), ML_TOO_LARGE,
 *         ML_CANCELLED
 * Source  Fred & Jain 2005; Dudoit & Fridlyand 2003 for the vote; held to scipy by reference/consensus.golden.json
 */
async function fit(matrix: Matrix, params: ConsensusParams, control: FitControl): Promise<FittedConsensus> {
  checkParams(NAME, params, consensusLimits);
  checkMatrix(matrix);
  if (matrix.rows < 1) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: NAME, needed: 1, rows: matrix.rows });
  await breathe(control);
  const values = labelValues(matrix);
  const sizes = values.map((list) => list.length);
  const patterns = patternsOf(labelNumbers(matrix, values), matrix.cols);
  const { method, k, clusters, shares } = await join(patterns, sizes, { params, control });
  await breathe(control);
  const labels = patterns.of.map((pattern) => clusters[pattern] as number);
  const b = matrix.cols;
  const support = Float64Array.from(patterns.counts, (_, p) => {
    const row = patterns.labels.subarray(p * b, p * b + b);
    return supports(shares, row, k)[clusters[p] as number] as number;
  });
  const rowsOf = new Array<number>(k).fill(0);
  for (const label of labels) rowsOf[label] = (rowsOf[label] as number) + 1;
  const agreements = values.map((_, at) =>
    adjustedRandIndex(
      labels,
      Array.from({ length: matrix.rows }, (_row, i) => matrix.data[i * b + at] as number),
    ),
  );
  const nothing = { labels: new Int32Array(0), clusters: new Uint32Array(0) };
  const known = method === 'vote' ? nothing : { labels: patterns.labels, clusters };
  const state = { version: 1, k, clusterings: b, method, values, shares, known, sizes: rowsOf, agreements } as const;
  return { ...state, labels, support: Float64Array.from(patterns.of, (pattern) => support[pattern] as number) };
}

/**
 * The cluster of rows by their labels: where rows of the same labels went, else where most is in common. A label that a
 * clustering did not have in training has nothing in common with any cluster.
 *
 * Shape   matrix: n × clusterings
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
async function predict(fitted: ConsensusState, matrix: Matrix, _control: ComputeControl = {}): Promise<Uint32Array> {
  const b = fitted.clusterings;
  checkWidth(b, matrix);
  checkMatrix(matrix);
  const numbers = labelNumbers(matrix, fitted.values);
  const { labels, clusters } = fitted.known;
  const places = new Map(Array.from(clusters, (cluster, p) => [labels.subarray(p * b, p * b + b).join(), cluster]));
  return Uint32Array.from({ length: matrix.rows }, (_, i) => {
    const row = numbers.subarray(i * b, i * b + b);
    return places.get(row.join()) ?? best(supports(fitted.shares, row, fitted.k));
  });
}

/**
 * What each row of labels has in common with every cluster, 0..1.
 *
 * Shape   matrix: n × clusterings; answers n × k values, row-major
 * Throws  ML_SHAPE, ML_NOT_FINITE
 */
export function consensusSupport({ clusterings: b, k, values, shares }: ConsensusState, matrix: Matrix): Float64Array {
  checkWidth(b, matrix);
  checkMatrix(matrix);
  const numbers = labelNumbers(matrix, values);
  const out = new Float64Array(matrix.rows * k);
  for (let i = 0; i < matrix.rows; i += 1) out.set(supports(shares, numbers.subarray(i * b, i * b + b), k), i * k);
  return out;
}

/** Consensus of clusterings as an estimator over their labels: see `fit` for what it promises. */
export const consensus = {
  name: NAME,
  defaults: consensusDefaults,
  limits: consensusLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: consensusToJson,
  fromJson: consensusFromJson,
} satisfies Estimator<ConsensusParams, ConsensusState>;
