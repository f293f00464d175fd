import {
  autoencoderKmeans,
  autoencoderKmeansDefaults,
  codeDistances,
  dec,
  decDefaults,
  decPlaces,
  vaeMixture,
  vaeMixtureDefaults,
  vaeProbabilities,
} from '@kohort/ml-deep';
import type { Matrix } from '@kohort/ml-core';
import { z } from 'zod';
import { labelsOf } from '../algorithm-definition';
import { choice, real, whole, wholeOrNull } from '../params-schema';
import { placeByDistance, placeByShare, type Placement } from '../placement';
import { registerAlgorithm } from '../register-algorithm';

const { layers: PRESET, batchRows, rate } = autoencoderKmeansDefaults;

/** The network's parameters, alike for all that have one. */
const network = {
  layers: z
    // A command line gives a single width as a number.
    .preprocess(
      (given) => (typeof given === 'number' ? String(given) : given),
      z.string().regex(/^\d{1,4}(-\d{1,4}){0,7}$/, 'must be widths as in 64-32'),
    )
    .default(PRESET.join('-'))
    .describe('widths of the layers between the columns and the code, as in 64-32'),
  code: wholeOrNull(1, 1024, 'values of a code; as many as clusters, 2 to 10, no more than columns'),
  epochs: wholeOrNull(1, 100_000, 'passes over the rows; 10 to 300, so that there are some 3,000 steps'),
  batchRows: whole(1, 65_536, batchRows, 'rows of one step'),
  rate: real(1e-8, 1, rate, 'length of a step'),
};

const widths = (layers: string): number[] => layers.split('-').map(Number);

/** What all of them are told to people as. */
const kin = {
  family: 'network',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 200_000,
} as const;

/** Rows below which another seed may give quite another clustering. */
export const NETWORK_ROWS = 500;

const scarce = ({ rows }: Matrix): string[] =>
  rows >= NETWORK_ROWS ? [] : [`A network learns little from ${rows} rows: hold the groups against those of kmeans.`];

/** Share of the columns' variance that codes should give back. */
const LEAST_KEPT = 0.2;

const lost = (loss: number): string[] =>
  1 - loss >= LEAST_KEPT
    ? []
    : [`The codes give back only ${Math.round(100 * Math.max(0, 1 - loss))} % of how columns vary.`];

export const autoencoderAlgorithm = registerAlgorithm({
  ...kin,
  name: 'autoencoder',
  title: 'Autoencoder and k-means',
  about: 'Lets a network learn a short code of everybody, and groups the codes: for many columns that hang together.',
  confidence: 'how much nearer the own centre is than the next one, among the codes',
  params: z.object({
    ...network,
    restarts: whole(1, 1000, autoencoderKmeansDefaults.restarts, 'starts of the k-means'),
  }),
  async fit({ matrix, params: { layers, ...rest }, k = 0, control }) {
    const { labels, ...state } = await autoencoderKmeans.fit(matrix, { ...rest, layers: widths(layers), k }, control);
    return { labels, state, clusters: k, notes: [...scarce(matrix), ...lost(state.loss)] };
  },
  async place(state, matrix, context) {
    const found = await labelsOf(autoencoderKmeans, { state, matrix, context });
    const placed = placeByDistance(await codeDistances(state, matrix, context.control), found, context);
    return { labels: placed.labels, confidence: placed.confidence, remoteness: placed.distance };
  },
  toJson: autoencoderKmeans.toJson,
  fromJson: autoencoderKmeans.fromJson,
});

const unsettled = ({ converged, rounds }: { converged: boolean; rounds: number }): string[] =>
  converged ? [] : [`It stopped after ${rounds} rounds before it settled.`];

function emptied(sizes: readonly number[]): string[] {
  const empty = sizes.filter((size) => size === 0).length;
  return empty > 0 ? [`${empty} of ${sizes.length} clusters lost all their rows.`] : [];
}

/** Distances of rows to the centres of their own clusters. */
const ownDistances = (distances: Float64Array, { labels }: Placement, k: number): Float64Array =>
  Float64Array.from(labels, (label, i) => (label < 0 ? NaN : (distances[i * k + label] as number)));

export const decAlgorithm = registerAlgorithm({
  ...kin,
  name: 'dec',
  title: 'Deep embedded clustering',
  about: 'Learns a short code of everybody and the groups together, until groups lie tight and apart.',
  confidence: 'the share of the own cluster in the nearness to all of them, among the codes',
  params: z.object({
    ...network,
    restarts: whole(1, 1000, decDefaults.restarts, 'starts of the k-means that it begins from'),
    start: choice(['drawn', 'plain'], decDefaults.start, 'whether codes are drawn while the first ones are learnt'),
    rounds: whole(1, 100_000, decDefaults.rounds, 'most rounds in which codes and groups are trained together'),
    steps: wholeOrNull(1, 1_000_000, 'steps of a round; one pass over the rows, 20 at least'),
    tolerance: real(0, 1, decDefaults.tolerance, 'share of the rows that may change their group when it has settled'),
  }),
  async fit({ matrix, params: { layers, ...rest }, k = 0, control }) {
    const { labels, ...state } = await dec.fit(matrix, { ...rest, layers: widths(layers), k }, control);
    return { labels, state, clusters: k, notes: [...scarce(matrix), ...unsettled(state), ...emptied(state.sizes)] };
  },
  async place(state, matrix, context) {
    const { shares, distances } = await decPlaces(state, matrix, context.control);
    const placed = placeByShare(shares, matrix.rows, context);
    return { ...placed, remoteness: ownDistances(distances, placed, state.k) };
  },
  toJson: dec.toJson,
  fromJson: dec.fromJson,
});

export const vaeAlgorithm = registerAlgorithm({
  ...kin,
  name: 'vae',
  title: 'Variational autoencoder and mixture',
  about: 'Learns a smooth short code of everybody, and for everybody the probability of each group among the codes.',
  confidence: 'the probability that the row’s code comes from its cluster',
  params: z.object({
    ...network,
    restarts: whole(1, 100, vaeMixtureDefaults.restarts, 'starts of the mixture, the likeliest end is kept'),
    warmUp: real(0, 1, vaeMixtureDefaults.warmUp, 'share of the epochs in which codes are pulled together ever more'),
  }),
  async fit({ matrix, params: { layers, ...rest }, k = 0, control }) {
    const { labels, ...state } = await vaeMixture.fit(matrix, { ...rest, layers: widths(layers), k }, control);
    const { converged, iterations: rounds } = state.mixture;
    return { labels, state, clusters: k, notes: [...scarce(matrix), ...unsettled({ converged, rounds })] };
  },
  async place(state, matrix, context) {
    const { probabilities, logDensities } = await vaeProbabilities(state, matrix, context.control);
    return { ...placeByShare(probabilities, matrix.rows, context), remoteness: logDensities.map((log) => -log) };
  },
  toJson: vaeMixture.toJson,
  fromJson: vaeMixture.fromJson,
});
