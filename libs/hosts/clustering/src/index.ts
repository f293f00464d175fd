export { CLUSTERING_THREAD, clusteringHandlers } from './clustering-handlers';
export type { ClusteringParts } from './clustering-handlers';
export { startClusteringWorker } from './start-clustering-worker';
export type { ClusteringWorkerOptions } from './start-clustering-worker';
