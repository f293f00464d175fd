export { columnDataset } from './column-dataset';
export type { ColumnDataset, ColumnDatasetPorts, DatasetMatrix } from './column-dataset';
export { computeFeaturesFlow } from './compute-features.flow';
export type { ComputeFeaturesParams, ComputeFeaturesPorts } from './compute-features.flow';
