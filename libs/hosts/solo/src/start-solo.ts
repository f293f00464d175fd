import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTERING_THREAD, clusteringHandlers } from '@kohort/hosts-clustering';
import { spawnDoor } from '@kohort/hosts-columns-door';
import { startGateway, type RunningGateway } from '@kohort/hosts-gateway';
import { IDENTITY_THREAD, openPipelineHost } from '@kohort/hosts-pipeline';
import { PROPENSITY_THREAD, propensityHandlers } from '@kohort/hosts-propensity';
import {
  checkSuppressionKeys,
  openColumnStore,
  openEngines,
  shutdownList,
  startWorkerProcess,
  threadCompute,
  type ColumnAddress,
  type ShutdownList,
} from '@kohort/hosts-runtime';
import { syncHandlers } from '@kohort/hosts-sync';
import type { ImportLimits, Mapping } from '@kohort/ingest-domain';
import { systemClock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { sweepIncoming } from '@kohort/platform-artifacts';
import { startPostgres } from '@kohort/platform-embedded';
import { keepPartitions, lapseLeases, migrate } from '@kohort/platform-postgres';
import { createSecretBox } from '@kohort/plugin-kit-host';
import { ensureWorkspace } from './first-workspace';
import { writeHome, type SoloHome } from '@kohort/hosts-home';

/** What may wait while PostgreSQL is away. */
const SPOOL_BYTES = 268_435_456;

/** What solo is given. It reads no environment. */
export interface SoloOptions {
  /** Folder of everything that solo keeps. */
  readonly homeDir: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly logger: Logger;
  /** How to start `kohort door` as a child: command and arguments up to the word `door`. */
  readonly doorCommand: { readonly command: string; readonly args: readonly string[] };
  /** Folder of the built thread entries. */
  readonly threadsDir: string;
  readonly mappings: readonly Mapping[];
  readonly importLimits?: ImportLimits | undefined;
  /** How long a quarantined item is kept; 30 days when absent. */
  readonly quarantineDays?: number | undefined;
  /** Days within which a known message id is a duplicate, where the workspace does not say; 7 when absent. */
  readonly dedupeDays?: number | undefined;
  readonly egressAllow: readonly string[];
  /** Keys of the suppression list that the settings name, newest first; the home's own finds entries beside them. */
  readonly suppressionKeys?: readonly Buffer[];
  /** Folder below which file connectors write; inside the home when absent. */
  readonly filesDir?: string;
  readonly heapLimitMb: number;
  /** External engines; embedded ones are started where absent. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly columns?: ColumnAddress | undefined;
  /** An engine died, or a queue hands out nothing: the process should end. */
  readonly onFatal: (reason: string) => void;
}

/** A solo that serves. */
export interface RunningSolo {
  readonly url: string;
  readonly home: SoloHome;
  stop(): Promise<void>;
}

/** The home's key is the newest unless the settings name one; either way it goes on finding what it has entered. */
function keysOfList(named: readonly Buffer[], ofHome: string): readonly Buffer[] {
  return [...named.filter((key) => key.toString('hex') !== ofHome), Buffer.from(ofHome, 'hex')];
}

async function startDatabase(options: SoloOptions, closers: ShutdownList): Promise<string> {
  if (options.databaseUrl !== undefined) return options.databaseUrl;
  const postgres = await startPostgres({ dataDir: join(options.homeDir, 'postgres') });
  closers.add('postgres', () => postgres.stop());
  void postgres.ended.then(() => {
    if (!closers.closing) options.onFatal('PostgreSQL ended');
  });
  return postgres.url;
}

async function startColumns(options: SoloOptions, closers: ShutdownList): Promise<ColumnAddress> {
  if (options.columns !== undefined) return options.columns;
  const { command, args } = options.doorCommand;
  const door = await spawnDoor({
    command,
    args: [...args, 'door', '--child', '--data', join(options.homeDir, 'columns'), '--port', '0'],
  });
  closers.add('door', () => door.stop());
  void door.ended.then(() => {
    if (!closers.closing) options.onFatal('the column store ended');
  });
  return { url: door.url, adminKey: door.adminKey, queryKey: door.queryKey };
}

/**
 * Starts everything in this process: engines where none is given, every worker, the gateway. What was started is stopped
 * again when a later step fails.
 *
 * Cost    some seconds the first time (a new cluster, migrations), less afterwards
 * Throws  EMBEDDED_…, DOOR_…, POSTGRES_…, QUEUE_…
 */
export async function startSolo(options: SoloOptions): Promise<RunningSolo> {
  const closers = shutdownList(options.logger);
  try {
    return await start(options, closers);
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}

async function start(options: SoloOptions, closers: ShutdownList): Promise<RunningSolo> {
  const { logger, homeDir } = options;
  const artifactsDir = join(homeDir, 'artifacts');
  mkdirSync(homeDir, { recursive: true });
  // The two engines do not know each other: their start-up overlaps.
  const [databaseUrl, columnsAt] = await Promise.all([startDatabase(options, closers), startColumns(options, closers)]);
  await migrate(databaseUrl);
  const endPartitions = keepPartitions(databaseUrl, { clock: systemClock, logger });
  closers.add('partitions', async () => endPartitions());
  await sweepIncoming(artifactsDir);
  const engines = await openEngines({
    databaseUrl,
    redisUrl: options.redisUrl,
    artifactsDir,
    logger,
    service: 'kohort-solo',
  });
  closers.add('engines', () => engines.close());
  const { database } = engines;
  // The embedded database is ours alone: what is still marked as running, a process that was killed has left behind.
  if (options.databaseUrl === undefined) {
    const left = await lapseLeases(database.relay);
    if (left > 0) logger.info('work of a process that was killed goes on', { count: left });
  }
  const opened = await openColumnStore(columnsAt, database);
  closers.add('columns', () => opened.close());
  const home = await ensureWorkspace(database, homeDir);
  const pepper = Buffer.from(home.pepper, 'hex');
  const suppressionKeys = keysOfList(options.suppressionKeys ?? [], home.suppressionKey);
  await checkSuppressionKeys(database, suppressionKeys);

  const compute = threadCompute({
    names: [CLUSTERING_THREAD, PROPENSITY_THREAD, IDENTITY_THREAD],
    threadsDir: options.threadsDir,
    heapLimitMb: options.heapLimitMb,
  });
  const secretKeys = [pepper];
  const { mappings, importLimits, egressAllow, quarantineDays, dedupeDays } = options;
  const secrets = createSecretBox(secretKeys);
  const pipeline = openPipelineHost({
    engines,
    columns: opened,
    mappings,
    importLimits,
    secrets,
    egressAllow,
    suppressionKeys,
    quarantineDays,
    dedupeDays,
    compute,
    threadsDir: options.threadsDir,
    heapLimitMb: options.heapLimitMb,
  });
  closers.add('sources', () => pipeline.close());
  const sync = syncHandlers({
    engines,
    secrets,
    filesDir: options.filesDir ?? join(homeDir, 'files'),
    egressAllow,
  });
  closers.add('sync', () => sync.close());
  const workers = await startWorkerProcess({
    engines,
    withRelay: true,
    onStuck: () => options.onFatal('a queue hands out nothing'),
    handlers: {
      'pipeline-worker': pipeline.handlers,
      'clustering-worker': clusteringHandlers({ engines, compute, dataset: pipeline.dataset }),
      'propensity-worker': propensityHandlers({ engines, compute, dataset: pipeline.dataset }),
      'sync-worker': sync.handlers,
    },
  });
  closers.add('workers', () => workers.stop());
  const timers = pipeline.startTimers();
  closers.add('timers', () => timers.stop());
  const deliveries = sync.startTimers();
  closers.add('deliveries', () => deliveries.stop());
  const gateway: RunningGateway = await startGateway({
    database,
    artifacts: engines.artifacts,
    columns: { store: opened.columns.store, loader: opened.loader },
    secretKeys,
    suppressionKeys,
    logger,
    clock: engines.clock,
    port: options.port,
    pepper,
    cursorKey: pepper,
    production: false,
    door: { dedupeDays, spool: { dir: join(homeDir, 'spool'), limitBytes: SPOOL_BYTES } },
  });
  closers.add('gateway', () => gateway.stop());
  const served = { ...home, url: gateway.url };
  writeHome(homeDir, served);
  return { url: gateway.url, home: served, stop: () => closers.closeAll() };
}
