export { openPipelineHost } from './pipeline-host';
export type { PipelineHost, PipelineParts } from './pipeline-host';
export { loadMappings } from './load-mappings';
export { pipelineHostErrors } from './pipeline-host-errors';
export { startPipelineWorker } from './start-pipeline-worker';
export type { PipelineWorkerOptions } from './start-pipeline-worker';
export { importLimits } from './import-limits';
export type { ImportConfig } from './import-limits';
export { trackingHandlers } from './tracking-handlers';
