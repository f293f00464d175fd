export { columnDataset } from './column-dataset';
export type { ColumnDataset, ColumnDatasetPorts, DatasetMatrix } from './column-dataset';
export { personFeatures } from './person-features';
export type { PersonFeaturesPorts } from './person-features';
export { computeFeaturesFlow } from './compute-features.flow';
export type { ComputeFeaturesParams, ComputeFeaturesPorts } from './compute-features.flow';
