import { kmeansDistances } from '@kohort/ml-clustering';
import {
  nearestCentroid,
  nmf,
  nmfAmounts,
  nmfDefaults,
  som,
  somDefaults,
  somUnits,
  spectral,
  spectralDefaults,
  transitionFeatures,
  transitions,
  transitionsDefaults,
  type SomState,
  type SpectralState,
} from '@kohort/ml-latent';
import type { Matrix } from '@kohort/ml-core';
import { z } from 'zod';
import { labelsOf } from '../algorithm-definition';
import { placeByDistance, placeByNeighbours, placeByShare } from '../placement';
import { choice, real, realOrNull, whole } from '../params-schema';
import { registerAlgorithm } from '../register-algorithm';

const carried = new WeakMap<Float64Array, Int32Array>();

/** The cluster of each row that carries the graph: the nearest centroid of its coordinates. Told once a model. */
function landmarkLabels({ coordinates, centroids, eigenvalues }: SpectralState): Int32Array {
  const known = carried.get(coordinates);
  if (known) return known;
  const width = eigenvalues.length;
  const labels = Int32Array.from({ length: coordinates.length / width }, (_, i) =>
    nearestCentroid(coordinates.subarray(i * width, (i + 1) * width), centroids),
  );
  carried.set(coordinates, labels);
  return labels;
}

export const spectralAlgorithm = registerAlgorithm({
  name: 'spectral',
  title: 'Spectral',
  about: 'Follows who is connected to whom: finds long and bent groups that averages cut in two.',
  family: 'graph',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 20_000,
  confidence: 'the share of the ten nearest rows of the graph that are in the same cluster',
  params: z.object({
    affinity: choice(['neighbours', 'radial'], 'neighbours', 'join each row to its nearest, or all by distance'),
    neighbours: whole(1, 1000, 10, 'others that each row names (affinity neighbours)'),
    gamma: realOrNull(Number.MIN_VALUE, 1e300, 'how fast weights fall with squared distance (affinity radial)'),
    mostRows: whole(50, 20_000, spectralDefaults.mostRows, 'rows that carry the graph; the others are placed by it'),
    restarts: whole(1, 1000, spectralDefaults.restarts, 'starts of the k-means over the coordinates'),
  }),
  async fit({ matrix, params: { affinity: method, neighbours, gamma, ...rest }, k = 0, control }) {
    const radial = { method: 'radial', ...(gamma === null ? {} : { gamma }) } as const;
    const affinity = method === 'neighbours' ? { method, neighbours } : radial;
    const { labels, ...state } = await spectral.fit(matrix, { ...rest, affinity, k }, control);
    const carriers = state.landmarks.length / state.cols;
    const notes = [
      ...(state.method === 'exact' ? [] : [`A sample of ${carriers.toLocaleString('en-GB')} rows carries the graph.`]),
      ...(state.parts > k ? [`The graph falls into ${state.parts} parts: more than the ${k} clusters asked for.`] : []),
    ];
    return { labels, state, clusters: k, notes };
  },
  async place(state, matrix, context) {
    const labels = await labelsOf(spectral, { state, matrix, context });
    const items: Matrix = { data: state.landmarks, rows: state.landmarks.length / state.cols, cols: state.cols };
    return placeByNeighbours({ items, itemLabels: landmarkLabels(state) }, matrix, { ...context, labels });
  },
  toJson: spectral.toJson,
  fromJson: spectral.fromJson,
});

