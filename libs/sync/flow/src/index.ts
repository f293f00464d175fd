export { checkDestination, releaseHeldRun, resumeDestination } from './decide.flow';
export { previewSync } from './preview-sync.flow';
export type { SyncPreview } from './preview-sync.flow';
export { recheckPeople } from './recheck-consent.flow';
export { runSync } from './run-sync.flow';
export { syncErrors } from './sync-errors';
export type { SyncPorts } from './sync-ports';
export { trackChanges } from './track-changes.flow';
