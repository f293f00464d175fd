export { clusterExample, fourGroups } from './cluster-example';
export { emptyTables, tooFewForClusters } from './cluster-refusals';
export { hasDataSets, onceARun, plantedSet, readCells, readColumns, readReference, zScored } from './data-sets';
export { estimatorContract } from './estimator-contract';
export type { ContractSubject, RefusedCase } from './estimator-contract';
