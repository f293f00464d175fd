import type { QuarantineStore, WatchStore, WorkspaceId } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { watchVolumes } from '@kohort/quality-flow';
import { startLoop, type Timers } from '@kohort/hosts-runtime';

/** What the watch needs. `quarantineDays`: how long a quarantined item is kept. */
export interface WatchParts {
  readonly store: WatchStore;
  readonly quarantine: QuarantineStore;
  readonly quarantineDays: number;
  /** Forgets dedupe keys whose days are over; the number of those gone. */
  readonly expireKeys: (workspaceId: WorkspaceId, limit: number) => Promise<number>;
  /** Counts the events of past hours for the books; whether there is more to count at once. */
  readonly sealHours: (workspaceId: WorkspaceId) => Promise<boolean>;
  readonly logger: Logger;
}

/** How often a workspace is looked at, and how often one asks whether it is time. */
const TURN_MS = 60_000;
const LOOK_EVERY_MS = 15_000;
const SWEPT_AT_ONCE = 1_000;
const SWEEPS = 20;

async function sweep(some: (limit: number) => Promise<number>): Promise<number> {
  let gone = 0;
  for (let i = 0; i < SWEEPS; i += 1) {
    const swept = await some(SWEPT_AT_ONCE);
    gone += swept;
    if (swept < SWEPT_AT_ONCE) break;
  }
  return gone;
}

async function look(parts: WatchParts, workspaceId: WorkspaceId): Promise<void> {
  const outcome = await watchVolumes(parts.store, workspaceId, TURN_MS);
  if (!outcome) return;
  const { quarantine, quarantineDays, expireKeys, sealHours } = parts;
  const swept = await sweep((limit) => quarantine.sweep(workspaceId, quarantineDays, limit));
  for (let i = 0; i < SWEEPS && (await sealHours(workspaceId)); i += 1);
  const expired = await sweep((limit) => expireKeys(workspaceId, limit));
  await parts.store.rest(workspaceId);
  if (outcome.opened > 0) parts.logger.warn('volume alerts opened', { workspaceId, count: outcome.opened });
  if (outcome.resolved > 0) parts.logger.info('volume alerts resolved', { workspaceId, count: outcome.resolved });
  if (expired > 0) parts.logger.info('message ids past their days forgotten', { workspaceId, count: expired });
  if (swept > 0) parts.logger.info('quarantined items past their days forgotten', { workspaceId, count: swept });
}

/**
 * Watches the volumes of all workspaces, and keeps quarantine and the known message ids within their days.
 *
 * Promise  each workspace to which anything comes about once a minute, by the database's clock, the others when there is
 *          something to find; two processes at once look once
 * Cost     one statement a look over all workspaces that are quiet, however many they are
 */
export function startWatch(parts: WatchParts): Timers {
  return startLoop({
    name: 'watching volumes',
    everyMs: LOOK_EVERY_MS,
    logger: parts.logger,
    step: async (signal) => {
      for (const workspaceId of await parts.store.due(TURN_MS)) {
        if (signal.aborted) break;
        await look(parts, workspaceId);
      }
      return false;
    },
  });
}
