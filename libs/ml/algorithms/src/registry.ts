import type { Json } from '@kohort/kernel-contracts';
import { algorithmErrors } from './algorithm-errors';
import { ALGORITHM_NAMES, type AlgorithmName } from './algorithm-names';
import type { ClusteringAlgorithm, ClusteringModel } from './clustering-algorithm';
import { boundedKmeansAlgorithm, kmeansAlgorithm, miniBatchKmeansAlgorithm } from './families/centroid-algorithms';
import { consensusAlgorithm } from './families/consensus-algorithm';
import { dbscanAlgorithm, hdbscanAlgorithm, opticsAlgorithm } from './families/density-algorithms';
import { labelSpreadingAlgorithm, linkedKmeansAlgorithm, seededKmeansAlgorithm } from './families/guided-algorithms';
import { agglomerativeAlgorithm, birchAlgorithm } from './families/hierarchy-algorithms';
import { nmfAlgorithm, somAlgorithm, spectralAlgorithm, transitionsAlgorithm } from './families/latent-algorithms';
import { kmedoidsAlgorithm, kprototypesAlgorithm } from './families/mixed-algorithms';
import { bayesianMixtureAlgorithm, gaussianMixtureAlgorithm } from './families/mixture-algorithms';
import { autoencoderAlgorithm, decAlgorithm, vaeAlgorithm } from './families/network-algorithms';
import { rfmCellsAlgorithm } from './families/rfm-cells';
import { nearestName } from './nearest-name';
import type { RegisteredAlgorithm } from './register-algorithm';

const BY_NAME: Readonly<Record<AlgorithmName, RegisteredAlgorithm>> = {
  kmeans: kmeansAlgorithm,
  'mini-batch-kmeans': miniBatchKmeansAlgorithm,
  'bounded-kmeans': boundedKmeansAlgorithm,
  kmedoids: kmedoidsAlgorithm,
  kprototypes: kprototypesAlgorithm,
  agglomerative: agglomerativeAlgorithm,
  birch: birchAlgorithm,
  dbscan: dbscanAlgorithm,
  hdbscan: hdbscanAlgorithm,
  optics: opticsAlgorithm,
  'gaussian-mixture': gaussianMixtureAlgorithm,
  'bayesian-mixture': bayesianMixtureAlgorithm,
  spectral: spectralAlgorithm,
  nmf: nmfAlgorithm,
  transitions: transitionsAlgorithm,
  som: somAlgorithm,
  autoencoder: autoencoderAlgorithm,
  dec: decAlgorithm,
  vae: vaeAlgorithm,
  consensus: consensusAlgorithm,
  'linked-kmeans': linkedKmeansAlgorithm,
  'seeded-kmeans': seededKmeansAlgorithm,
  'label-spreading': labelSpreadingAlgorithm,
  'rfm-cells': rfmCellsAlgorithm,
};

function registered(name: string): RegisteredAlgorithm {
  const known = ALGORITHM_NAMES.find((one) => one === name);
  if (known) return BY_NAME[known];
  const nearest = nearestName(name, ALGORITHM_NAMES) ?? 'kmeans';
  throw algorithmErrors.ALGORITHM_UNKNOWN({ name: name.slice(0, 64), nearest });
}

/** Every clustering algorithm, the plainest first. */
export const CLUSTERING_ALGORITHMS: readonly ClusteringAlgorithm[] = ALGORITHM_NAMES.map((name) => BY_NAME[name]);

/** The algorithm of a name. Throws ALGORITHM_UNKNOWN with the nearest name. */
export function clusteringAlgorithm(name: string): ClusteringAlgorithm {
  return registered(name);
}

/**
 * A model that places new rows, from `FittedClustering.state`.
 *
 * Throws  ALGORITHM_UNKNOWN, ALGORITHM_STATE, ML_STATE
 */
export function clusteringModel(algorithm: string, state: Json): ClusteringModel {
  return registered(algorithm).readModel(state);
}
