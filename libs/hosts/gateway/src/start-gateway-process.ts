import { setTimeout as pause } from 'node:timers/promises';
import {
  checkSuppressionKeys,
  reachColumnStore,
  shutdownList,
  type ColumnAddress,
  type Running,
} from '@kohort/hosts-runtime';
import type { Entrance } from '@kohort/hosts-supervisor';
import { systemClock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { checkMigrated, checkSafety, isAway, openDatabase } from '@kohort/platform-postgres';
import type { DoorSettings } from './ingest/open-ingest';
import { keepHeapClose } from './keep-heap-close';
import { startGateway } from './start-gateway';

/** What the gateway is told as a process of its own. It reads no environment. */
export interface GatewayProcessOptions {
  readonly databaseUrl: string;
  readonly artifactsDir: string;
  /** The column store, for previews; absent: they are refused. */
  readonly columns?: ColumnAddress | undefined;
  readonly maxConnections: number;
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Secret under which stored key digests and cursors are made; the same in every gateway. */
  readonly pepper: Buffer;
  /** Keys of the suppression list, newest first, 32 bytes each; the pipeline worker has the same. */
  readonly suppressionKeys: readonly Uint8Array[];
  readonly production: boolean;
  /** Where connections come from when another process listens. */
  readonly entrance?: Entrance | undefined;
  readonly door: DoorSettings;
  readonly logger: Logger;
}

const LOOK_AGAIN_MS = 500;

/** The checks of the database; one who is patient does them again while it is away, for as long as that takes. */
async function checkDatabase({ databaseUrl, entrance, logger }: GatewayProcessOptions): Promise<void> {
  for (let isTold = false; ; isTold = true) {
    try {
      await checkSafety(databaseUrl);
      return await checkMigrated(databaseUrl);
    } catch (thrown) {
      if (!entrance?.isPatient || !isAway(thrown)) throw thrown;
      if (!isTold) logger.warn('PostgreSQL is away: waiting for it before serving');
      await pause(LOOK_AGAIN_MS);
    }
  }
}

/**
 * Starts a gateway on its own engines: PostgreSQL and the folder of artifacts. It needs no queue: what is accepted is
 * handed on by the relay of the pipeline worker.
 *
 * Throws  POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, PRIVACY_KEY_LOST; what Node throws when the port is taken
 */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<Running> {
  const { logger, databaseUrl, pepper } = options;
  const closers = shutdownList(logger);
  try {
    await checkDatabase(options);
    const database = openDatabase({
      url: databaseUrl,
      maxConnections: options.maxConnections,
      applicationName: 'kohort-gateway',
    });
    closers.add('database', () => database.close());
    await checkSuppressionKeys(database, options.suppressionKeys);
    const columns = options.columns ? reachColumnStore(options.columns, database) : null;
    if (columns !== null) closers.add('columns', () => columns.close());
    const gateway = await startGateway({
      database,
      columns: columns === null ? undefined : { store: columns.columns.store, loader: columns.loader },
      artifacts: openLocalArtifacts(options.artifactsDir),
      logger,
      clock: systemClock,
      port: options.port,
      host: options.host,
      entrance: options.entrance,
      pepper,
      cursorKey: pepper,
      secretKeys: [pepper],
      suppressionKeys: options.suppressionKeys,
      production: options.production,
      door: options.door,
    });
    closers.add('gateway', () => gateway.stop());
    keepHeapClose();
    if (options.entrance) logger.info('gateway serves');
    else logger.info('gateway is up', { port: gateway.port });
    return { stop: () => closers.closeAll() };
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}
