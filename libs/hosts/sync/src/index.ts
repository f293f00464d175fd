export { firstPartyPlugins } from './plugins';
export { syncHandlers } from './sync-handlers';
export type { SyncHost, SyncParts } from './sync-handlers';
