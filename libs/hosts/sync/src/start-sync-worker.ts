import { startWorker, type Running, type WorkerOptions } from '@kohort/hosts-runtime';
import { createSecretBox } from '@kohort/plugin-kit-host';
import { syncHandlers } from './sync-handlers';

/** What the sync worker is told. It reads no environment. */
export interface SyncWorkerOptions extends WorkerOptions {
  /** Keys of stored credentials, newest first, 32 bytes each. */
  readonly secretKeys: readonly Uint8Array[];
  /** Below it connectors may write files; null when they may not. */
  readonly filesDir: string | null;
  /** Exact `host:port` pairs that may be http and loopback; empty in production. */
  readonly egressAllow: readonly string[];
}

/**
 * Starts the process that keeps destinations equal to segments.
 *
 * Throws  POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, QUEUE_…, SECRETS_KEY_TOO_SHORT
 */
export function startSyncWorker(options: SyncWorkerOptions): Promise<Running> {
  const { secretKeys, filesDir, egressAllow } = options;
  return startWorker({
    owner: 'sync-worker',
    options,
    async bind(engines, closers) {
      const sync = syncHandlers({ engines, secrets: createSecretBox(secretKeys), filesDir, egressAllow });
      closers.add('destinations', () => sync.close());
      return {
        handlers: sync.handlers,
        start: (list) => {
          const timers = sync.startTimers();
          list.add('timers', () => timers.stop());
        },
      };
    },
  });
}
