export { CLUSTERING_THREAD, clusteringHandlers } from './clustering-handlers';
export type { ClusteringParts } from './clustering-handlers';
