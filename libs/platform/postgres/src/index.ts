export { catalogueViolations } from './catalogue';
export type { CatalogueViolation } from './catalogue';
export { checkMigrated } from './check-migrated';
export { checkSafety } from './check-safety';
export type { SafetyOptions } from './check-safety';
export { classifyFailure, isAway } from './classify-failure';
export { IDLE_CONNECTION_MS, openDatabase } from './database';
export type { Database, DatabaseOptions, TransactionOptions, WorkspaceTransaction } from './database';
export { databaseHealth } from './database-health';
export type { DatabaseHealth } from './database-health';
export { fenceErrors, holdFence } from './fence';
export { addToLedger, ledgerResidual } from './ledger';
export type { LedgerBalance, LedgerCounts, LedgerEntry } from './ledger';
export { migrate } from './migrate';
export { RELAY_IDLE_MS, appendOutbox } from './outbox';
export { ensurePartitions, keepPartitions } from './partitions';
export { postgresErrors } from './postgres-errors';
export { createRun } from './runs/create-run';
export type { NewRun } from './runs/create-run';
export { cancelRun, runHandler, runsHandler, saveCheckpoint } from './runs/run-handler';
export type { RunEnd, RunHandlerOptions, RunsHandlerOptions, StartedRun } from './runs/run-handler';
export { getRun, toRun } from './runs/run-record';
export { runErrors, startRun } from './runs/start-run';
export { startsWithoutProgress } from './runs/starts-without-progress';
export type { RunSession, StartRunOptions } from './runs/start-run';
export type { KohortTables } from './tables';
export { featureStatisticsStore } from './features/feature-statistics.adapter';
export { featureStore } from './features/feature-store.adapter';
export { liveTraitStore } from './features/live-traits.adapter';
export { personHistory } from './features/person-history.adapter';
export { modelFiles } from './models/model-files.adapter';
export { requestDueModels } from './models/due-models';
export { modelWatchStore } from './models/model-watch.adapter';
export { modelStore } from './models/model-store.adapter';
export { withClient } from './with-client';
export { startTestDatabase } from './test-database';
export type { TestDatabase } from './test-database';
export { decodeCursor, encodeCursor } from './cursor';
export type { CursorScope } from './cursor';
export { logEpoch, logHorizon, raiseLogEpoch, readLog } from './read-log';
export type { LogPage, LogPosition, LogTable, ReadLogOptions } from './read-log';
export { accessAdapter } from './access/access.adapter';
export { readAdapter } from './read/read.adapter';
export { readErrors } from './read/read.errors';
export { commandAdapter } from './commands/command.adapter';
export { commandErrors } from './commands/command.errors';
export { changeWebhookAdmin } from './sync/change-webhook-admin.adapter';
export { changeWebhookStore } from './sync/change-webhook-store.adapter';
export { changeLogAdapter } from './read/change-log.adapter';
export { TIMER_CHANNEL, TIMER_LOOK_MS } from './segments/timer-signal';
export { listen } from './listen';
export type { Listening } from './listen';
export { COMMIT_CHANNEL, OUTBOX_CHANNEL, onOutboxCommit, onWorkCommit, readNews } from './outbox-signal';
export type { OwedWork } from './outbox-signal';
export { LOG_CHANNEL, relayState, stepRelay, sweepTasks, tidyRelay } from './relay-steps';
export type { RelayState, RelayStep } from './relay-steps';
export {
  LEASE_MS,
  claimTask,
  claimTogether,
  countLoneStart,
  finishTasks,
  lapseLeases,
  offerAgain,
  quarantineTask,
  releaseTasks,
  renewLeases,
  retryTasks,
} from './tasks';
export type { ClaimedTask, DueTask, TaskError, TaskRef } from './tasks';
export { expireKeys } from './ingest/expire-keys';
export { sealHours } from './ingest/seal-hours';
export { ingestStore, ingestStoreErrors } from './ingest/ingest-store.adapter';
export { sourceConnections } from './sources/source-connections.adapter';
export { sourceErrors } from './sources/source-errors';
export { importedFiles } from './ingest/imported-files.adapter';
export { knownPeople } from './ingest/known-people.adapter';
export { refusedStore } from './ingest/refused-store.adapter';
export { identityAdmin } from './identity/identity-admin.adapter';
export { identityHistory } from './identity/identity-history.adapter';
export type { IdentityHistoryOptions } from './identity/identity-history.adapter';
export type { RebuildSizes } from './identity/rebuild';
export { linkStore } from './identity/link-store.adapter';
export { identityStore } from './identity/identity-store.adapter';
export { resumeSwitches } from './identity/stranded-switches';
export { noteMoved } from './privacy/consent-rows';
export { listGenerations } from './privacy/list-generations';
export { privacyStore } from './privacy/privacy-store.adapter';
export { suppressionGate } from './privacy/screen-entries';
export { refusedPeople } from './privacy/refused-people';
export { syncStore } from './sync/sync-store.adapter';
export { segmentStore } from './segments/segment-store.adapter';
export { segmentRefreshes } from './segments/segment-refreshes.adapter';
export { quarantineStore } from './tracking/quarantine-store.adapter';
export { maskingStore } from './ingest/masking-store.adapter';
export { trackingStore } from './tracking/tracking-store.adapter';
export { qualityStore } from './quality/quality-store.adapter';
export { watchStore } from './tracking/watch-store.adapter';