export const nmfAlgorithm = registerAlgorithm({
  name: 'nmf',
  title: 'Parts of counts (NMF)',
  about: 'Takes counts of events or purchases apart into habits, and groups people by their main habit.',
  family: 'parts',
  input: 'counts',
  takesK: true,
  findsK: false,
  marksNoise: true,
  rowLimit: 200_000,
  confidence: 'the share of the row’s events that belong to its part; 0 for rows without events',
  params: z.object({
    start: choice(['singular-vectors', 'random'], 'singular-vectors', 'where the parts begin'),
    restarts: whole(1, 1000, 5, 'independent starts (start random)'),
    maxIterations: whole(1, 100_000, nmfDefaults.maxIterations, 'most rounds of one start'),
    tolerance: real(0, 1, nmfDefaults.tolerance, 'slopes at which a start ends, as a share of the first'),
  }),
  async fit({ matrix, params: { start: method, restarts, ...rest }, k = 0, control }) {
    const start = method === 'random' ? { method, restarts } : { method };
    const { labels, ...state } = await nmf.fit(matrix, { ...rest, k, start }, control);
    const notes = [
      ...(state.converged ? [] : [`It stopped after ${state.iterations} rounds before it settled.`]),
      ...(state.empty > 0 ? [`${state.empty} rows without events are in no cluster.`] : []),
    ];
    return { labels, state, clusters: k, notes };
  },
  place: async (state, matrix, context) => placeByShare(nmfAmounts(state, matrix), matrix.rows, context),
  toJson: nmf.toJson,
  fromJson: nmf.fromJson,
});

export const transitionsAlgorithm = registerAlgorithm({
  name: 'transitions',
  title: 'Event sequences',
  about: 'Groups people by the order of what they do: from which event they go to which.',
  family: 'centroids',
  input: 'counts',
  takesK: true,
  findsK: false,
  marksNoise: false,
  weighing: 'none',
  rowLimit: 1_000_000,
  confidence: 'how much nearer the own centre is than the next one: 1 at the centre, 0 half-way between two',
  params: z.object({
    smoothing: real(1e-6, 1e6, transitionsDefaults.smoothing, 'steps of the average person credited to everyone'),
    restarts: whole(1, 1000, transitionsDefaults.restarts, 'independent starts, the best is kept'),
  }),
  async fit({ matrix, params, k = 0, control }) {
    const { labels, ...state } = await transitions.fit(matrix, { ...params, k }, control);
    return { labels, state, clusters: k };
  },
  async place(state, matrix, context) {
    const found = await labelsOf(transitions, { state, matrix, context });
    return placeByDistance(kmeansDistances(state.partition, transitionFeatures(state, matrix)), found, context);
  },
  toJson: transitions.toJson,
  fromJson: transitions.fromJson,
});

/** Distances of rows to the nearest unit of each group: n × groups. */
function groupDistances({ prototypes, clusters, cols }: SomState, matrix: Matrix, groups: number): Float64Array {
  const out = new Float64Array(matrix.rows * groups).fill(Infinity);
  for (let i = 0; i < matrix.rows; i += 1) {
    clusters.forEach((group, unit) => {
      let squared = 0;
      for (let j = 0; j < cols; j += 1)
        squared += ((matrix.data[i * cols + j] as number) - (prototypes[unit * cols + j] as number)) ** 2;
      out[i * groups + group] = Math.min(out[i * groups + group] as number, Math.sqrt(squared));
    });
  }
  return out;
}

export const somAlgorithm = registerAlgorithm({
  name: 'som',
  title: 'Self-organising map',
  about: 'Lays people out on a map where neighbours are alike, and parts the map into groups.',
  family: 'map',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 500_000,
  confidence: 'how much nearer the nearest place of the own group is than that of the next one',
  params: z.object({
    width: whole(1, 64, somDefaults.width, 'places along the map'),
    height: whole(1, 64, somDefaults.height, 'places across the map'),
    grid: choice(['hexagonal', 'rectangular'], somDefaults.grid, 'six or four neighbours a place'),
    rounds: whole(1, 10_000, somDefaults.rounds, 'rounds in which all rows are assigned and all places move'),
    startRadius: real(0, 64, somDefaults.startRadius, 'reach of a place at the beginning; 0: half the longer side'),
    endRadius: real(0.05, 64, somDefaults.endRadius, 'reach of a place at the end'),
  }),
  async fit({ matrix, params, k = 0, control }) {
    const { labels, ...state } = await som.fit(matrix, { ...params, groups: k }, control);
    return { labels, state, clusters: k };
  },
  async place(state, matrix, context) {
    const groups = context.used.length;
    const found = somUnits(state, matrix, context.control).map((unit) => state.clusters[unit] as number);
    return placeByDistance(groupDistances(state, matrix, groups), found, context);
  },
  toJson: som.toJson,
  fromJson: som.fromJson,
});
