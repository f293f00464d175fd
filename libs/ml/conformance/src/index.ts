export { clusterExample, fourGroups } from './cluster-example';
export { estimatorContract } from './estimator-contract';
export type { ContractSubject, RefusedCase } from './estimator-contract';
