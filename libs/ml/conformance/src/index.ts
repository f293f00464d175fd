export { clusterExample, fourGroups } from './cluster-example';
export { emptyTables, tooFewForClusters } from './cluster-refusals';
export { estimatorContract } from './estimator-contract';
export type { ContractSubject, RefusedCase } from './estimator-contract';
