import type { ComputeControl, Matrix } from '@kohort/ml-core';
import {
  bayesianMixture,
  bayesianMixtureDefaults,
  bayesianMixtureProbabilities,
  gaussianMixture,
  gaussianMixtureDefaults,
  mixtureProbabilities,
  type MixtureShares,
} from '@kohort/ml-mixture';
import { z } from 'zod';
import { choice, real, realOrNull, whole } from '../params-schema';
import { placeByShare, type PlaceContext, type Placement } from '../placement';
import { registerAlgorithm } from '../register-algorithm';

const CONFIDENCE = 'the probability that the row comes from its cluster';
const COVARIANCES = ['full', 'tied', 'diagonal', 'spherical'] as const;

const covariance = choice(COVARIANCES, 'full', 'the shape a cluster may have: full is any ellipsoid');
const regularisation = real(0, 1e12, gaussianMixtureDefaults.regularisation, 'added to every variance');

/** d² values a cluster: a few hundred columns are what memory and rows bear. */
const columnLimit = ({ covariance: kind }: { covariance: (typeof COVARIANCES)[number] }) =>
  kind === 'full' || kind === 'tied'
    ? { most: 300, instead: ': take covariance=diagonal, or fewer columns' }
    : { most: 20_000 };

type Weigh<S> = (state: S, matrix: Matrix, control?: ComputeControl) => MixtureShares;

const placeBy =
  <S>(weigh: Weigh<S>) =>
  async (state: S, matrix: Matrix, context: PlaceContext): Promise<Placement> => {
    const { probabilities, logDensities } = weigh(state, matrix, context.control);
    return { ...placeByShare(probabilities, matrix.rows, context), remoteness: logDensities.map((log) => -log) };
  };

export const gaussianMixtureAlgorithm = registerAlgorithm({
  name: 'gaussian-mixture',
  title: 'Gaussian mixture',
  about: 'Overlapping, stretched groups, and for everybody the probability of each: for audiences with soft borders.',
  family: 'mixture',
  input: 'numbers',
  takesK: true,
  findsK: false,
  marksNoise: false,
  rowLimit: 200_000,
  columnLimit,
  confidence: CONFIDENCE,
  params: z.object({
    covariance,
    restarts: whole(1, 100, 3, 'independent starts from k-means, the likeliest end is kept'),
    maxIterations: whole(1, 100_000, gaussianMixtureDefaults.maxIterations, 'most rounds of one start'),
    tolerance: real(0, 1, gaussianMixtureDefaults.tolerance, 'change of a row’s log likelihood at which a start ends'),
    regularisation,
  }),
  async fit({ matrix, params: { restarts, ...rest }, k = 0, control }) {
    const start = { method: 'k-means', restarts } as const;
    const { labels, ...state } = await gaussianMixture.fit(matrix, { ...rest, k, start }, control);
    const notes = [
      ...(state.converged ? [] : [`It stopped after ${state.iterations} rounds before it settled.`]),
      ...(state.collapsed.length > 0 ? [`${state.collapsed.length} clusters sit on repeated rows.`] : []),
    ];
    return { labels, state, clusters: k, notes };
  },
  place: placeBy(mixtureProbabilities),
  toJson: gaussianMixture.toJson,
  fromJson: gaussianMixture.fromJson,
});

export const bayesianMixtureAlgorithm = registerAlgorithm({
  name: 'bayesian-mixture',
  title: 'Bayesian mixture',
  about: 'A mixture that leaves groups empty the data do not need: k is only the most there may be.',
  family: 'mixture',
  input: 'numbers',
  takesK: true,
  findsK: true,
  marksNoise: false,
  rowLimit: 200_000,
  columnLimit,
  confidence: CONFIDENCE,
  params: z.object({
    covariance,
    weightPrior: choice(
      ['process', 'finite'],
      bayesianMixtureDefaults.weightPrior,
      'what is believed of sizes beforehand',
    ),
    concentration: realOrNull(1e-12, 1e12, 'low values leave groups empty, high ones use them all; 1/k when left out'),
    restarts: whole(1, 100, 1, 'independent starts from k-means'),
    maxIterations: whole(1, 100_000, bayesianMixtureDefaults.maxIterations, 'most rounds of one start'),
    tolerance: real(0, 1e6, bayesianMixtureDefaults.tolerance, 'change of the evidence at which a start ends'),
    regularisation,
  }),
  async fit({ matrix, params: { restarts, concentration, ...rest }, k, control }) {
    // Without a k the most there may be is ten, or what so few rows can tell apart.
    const most = k ?? Math.max(1, Math.min(bayesianMixtureDefaults.k, Math.floor(matrix.rows / 2)));
    const start = { method: 'k-means', restarts } as const;
    const asked = { ...rest, k: most, start, ...(concentration === null ? {} : { concentration }) };
    const { labels, ...state } = await bayesianMixture.fit(matrix, asked, control);
    const notes = state.converged ? [] : [`It stopped after ${state.iterations} rounds before it settled.`];
    return { labels, state, clusters: most, notes };
  },
  place: placeBy(bayesianMixtureProbabilities),
  toJson: bayesianMixture.toJson,
  fromJson: bayesianMixture.fromJson,
});
