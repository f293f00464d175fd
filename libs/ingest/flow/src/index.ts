export { acceptEvents } from './accept-events.flow';
export type { AcceptEventsDeps } from './accept-events.flow';
export { dryRunFlow, importFlow } from './import.flow';
export type { DryRunResult, ImportContext, ImportDeps, ImportResult } from './import.flow';
export { AUTO_MAPPING, importErrors } from './import-source';
export type { ImportParams } from './import-source';
export { importCheckpointSchema } from './import.state';
export type { ImportCheckpoint } from './import.state';
