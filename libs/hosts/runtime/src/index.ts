export { openLogger } from '@kohort/platform-telemetry';
export { openEngines } from './engines';
export type { EngineOptions, Engines } from './engines';
export { startWorkerProcess } from './worker-process';
export type { WorkerProcess, WorkerProcessOptions } from './worker-process';
export { runProcess } from './run-process';
export type { Running } from './run-process';
export { columnAddress, openColumnStore } from './open-columns';
export type { ColumnAddress, OpenedColumns } from './open-columns';
