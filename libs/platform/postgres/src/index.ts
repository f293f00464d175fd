export { openDatabase } from './database';
export type { Database, DatabaseOptions, TransactionOptions, WorkspaceTransaction } from './database';
export { fenceErrors, holdFence } from './fence';
export { appendOutbox } from './outbox';
export type { KohortTables } from './tables';
export { modelStore } from './models/model-store.adapter';
