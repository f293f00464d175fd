import type { Clock } from '@kohort/kernel-clock-random';
import type {
  ArtifactStore,
  Fence,
  HttpStreamer,
  ImportedFiles,
  IngestCounts,
  IngestStore,
  JobControl,
  KnownPeople,
  MaskGate,
  Masking,
  PlanCheck,
  PlanGate,
  Progress,
  Run,
  SuppressionGate,
} from '@kohort/kernel-contracts';
import {
  GatheredRejects,
  ingestErrors,
  mappingDigest,
  refuseUnits,
  rejectLines,
  type ImportBatch,
  type ImportFile,
  type ImportLimits,
  type Judge,
  type Mapping,
  type ParquetDecoder,
} from '@kohort/ingest-domain';
import { fetchFile } from './fetch-file.flow';
import { importFile, openSource, type ImportParams, type StoredImportFile } from './import-source';
import { afterStep, newCheckpoint, parseCheckpoint, parseFetched, type ImportCheckpoint } from './import.state';
import { planUnits } from './plan-units';
import { maskUnits, recogniseUnits, storeUnits, withoutSuppressed, type UnitTarget } from './store-units';

/** Ports and settings of imports. `mappings`: those that a file may be matched with. */
export interface ImportDeps {
  readonly store: IngestStore;
  readonly artifacts: ArtifactStore;
  readonly people: KnownPeople;
  readonly files: ImportedFiles;
  readonly http: HttpStreamer;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
  readonly limits: ImportLimits;
  /** Decodes Parquet; this thread does when absent. */
  readonly parquet?: ParquetDecoder | undefined;
  /** Tells whom no import may bring back; nobody is told when absent. */
  readonly suppression?: SuppressionGate;
  /** The approved tracking plans; nothing is held against one when absent. */
  readonly plans?: PlanGate;
  /** What of a source's messages is masked; nothing when absent. The file itself stays as it was uploaded. */
  readonly masks?: MaskGate;
}

