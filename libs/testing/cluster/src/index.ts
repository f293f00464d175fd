export { connectionsOf, startCluster } from './cluster';
export type { Cluster, ClusterPlace } from './cluster';
export { ask, jobResult, postEvents, startJob, upload, watchEntries } from './api';
export { until } from './program';
export type { Program } from './program';
export { hasRedis } from './redis';
