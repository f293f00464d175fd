import { createHash } from 'node:crypto';
import type {
  IngestCounts,
  OpenedSource,
  RunParams,
  SourceConnectionRecord,
  SourceFile,
} from '@kohort/kernel-contracts';
import { importRecords, type ImportFile } from '@kohort/ingest-domain';
import type { ImportContext } from './import.flow';
import { askedMapping } from './import-source';
import { pullRows } from './pull-rows';
import { movePosition, report, requireGoing, targetOf, type PullDeps, type PullSession } from './pull-session';
import { pullCheckpoint } from './pull.state';
import { storeUnits } from './store-units';

/** What a finished pull says of itself. Counts are rows. */
export interface PullResult {
  readonly createProfiles: boolean;
  readonly rows: number;
  readonly files: number;
  /** Records of a mirrored source that were found to be gone. */
  readonly removed: number;
  readonly messages: number;
  readonly counts: IngestCounts;
  readonly reasons: Readonly<Record<string, number>>;
  /** NDJSON of the first rows left out; null when there was none. */
  readonly rejectFileKey: string | null;
}

/** A file of a source as an import: what names its rows is its place and version, not its bytes, which are read once. */
function asImportFile(connection: SourceConnectionRecord, file: SourceFile): ImportFile {
  const identity = JSON.stringify([connection.id, file.name, file.version]);
  const sha256 = createHash('sha256').update(identity, 'utf8').digest('hex');
  return { name: file.name, bytes: file.bytes, sha256, read: (range) => file.read(range) };
}

async function pullFile(session: PullSession, file: SourceFile): Promise<boolean> {
  const { deps, connection, mapping, context } = session;
  const known = session.checkpoint.file;
  const isSame = known?.name === file.name && known.version === file.version;
  if (!isSame) session.checkpoint = { ...session.checkpoint, file: null };
  const reading = await importRecords(asImportFile(connection, file), {
    sourceId: connection.sourceId,
    receivedAt: session.checkpoint.receivedAt,
    mapping,
    mappings: deps.mappings,
    createProfiles: connection.createProfiles ?? undefined,
    limits: deps.limits,
    parquet: deps.parquet,
    skipRows: isSame ? (known?.rows ?? 0) : 0,
  });
  const { createProfiles } = reading;
  const target = targetOf(session, { createProfiles, file });
  for await (const batch of reading.batches({ signal: context.signal })) {
    await storeUnits(target, batch.units);
    report(session);
  }
  return createProfiles;
}

async function pullFiles(session: PullSession, source: Extract<OpenedSource, { kind: 'files' }>): Promise<boolean> {
  let createProfiles = session.connection.createProfiles ?? session.mapping?.createProfiles ?? false;
  for await (const file of source.files({ position: session.connection.position })) {
    requireGoing(session);
    if (file.bytes > 0) createProfiles = await pullFile(session, file);
    const { checkpoint } = session;
    const settled = { ...checkpoint, file: null, files: checkpoint.files + 1 };
    await movePosition(session, { position: file.position, checkpoint: settled });
  }
  return createProfiles;
}

async function writeRejects({ deps, checkpoint }: PullSession): Promise<string | null> {
  const { rejects } = checkpoint;
  if (rejects.length === 0) return null;
  async function* lines(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  }
  return (await deps.artifacts.put(lines())).key;
}

/**
 * Pulls what is new from a source connection.
 *
 * Promise   at least once from the source; a version of a record counts once
 * Key       connection + primary key + content of a record; connection + name + version + row of a file
 * Order     messages, keys, ledger, checkpoint and position in one transaction, under the run's fence
 * Resume    behind the last committed page; within a file behind its last committed row
 * Size      2,000 rows a page; files under the limits of imports
 * Throws    SOURCE_BUSY, SOURCE_CONNECTION_MISSING, INGEST_…, the connector's own errors
 */
export async function pullFlow(
  deps: PullDeps,
  context: ImportContext,
  params: RunParams<'ingest.pull'>,
): Promise<PullResult> {
  const { workspaceId, runId } = context.fence;
  const anew = params.full === true && context.run.checkpoint === null;
  const connection = await deps.connections.claim({ workspaceId, id: params.connectionId, runId, anew });
  const mapping = askedMapping(connection.mapping, deps.mappings);
  const checkpoint = pullCheckpoint(context.run.checkpoint, deps.clock.now());
  const check = (await deps.plans?.checkOf({ workspaceId, sourceId: connection.sourceId })) ?? null;
  const masking = (await deps.masks?.maskingOf({ workspaceId, sourceId: connection.sourceId })) ?? null;
  const session: PullSession = { deps, context, connection, mapping, check, masking, checkpoint };
  const source = await deps.connectors.open(connection, { signal: context.signal });
  let createProfiles: boolean;
  try {
    createProfiles = source.kind === 'rows' ? await pullRows(session, source) : await pullFiles(session, source);
  } finally {
    await source.close();
  }
  const rejectFileKey = await writeRejects(session);
  await deps.connections.release({ workspaceId, id: params.connectionId, runId });
  const { rowsConsumed: rows, files, removed, messages, counts, reasons } = session.checkpoint;
  return { createProfiles, rows, files, removed, messages, counts, reasons, rejectFileKey };
}
