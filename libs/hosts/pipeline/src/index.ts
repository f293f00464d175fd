export { openPipelineHost } from './pipeline-host';
export type { PipelineHost, PipelineParts } from './pipeline-host';
