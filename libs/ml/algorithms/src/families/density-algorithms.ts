import { nearestNeighbours, rememberedIndex, type Matrix } from '@kohort/ml-core';
import {
  dbscan,
  dbscanDefaults,
  hdbscan,
  hdbscanDefaults,
  hdbscanScores,
  optics,
  opticsDefaults,
} from '@kohort/ml-density';
import { z } from 'zod';
import { choice, flag, real, whole } from '../params-schema';
import type { PlaceContext, Placement } from '../placement';
import { registerAlgorithm } from '../register-algorithm';

/** Members of a cluster are no outliers, however sparse their place. */
const MEMBER_MOST = 0.49;

const found = (k: number): string[] =>
  k === 0 ? ['It found no dense place: every row is in no cluster. Try a larger distance or smaller clusters.'] : [];

/** Labels of the nearest known row within its reach; confidence falls towards the reach. */
async function placeWithinReach(
  known: { readonly rows: Matrix; readonly labels: ArrayLike<number>; readonly reach: (row: number) => number },
  matrix: Matrix,
  { control, labels: given }: PlaceContext,
): Promise<Placement> {
  const labels = new Int32Array(matrix.rows).fill(-1);
  const confidence = new Float64Array(matrix.rows);
  const outlierScore = new Float64Array(matrix.rows).fill(1);
  if (known.rows.rows === 0) return { labels, confidence, outlierScore };
  const near = await nearestNeighbours(rememberedIndex(known.rows), { queries: matrix, k: 1 }, control);
  for (let i = 0; i < matrix.rows; i += 1) {
    const row = near.rows[i] as number;
    const distance = near.distances[i] as number;
    const reach = known.reach(row);
    const label = given?.[i] ?? (distance <= reach ? (known.labels[row] as number) : -1);
    labels[i] = label;
    if (label < 0) continue;
    confidence[i] = reach > 0 ? Math.max(0, 1 - distance / reach) : 1;
    outlierScore[i] = MEMBER_MOST * (1 - (confidence[i] as number));
  }
  return { labels, confidence, outlierScore };
}

export const dbscanAlgorithm = registerAlgorithm({
  name: 'dbscan',
  title: 'DBSCAN',
  about: 'Finds crowds of any shape by how close people are; who stands alone is in no group.',
  family: 'density',
  input: 'numbers',
  takesK: false,
  findsK: true,
  marksNoise: true,
  rowLimit: 100_000,
  confidence: '1 − distance to the nearest row amid the cluster, as a share of eps; 0 in no cluster',
  params: z.object({
    eps: real(Number.MIN_VALUE, 1e18, dbscanDefaults.eps, 'distance within which rows are neighbours, in scaled units'),
    minPoints: whole(1, 1_000_000, dbscanDefaults.minPoints, 'neighbours, itself included, of a row amid a cluster'),
  }),
  async fit({ matrix, params, control }) {
    const { labels, ...state } = await dbscan.fit(matrix, params, control);
    return { labels, state, clusters: state.k, notes: found(state.k) };
  },
  place: ({ core, coreLabels, eps }, matrix, context) =>
    placeWithinReach({ rows: core, labels: coreLabels, reach: () => eps }, matrix, context),
  toJson: dbscan.toJson,
  fromJson: dbscan.fromJson,
});

export const hdbscanAlgorithm = registerAlgorithm({
  name: 'hdbscan',
  title: 'HDBSCAN',
  about: 'Finds crowds of any shape and density without a number given; outliers are named as such.',
  family: 'density',
  input: 'numbers',
  takesK: false,
  findsK: true,
  marksNoise: true,
  rowLimit: 20_000,
  confidence: 'how dense the row’s place is against the densest of its cluster; 0 in no cluster',
  params: z.object({
    minPoints: whole(1, 1000, hdbscanDefaults.minPoints, 'rows, itself included, that measure how dense a place is'),
    minClusterSize: whole(2, 10_000_000, 15, 'fewest rows of a cluster'),
    selection: choice(['eom', 'leaf'], hdbscanDefaults.selection, 'clusters of most mass, or the finest ones'),
    allowSingleCluster: flag(hdbscanDefaults.allowSingleCluster, 'whether all rows may be one cluster'),
  }),
  async fit({ matrix, params, control }) {
    const fitted = await hdbscan.fit(matrix, params, control);
    const { labels, ...state } = fitted;
    return { labels, state, clusters: state.k, notes: found(state.k) };
  },
  async place(state, matrix, context) {
    const scores = await hdbscanScores(state, matrix, context.control);
    const labels = context.labels ? Int32Array.from(context.labels) : scores.labels;
    const outlierScore = Float64Array.from(labels, (label, i) =>
      label < 0 ? (1 + (scores.outlierScores[i] as number)) / 2 : MEMBER_MOST * (scores.outlierScores[i] as number),
    );
    return { labels, confidence: scores.probabilities, outlierScore };
  },
  toJson: hdbscan.toJson,
  fromJson: hdbscan.fromJson,
});

export const opticsAlgorithm = registerAlgorithm({
  name: 'optics',
  title: 'OPTICS',
  about: 'Orders people by how easily they are reached and reads crowds of any density off that order.',
  family: 'density',
  input: 'numbers',
  takesK: false,
  findsK: true,
  marksNoise: true,
  rowLimit: 20_000,
  confidence: '1 − distance to the nearest training row, as a share of that row’s reach; 0 in no cluster',
  params: z.object({
    minPoints: whole(2, 1000, opticsDefaults.minPoints, 'rows, itself included, within a core distance'),
    maxRadius: real(
      Number.MIN_VALUE,
      1e18,
      opticsDefaults.maxRadius,
      'distance beyond which rows do not reach each other',
    ),
    method: choice(['xi', 'dbscan'], 'xi', 'clusters between steep slopes, or below one height'),
    xi: real(1e-6, 0.999, 0.05, 'least relative fall at a steep slope (method xi)'),
    minClusterSize: whole(2, 10_000_000, 15, 'fewest rows of a cluster (method xi)'),
    eps: real(Number.MIN_VALUE, 1e18, 0.5, 'height of the cut (method dbscan)'),
  }),
  async fit({ matrix, params: { method, xi, minClusterSize, eps, ...rest }, control }) {
    const extraction = method === 'xi' ? { method, xi, minClusterSize } : { method, eps };
    const state = await optics.fit(matrix, { ...rest, extraction }, control);
    return { labels: state.labels, state, clusters: state.k, notes: found(state.k) };
  },
  place: ({ rows, labels, reach }, matrix, context) =>
    placeWithinReach({ rows, labels, reach: (row) => reach[row] as number }, matrix, context),
  toJson: optics.toJson,
  fromJson: optics.fromJson,
});
