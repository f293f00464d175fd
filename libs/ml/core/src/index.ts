export { Arena, arenaBytes } from './pool/arena';
export { breathe, poolOf } from './pool/compute-control';
export type { ComputeControl, FitControl } from './pool/compute-control';
export { ACTIVATIONS, activateRows, adamStep, applySlopes, momentumStep, multiplyRows } from './dense-kernels';
export type { Activation, DenseRows, RowProduct, WeightStep } from './dense-kernels';
export type { Estimator } from './estimator';
export { GaussianWorkspace } from './gaussian-workspace';
export type { GaussianComponents, GaussianMoments, GaussianSums, GaussianUse } from './gaussian-workspace';
export { inlineKernelPool, startKernelPool } from './pool/kernel-pool';
export type { KernelJob, KernelPool, PoolOptions, ShardRange } from './pool/kernel-pool';
export { KmeansWorkspace, NO_LABEL, TRIAL_LANES } from './kmeans-workspace';
export type { ClusterSums } from './kmeans-workspace';
export { labelSizes } from './label-sizes';
export {
  MAGNITUDE_LIMIT,
  checkMatrix,
  checkShape,
  columnMeans,
  columnVariances,
  matrixOf,
  takeRows,
  wideMatrixOf,
} from './matrix';
export type { Matrix, WideMatrix } from './matrix';
export { mlErrors } from './ml-errors';
export { checkParams } from './params';
export type { ParamLimit, ParamLimits } from './params';
export { visitNanDistances } from './nan-distances';
export type { NanDistanceInput } from './nan-distances';
export { poolFlags } from './pool/pool-words';
export type { PoolFlags } from './pool/pool-words';
export { FactorWorkspace } from './factor-workspace';
export type { RowSums } from './factor-workspace';
export { descend } from './twins/factor-twin';
export type { SideProblem } from './twins/factor-twin';
export { crossProducts, projectRows } from './products';
export type { ShiftedColumns } from './products';
export { NO_ROW, countNeighbours, indexNeighbours, nearestNeighbours, visitCoreNeighbours } from './neighbours';
export type { NearestRows, NeighbourIndex } from './neighbours';
export { PairWorkspace } from './pair-workspace';
export type { PairShares } from './pair-workspace';
export { PowerWorkspace, yeoJohnsonValues } from './powers';
export type { PowerSpread } from './powers';
export { rememberedIndex } from './remembered-index';
export { checkWidth, readState } from './read-state';
export { countDistinctRows, drawRows } from './row-sample';
export { shardsFor } from './shards';
export type { Shards } from './shards';
export { silhouetteCoefficients } from './silhouette-kernel';
export { checkSparse, sparseOf, takeSparseRows, timesTable, transposed } from './sparse-matrix';
export type { SparseMatrix } from './sparse-matrix';
export { growSpanningTree } from './spanning-tree';
export type { SpanningTree, TreeGrowth } from './spanning-tree';
export { WardWorkspace } from './ward-workspace';
export type { WardNeighbour } from './ward-workspace';
export type { KernelName } from './pool/wasm-engine';
