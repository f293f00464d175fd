export { algorithmAccounts } from './algorithm-account';
export type { AlgorithmAccount } from './algorithm-account';
export { algorithmErrors } from './algorithm-errors';
export { ALGORITHM_NAMES } from './algorithm-names';
export type { AlgorithmName } from './algorithm-names';
export type {
  AlgorithmFamily,
  ClusteringAlgorithm,
  ClusteringModel,
  ClusterPlacement,
  FitSettings,
  FittedClustering,
  GivenOfColumns,
  KnownRows,
} from './clustering-algorithm';
export { kmeansStarts } from './families/centroid-algorithms';
export { NETWORK_ROWS } from './families/network-algorithms';
export { nearestName } from './nearest-name';
export { OUTLIER_FROM } from './outlier-fences';
export { accountOfParams, paramsFromText, readParams } from './params-schema';
export type { ParamAccount, ParamsSchema } from './params-schema';
export { CLUSTERING_ALGORITHMS, clusteringAlgorithm, clusteringModel } from './registry';
