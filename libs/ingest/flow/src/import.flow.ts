import type {
  ArtifactStore,
  Fence,
  IngestCounts,
  IngestStore,
  JobControl,
  Json,
  Progress,
  Run,
} from '@kohort/kernel-contracts';
import type { Clock } from '@kohort/kernel-clock-random';
import { isAppError } from '@kohort/kernel-errors';
import {
  bodyHash,
  dryRunReport,
  ingestErrors,
  rejectLines,
  type DryRunReport,
  type ImportBatch,
  type ImportFile,
  type ImportReading,
  type ImportUnit,
  type Mapping,
} from '@kohort/ingest-domain';
import { afterStep, newCheckpoint, parseCheckpoint, type ImportCheckpoint, type ImportStep } from './import.state';
import { importFile, openSource, type ImportParams } from './import-source';

/** Ports and settings of imports. `mappings`: those that a file may be matched with. */
export interface ImportDeps {
  readonly store: IngestStore;
  readonly artifacts: ArtifactStore;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
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
  readonly rows: number;
  readonly messages: number;
  readonly counts: IngestCounts;
  /** Rows refused, by reason; cleaning rules stand here under their own names. */
  readonly reasons: Readonly<Record<string, number>>;
  /** NDJSON `{line, row, code, column, message}`, one line a refused row; null when there was none. */
  readonly rejectFileKey: string | null;
}

/** Ids of imported rows stay known: the same file is never stored twice, however late it comes again. */
const IMPORT_DEDUPE_DAYS = 36_500;

const labelOf = (mapping: Mapping): string => `${mapping.name}@${mapping.version}`;

interface Session {
  readonly deps: ImportDeps;
  readonly context: ImportContext;
  readonly params: ImportParams;
  checkpoint: ImportCheckpoint;
}

function refusedOf(units: readonly ImportUnit[]): {
  reasons: Map<string, number>;
  rejected: number;
  quarantined: number;
} {
  const reasons = new Map<string, number>();
  let [rejected, quarantined] = [0, 0];
  for (const { code, verdict } of units.flatMap((unit) => unit.refused)) {
    reasons.set(code, (reasons.get(code) ?? 0) + 1);
    if (verdict === 'rejected') rejected += 1;
    else quarantined += 1;
  }
  return { reasons, rejected, quarantined };
}

/** One transaction: messages, refusals and the checkpoint after them. `lost`: messages that the store would not hold. */
async function storeUnits(session: Session, units: readonly ImportUnit[], lost: readonly ImportUnit[]): Promise<void> {
  const { deps, context, params } = session;
  const { reasons, rejected, quarantined } = refusedOf([...units, ...lost]);
  const lostRows = lost.reduce((sum, unit) => sum + (unit.message?.rowWeight ?? 0), 0);
  if (lostRows > 0) reasons.set('storage_refused', lostRows);
  const messages = units.flatMap(({ message }) => (message ? [{ message, bodyHash: bodyHash(message) }] : []));
  const rowsConsumed = [...units, ...lost].reduce((last, unit) => Math.max(last, unit.firstRow + unit.rows - 1), 0);
  const step: ImportStep = { rowsConsumed, messages: messages.length, reasons };
  const before = session.checkpoint;
  let after = before;
  await deps.store.store({
    workspaceId: context.fence.workspaceId,
    sourceId: params.sourceId,
    receivedAt: deps.clock.now(),
    dedupeDays: IMPORT_DEDUPE_DAYS,
    messages,
    refused: { rejected, suppressed: 0, quarantined: quarantined + lostRows },
    run: {
      fence: context.fence,
      checkpoint: (counts): Json => {
        after = afterStep(before, step, counts);
        return after;
      },
    },
  });
  session.checkpoint = after;
}

