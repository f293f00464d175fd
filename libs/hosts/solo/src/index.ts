export { diagnose } from './diagnose';
export type { DiagnoseOptions, Finding, FindingState } from './diagnose';
export { FIRST_SOURCE, ensureHome, ensureWorkspace } from './first-workspace';
export { startSolo } from './start-solo';
export type { RunningSolo, SoloOptions } from './start-solo';
export { bootstrapWorkspace } from './bootstrap-workspace';
