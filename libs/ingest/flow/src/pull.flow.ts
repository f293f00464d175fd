import { createHash } from 'node:crypto';
import type { Clock } from '@kohort/kernel-clock-random';
import type {
  ArtifactStore,
  IngestCounts,
  IngestStore,
  Json,
  KnownPeople,
  OpenedSource,
  PlanCheck,
  PlanGate,
  RunParams,
  SourceConnectionRecord,
  SourceConnections,
  SourceConnectors,
  SourceFile,
  SuppressionGate,
} from '@kohort/kernel-contracts';
import {
  importRecords,
  ingestErrors,
  pulledUnits,
  type ImportFile,
  type ImportLimits,
  type Mapping,
} from '@kohort/ingest-domain';
import type { ImportContext } from './import.flow';
import { askedMapping } from './import-source';
import { afterStep } from './import.state';
import { pullCheckpoint, withRejects, type PullCheckpoint } from './pull.state';
import { storeUnits, type StoredStep, type UnitTarget } from './store-units';

/** Rows of a page; a page is a transaction. */
const PAGE_ROWS = 2_000;

/** Ports and settings of pulls. */
export interface PullDeps {
  readonly store: IngestStore;
  readonly people: KnownPeople;
  readonly artifacts: ArtifactStore;
  readonly connections: SourceConnections;
  readonly connectors: SourceConnectors;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
  readonly limits: ImportLimits;
  /** Tells whom no pull may bring back; nobody is told when absent. */
  readonly suppression?: SuppressionGate;
  /** The approved tracking plans; nothing is held against one when absent. */
  readonly plans?: PlanGate;
}

/** What a finished pull says of itself. Counts are rows. */
export interface PullResult {
  readonly createProfiles: boolean;
  readonly rows: number;
  readonly files: number;
  readonly messages: number;
  readonly counts: IngestCounts;
  readonly reasons: Readonly<Record<string, number>>;
  /** NDJSON of the first rows left out; null when there was none. */
  readonly rejectFileKey: string | null;
}

interface Session {
  readonly deps: PullDeps;
  readonly context: ImportContext;
  readonly connection: SourceConnectionRecord;
  readonly mapping: Mapping | null;
  readonly check: PlanCheck | null;
  checkpoint: PullCheckpoint;
}

/** What a step makes of the checkpoint; `file`: the one that the step's rows are of. */
function after(
  session: Session,
  step: StoredStep,
  stored: { counts: IngestCounts; file: SourceFile | null },
): PullCheckpoint {
  const { checkpoint } = session;
  const { counts, file } = stored;
  const before = checkpoint.file?.rows ?? 0;
  const rowsConsumed = file ? checkpoint.rowsConsumed + step.rowsConsumed - before : step.rowsConsumed;
  return {
    ...afterStep(checkpoint, { ...step, rowsConsumed }, counts),
    file: file ? { name: file.name, version: file.version, rows: step.rowsConsumed } : null,
    rejects: withRejects(checkpoint.rejects, step.units, file?.name ?? null),
  };
}

function targetOf(
  session: Session,
  of: { createProfiles: boolean; file: SourceFile | null; position?: Json },
): UnitTarget {
  const { deps, context, connection } = session;
  const { createProfiles, file, position } = of;
  return {
    store: deps.store,
    people: deps.people,
    clock: deps.clock,
    fence: context.fence,
    sourceId: connection.sourceId,
    createProfiles,
    suppression: deps.suppression,
    check: session.check,
    ...(position === undefined ? {} : { cursor: { connectionId: connection.id, position } }),
    checkpoint: (step, counts) => after(session, step, { counts, file }),
    onStored(step, counts) {
      session.checkpoint = after(session, step, { counts, file });
    },
  };
}

/** Moves the position without rows: a page that held none, or the end of a file. */
async function movePosition(session: Session, position: Json, checkpoint: PullCheckpoint): Promise<void> {
  const { deps, context, connection } = session;
  await deps.store.store({
    workspaceId: context.fence.workspaceId,
    sourceId: connection.sourceId,
    receivedAt: deps.clock.now(),
    dedupeDays: 1,
    messages: [],
    refused: { rejected: 0, suppressed: 0, quarantined: 0 },
    run: { fence: context.fence, checkpoint: () => checkpoint, cursor: { connectionId: connection.id, position } },
  });
  session.checkpoint = checkpoint;
}

function requireGoing({ context }: Session): void {
  if (context.signal.aborted) throw ingestErrors.INGEST_CANCELLED();
}

const report = ({ context, checkpoint }: Session): void =>
  context.onProgress({ phase: 'pulling rows', done: checkpoint.rowsConsumed, total: null });

async function pullRows(session: Session, source: Extract<OpenedSource, { kind: 'rows' }>): Promise<boolean> {
  const { connection, mapping } = session;
  if (!mapping) throw ingestErrors.INGEST_PULL_MAPPING();
  const createProfiles = connection.createProfiles ?? mapping.createProfiles;
  for await (const page of source.pages({ position: connection.position, limit: PAGE_ROWS })) {
    requireGoing(session);
    const { receivedAt, rowsConsumed: rowsBefore } = session.checkpoint;
    const origin = {
      connectionId: connection.id,
      sourceId: connection.sourceId,
      receivedAt,
      createProfiles,
      rowsBefore,
    };
    const units = pulledUnits(page, mapping, origin);
    const { position } = page;
    if (units.length === 0) await movePosition(session, position, session.checkpoint);
    else await storeUnits(targetOf(session, { createProfiles, file: null, position }), units);
    report(session);
  }
  return createProfiles;
}

/** A file of a source as an import: what names its rows is its place and version, not its bytes, which are read once. */
function asImportFile(connection: SourceConnectionRecord, file: SourceFile): ImportFile {
  const identity = JSON.stringify([connection.id, file.name, file.version]);
  const sha256 = createHash('sha256').update(identity, 'utf8').digest('hex');
  return { name: file.name, bytes: file.bytes, sha256, read: (range) => file.read(range) };
}

async function pullFile(session: Session, file: SourceFile): Promise<boolean> {
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

async function pullFiles(session: Session, source: Extract<OpenedSource, { kind: 'files' }>): Promise<boolean> {
  let createProfiles = session.connection.createProfiles ?? session.mapping?.createProfiles ?? false;
  for await (const file of source.files({ position: session.connection.position })) {
    requireGoing(session);
    if (file.bytes > 0) createProfiles = await pullFile(session, file);
    const { checkpoint } = session;
    await movePosition(session, file.position, { ...checkpoint, file: null, files: checkpoint.files + 1 });
  }
  return createProfiles;
}

async function writeRejects({ deps, checkpoint }: Session): Promise<string | null> {
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
  const session: Session = { deps, context, connection, mapping, check, checkpoint };
  const source = await deps.connectors.open(connection, { signal: context.signal });
  let createProfiles: boolean;
  try {
    createProfiles = source.kind === 'rows' ? await pullRows(session, source) : await pullFiles(session, source);
  } finally {
    await source.close();
  }
  const rejectFileKey = await writeRejects(session);
  await deps.connections.release({ workspaceId, id: params.connectionId, runId });
  const { rowsConsumed: rows, files, messages, counts, reasons } = session.checkpoint;
  return { createProfiles, rows, files, messages, counts, reasons, rejectFileKey };
}
