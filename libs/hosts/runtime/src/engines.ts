import { systemClock, type Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { checkSafety, openDatabase, type Database } from '@kohort/platform-postgres';
import { openQueues, type Queues } from '@kohort/platform-queue';

/** Addresses of the engines and the folder of artifacts. */
export interface EngineOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly artifactsDir: string;
  readonly logger: Logger;
  /** Shows in the database's list of connections. */
  readonly service: string;
  readonly maxConnections?: number;
}

/** What every process works with. */
export interface Engines {
  readonly database: Database;
  readonly queues: Queues;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly logger: Logger;
  close(): Promise<void>;
}

/**
 * Opens the engines of a process; the database must be migrated.
 *
 * Throws  POSTGRES_UNSAFE… when the database would not keep what it acknowledges; QUEUE_UNAVAILABLE
 */
export async function openEngines(options: EngineOptions): Promise<Engines> {
  const { logger } = options;
  await checkSafety(options.databaseUrl);
  const database = openDatabase({
    url: options.databaseUrl,
    maxConnections: options.maxConnections ?? 20,
    applicationName: options.service,
  });
  const queues = await openQueues({ redisUrl: options.redisUrl, postgresUrl: options.databaseUrl });
  return {
    database,
    queues,
    artifacts: openLocalArtifacts(options.artifactsDir),
    clock: systemClock,
    logger,
    async close() {
      await queues.close();
      await database.close();
    },
  };
}