/** What the flow takes of a run's context. */
export interface ImportContext extends JobControl {
  readonly run: Pick<Run, 'checkpoint'>;
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What a finished import says of itself. Counts are rows of the file. */
export interface ImportResult {
  readonly mapping: string;
  readonly format: string;
  /** Whether rows were allowed to make people. */
  readonly createProfiles: boolean;
  readonly rows: number;
  readonly messages: number;
  readonly counts: IngestCounts;
  /** Rows refused, by reason; cleaning rules stand here under their own names. */
  readonly reasons: Readonly<Record<string, number>>;
  /** NDJSON `{line, row, code, column, message}`, one line a refused row; null when there was none. */
  readonly rejectFileKey: string | null;
}

/** Rows left out are listed in memory up to this; of more the file is read once more for them. */
const GATHERED_BYTES = 32 * 1_048_576;

const labelOf = (mapping: Mapping): string => `${mapping.name}@${mapping.version}`;

interface Session {
  readonly deps: ImportDeps;
  readonly context: ImportContext;
  readonly params: ImportParams;
  readonly createProfiles: boolean;
  readonly check: PlanCheck | null;
  readonly masking: Masking | null;
  checkpoint: ImportCheckpoint;
  /** The reject file so far; null when an earlier start has seen rows that this one has not. */
  readonly rejects: GatheredRejects | null;
}

/** Where the units of an import go; the session's checkpoint follows what was committed. */
function targetOf(session: Session): UnitTarget {
  const { deps, context, params } = session;
  return {
    store: deps.store,
    people: deps.people,
    clock: deps.clock,
    fence: context.fence,
    sourceId: params.sourceId,
    createProfiles: session.createProfiles,
    check: session.check,
    masking: session.masking,
    suppression: deps.suppression,
    checkpoint: (step, counts) => afterStep(session.checkpoint, step, counts),
    onStored(step, counts) {
      session.checkpoint = afterStep(session.checkpoint, step, counts);
      session.rejects?.add(step.units);
    },
  };
}

/** Reads the next batch while the one before is being stored. A failure ahead shows when its batch is asked for. */
async function* readAhead(batches: AsyncGenerator<ImportBatch>): AsyncGenerator<ImportBatch> {
  let next = batches.next();
  try {
    for (let current = await next; !current.done; current = await next) {
      next = batches.next();
      next.catch(() => undefined);
      yield current.value;
    }
  } finally {
    await batches.return(undefined);
  }
}

/** The file to import: the upload, or what the address holds; fetched once, also when the run is started again. */
async function fileOf(deps: ImportDeps, context: ImportContext, params: ImportParams): Promise<StoredImportFile> {
  if (params.artifactKey !== undefined) return importFile(deps.artifacts, params.artifactKey, params.fileName);
  const earlier = parseCheckpoint(context.run.checkpoint)?.artifactKey ?? parseFetched(context.run.checkpoint);
  if (earlier != null) return importFile(deps.artifacts, earlier, params.fileName);
  const key = await fetchFile(deps, { url: params.url ?? '', limits: deps.limits }, context);
  await deps.store.store({
    workspaceId: context.fence.workspaceId,
    sourceId: params.sourceId,
    receivedAt: deps.clock.now(),
    dedupeDays: 1,
    messages: [],
    refused: { rejected: 0, suppressed: 0, quarantined: 0 },
    run: { fence: context.fence, checkpoint: () => ({ fetched: key }) },
  });
  return importFile(deps.artifacts, key, params.fileName);
}

async function openSession(deps: ImportDeps, context: ImportContext, params: ImportParams) {
  const file = await fileOf(deps, context, params);
  const earlier = parseCheckpoint(context.run.checkpoint);
  const receivedAt = earlier?.receivedAt ?? deps.clock.now();
  const skipRows = earlier?.rowsConsumed ?? 0;
  const { mappings, limits, parquet } = deps;
  const options = { mappings, limits, parquet, receivedAt };
  const reading = await openSource(file, params, { ...options, skipRows });
  const mapping = labelOf(reading.mapping);
  if (earlier && (earlier.sha256 !== file.sha256 || earlier.mapping !== mapping)) {
    throw ingestErrors.INGEST_FILE_CHANGED();
  }
  const artifactKey = params.artifactKey === undefined ? { artifactKey: file.key } : {};
  const checkpoint = earlier ?? newCheckpoint({ sha256: file.sha256, mapping, receivedAt, ...artifactKey });
  const { createProfiles } = reading;
  const { workspaceId } = context.fence;
  const check = (await deps.plans?.checkOf({ workspaceId, sourceId: params.sourceId })) ?? null;
  const masking = (await deps.masks?.maskingOf({ workspaceId, sourceId: params.sourceId })) ?? null;
  const rejects = earlier ? null : new GatheredRejects(GATHERED_BYTES);
  return { file, reading, session: { deps, context, params, createProfiles, check, masking, checkpoint, rejects } };
}

/**
 * Takes the messages that did not make it out of a second pass: they are those that are not in the store. Nothing needs
 * to be kept meanwhile, and somebody who became known since is listed as what they were.
 */
async function* refusedBatches(session: Session, batches: AsyncIterable<ImportBatch>): AsyncGenerator<ImportBatch> {
  const { deps, context, params, createProfiles, checkpoint } = session;
  const { person_unknown: strangers = 0, storage_refused: unheld = 0 } = checkpoint.reasons;
  const target = { people: deps.people, fence: context.fence, sourceId: params.sourceId };
  for await (const read of batches) {
    const named = await withoutSuppressed({ suppression: deps.suppression, fence: context.fence }, read.units);
    const batch = { ...read, units: planUnits(maskUnits(named, session.masking), session.check).units };
    if (strangers + unheld === 0) {
      yield batch;
      continue;
    }
    const recognised = await recogniseUnits(target, batch.units);
    const judge: Judge = (unit) => {
      const found = recognised.get(unit);
      if (found === 'stored') return null;
      return createProfiles || (found === 'known' && unheld > 0) ? 'storage_refused' : 'person_unknown';
    };
    yield { ...batch, units: refuseUnits(batch.units, judge) };
  }
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Writes what was gathered; otherwise reads the file once more for the refused rows alone. */
async function writeRejects(session: Session, file: ImportFile): Promise<string | null> {
  const { deps, params, context, checkpoint } = session;
  const { rejected, suppressed, quarantined } = checkpoint.counts;
  if (rejected + suppressed + quarantined === 0) return null;
  const gathered = session.rejects?.content;
  if (gathered) return (await deps.artifacts.put(each(gathered))).key;
  const { mappings, limits, parquet } = deps;
  const { receivedAt } = checkpoint;
  const reading = await openSource(file, params, { mappings, limits, parquet, receivedAt });
  const control: JobControl = {
    signal: context.signal,
    onProgress: (progress) => context.onProgress({ ...progress, phase: 'writing rejects' }),
  };
  const stored = await deps.artifacts.put(rejectLines(refusedBatches(session, reading.batches(control))));
  return stored.key;
}

/**
 * Imports a file: rows become messages by a mapping, messages are stored once, every row is accounted for.
 *
 * Promise   at least once; a row counts once
 * Key       the file's digest and row; a second run of the same file stores nothing
 * Order     messages, keys, ledger and checkpoint in one transaction, under the run's fence
 * Resume    after the last committed transaction; its rows are read and passed over
 * Size      the limits of `deps`; at most 5,000 rows a transaction
 * Throws    INGEST_… for what is wrong with the file, INGEST_CANCELLED, POSTGRES_FENCE_LOST
 */
export async function importFlow(
  deps: ImportDeps,
  context: ImportContext,
  params: ImportParams,
): Promise<ImportResult> {
  const { file, reading, session } = await openSession(deps, context, params);
  const target = targetOf(session);
  for await (const batch of readAhead(reading.batches(context))) await storeUnits(target, batch.units);
  const rejectFileKey = await writeRejects(session, file);
  const { mapping, rowsConsumed: rows, messages, counts, reasons } = session.checkpoint;
  const { createProfiles } = session;
  await deps.files.remember({
    workspaceId: context.fence.workspaceId,
    sourceId: params.sourceId,
    sha256: file.sha256,
    bytes: file.bytes,
    mappingDigest: mappingDigest(reading.mapping, createProfiles),
    runId: context.fence.runId,
    rows,
  });
  return { mapping, format: reading.format, createProfiles, rows, messages, counts, reasons, rejectFileKey };
}
