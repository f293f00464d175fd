/** The algorithms of the registry, the plainest first. */
export const ALGORITHM_NAMES = [
  'kmeans',
  'mini-batch-kmeans',
  'bounded-kmeans',
  'kmedoids',
  'kprototypes',
  'agglomerative',
  'birch',
  'dbscan',
  'hdbscan',
  'optics',
  'gaussian-mixture',
  'bayesian-mixture',
  'spectral',
  'nmf',
  'transitions',
  'som',
  'autoencoder',
  'dec',
  'vae',
  'consensus',
  'linked-kmeans',
  'seeded-kmeans',
  'label-spreading',
  'rfm-cells',
] as const;

export type AlgorithmName = (typeof ALGORITHM_NAMES)[number];