/** Stores a batch; one that holds a value the database refuses is halved until that value's unit stands alone. */
async function storeBatch(session: Session, units: readonly ImportUnit[]): Promise<void> {
  try {
    await storeUnits(session, units, []);
    return;
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'INGEST_STORE_REFUSED') throw thrown;
  }
  if (units.length === 1) {
    await storeUnits(session, [], units);
    return;
  }
  const middle = Math.ceil(units.length / 2);
  await storeBatch(session, units.slice(0, middle));
  await storeBatch(session, units.slice(middle));
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

async function openSession(deps: ImportDeps, context: ImportContext, params: ImportParams) {
  const file = await importFile(deps.artifacts, params);
  const earlier = parseCheckpoint(context.run.checkpoint);
  const receivedAt = earlier?.receivedAt ?? deps.clock.now();
  const skipRows = earlier?.rowsConsumed ?? 0;
  const reading = await openSource(file, params, { mappings: deps.mappings, receivedAt, skipRows });
  const mapping = labelOf(reading.mapping);
  if (earlier && (earlier.sha256 !== file.sha256 || earlier.mapping !== mapping)) {
    throw ingestErrors.INGEST_FILE_CHANGED();
  }
  const checkpoint = earlier ?? newCheckpoint({ sha256: file.sha256, mapping, receivedAt });
  return { file, reading, session: { deps, context, params, checkpoint } };
}

/** Reads the file once more for the refused rows alone: a function of the file, so it needs nothing kept meanwhile. */
async function writeRejects(session: Session, file: ImportFile): Promise<string | null> {
  const { deps, params, context, checkpoint } = session;
  if (checkpoint.counts.rejected + checkpoint.counts.quarantined === 0) return null;
  const { mappings } = deps;
  const reading = await openSource(file, params, { mappings, receivedAt: checkpoint.receivedAt });
  const control: JobControl = {
    signal: context.signal,
    onProgress: (progress) => context.onProgress({ ...progress, phase: 'writing rejects' }),
  };
  const stored = await deps.artifacts.put(rejectLines(reading.batches(control)));
  return stored.key;
}

/**
 * Imports a file: rows become messages by a mapping, messages are stored once, every row is accounted for.
 *
 * Promise   at least once; a row counts once
 * Key       the file's digest and row; a second run of the same file stores nothing
 * Order     messages, keys, ledger and checkpoint in one transaction, under the run's fence
 * Resume    after the last committed transaction; its rows are read and passed over
 * Size      10 million rows, 1 MB a line; at most 5,000 rows a transaction
 * Throws    INGEST_… for what is wrong with the file, INGEST_CANCELLED, POSTGRES_FENCE_LOST
 */
export async function importFlow(
  deps: ImportDeps,
  context: ImportContext,
  params: ImportParams,
): Promise<ImportResult> {
  const { file, reading, session } = await openSession(deps, context, params);
  for await (const batch of readAhead(reading.batches(context))) await storeBatch(session, batch.units);
  const rejectFileKey = await writeRejects(session, file);
  const { mapping, rowsConsumed: rows, messages, counts, reasons } = session.checkpoint;
  return { mapping, format: reading.format, rows, messages, counts, reasons, rejectFileKey };
}

/** A dry run's answer: the report, and with which mapping it was made. */
export interface DryRunResult extends DryRunReport {
  readonly mapping: string;
  readonly format: string;
}

/** Says what an import would do and writes nothing. */
export async function dryRunFlow(
  deps: Pick<ImportDeps, 'artifacts' | 'mappings' | 'clock'>,
  params: ImportParams,
  control: JobControl = {},
): Promise<DryRunResult> {
  const file = await importFile(deps.artifacts, params);
  const reading: ImportReading = await openSource(file, params, {
    mappings: deps.mappings,
    receivedAt: deps.clock.now(),
  });
  const batches: AsyncIterable<ImportBatch> = reading.batches(control);
  const report = await dryRunReport(batches);
  return { ...report, mapping: labelOf(reading.mapping), format: reading.format };
}
