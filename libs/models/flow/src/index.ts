export type { DatasetPort, FeatureMatrix } from './dataset.port';
export { fitClusters } from './fit-clusters.flow';
export type { ClusterFit, FitClustersPorts } from './fit-clusters.flow';
export { fitPropensity, temporalCuts } from './fit-propensity.flow';
export type { FitPropensityPorts, LabelledMatrix, PropensityFit, PropensityFitInput } from './fit-propensity.flow';
