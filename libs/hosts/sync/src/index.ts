export { firstPartyPlugins } from './plugins';
export { syncHandlers } from './sync-handlers';
export type { SyncHost, SyncParts } from './sync-handlers';
export { startSyncWorker } from './start-sync-worker';
export type { SyncWorkerOptions } from './start-sync-worker';
