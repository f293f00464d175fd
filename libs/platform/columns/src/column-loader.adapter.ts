import type { ColumnLoader, ColumnLoadReport, JobControl, WorkspaceId } from '@kohort/kernel-contracts';
import { systemClock, type Clock } from '@kohort/kernel-clock-random';
import { z } from 'zod';
import type { Database } from '@kohort/platform-postgres';
import { COLUMN_LOGS, LOG_START, type ColumnLog, type LogPlace } from './column-logs';
import { isAppError } from '@kohort/kernel-errors';
import { columnsErrors } from './errors';
import { openLogReaders, type LiveModel, type LogReaders } from './log-reader';
import type { Columns } from './open-columns';
import { readWatermarks, writeWatermark, type Watermarks } from './watermarks';

export interface ColumnLoaderOptions {
  readonly database: Pick<Database, 'url'>;
  readonly columns: Columns;
  /** Rows of a log read and inserted at a time; the watermark moves behind each. */
  readonly batchRows?: number;
  readonly clock?: Clock;
}

/** A loader, and the connections that it owns. */
export interface OpenColumnLoader extends ColumnLoader {
  close(): Promise<void>;
}

const BATCH_ROWS = 250_000;

interface Loading {
  readonly workspaceId: WorkspaceId;
  readonly columns: Columns;
  readonly readers: LogReaders;
  readonly batchRows: number;
  readonly watermarks: Watermarks;
  readonly control: JobControl | undefined;
}

interface LoadedBatch {
  readonly place: LogPlace;
  readonly rows: number;
  /** Nothing lay behind it when it was begun. */
  readonly isLast: boolean;
}

/** One batch: bound, copy, insert, and only then the watermark. Null when there is nothing behind `from`. */
async function loadBatch(loading: Loading, log: ColumnLog, from: LogPlace): Promise<LoadedBatch | null> {
  const { workspaceId, columns, readers } = loading;
  const batch = await readers.inWorkspace(workspaceId, async (reader) => {
    const bound = await reader.bound(log, from, loading.batchRows);
    if (!bound) return null;
    const lines = reader.lines(log, { workspaceId, from, to: bound.place });
    await columns.insertLines(log.target, lines);
    return { ...bound, rows: lines.rowCount };
  });
  if (batch) await writeWatermark(columns, loading.watermarks, { workspaceId, log: log.log, place: batch.place });
  return batch;
}

/** All that can be read now. What comes meanwhile is left to the next load: while events flow there is always more. */
async function loadLog(loading: Loading, log: ColumnLog): Promise<number> {
  const { control } = loading;
  let place = loading.watermarks.places.get(log.log) ?? LOG_START;
  for (let rows = 0; ;) {
    if (control?.signal?.aborted) throw columnsErrors.COLUMNS_CANCELLED();
    const batch = await loadBatch(loading, log, place);
    if (!batch) return rows;
    place = batch.place;
    rows += batch.rows;
    control?.onProgress?.({ phase: `loading ${log.log}`, done: rows, total: null });
    if (batch.isLast) return rows;
  }
}

function insertScores(loading: Loading, model: LiveModel): Promise<number> {
  return loading.readers.inWorkspace(loading.workspaceId, async (reader) => {
    const lines = reader.scoreLines(model);
    await loading.columns.insertLines('score_rows', lines);
    return lines.rowCount;
  });
}

/** Loads the live versions that the store does not name, and lets go of those that are live no more. */
async function loadScores(loading: Loading): Promise<number> {
  const { workspaceId, columns, readers, watermarks } = loading;
  const models = await readers.inWorkspace(workspaceId, (reader) => reader.liveModels());
  let rows = 0;
  for (const model of models) {
    const log = `scores:${model.key}`;
    const seq = String(model.version);
    if ((watermarks.places.get(log)?.seq ?? '0') === seq) continue;
    if (model.version > 0) rows += await insertScores(loading, model);
    await writeWatermark(columns, watermarks, { workspaceId, log, place: { xid: '0', seq } });
  }
  return rows;
}

const summarySchema = z.object({ count: z.coerce.string(), sum: z.coerce.string() });

async function isEqual(loading: Loading, log: ColumnLog): Promise<boolean> {
  const place = loading.watermarks.places.get(log.log) ?? LOG_START;
  const { workspaceId, columns, readers } = loading;
  const expected = await readers.inWorkspace(workspaceId, (reader) => reader.summary(log, place));
  const [row] = await columns.select(
    `SELECT toString(count()) AS count, toString(sum(n)) AS sum FROM (${log.stored(columns.database)})`,
    { workspaceId },
  );
  const stored = summarySchema.parse(row);
  return stored.count === expected.count && stored.sum === expected.sum;
}

/** Whether `profiles`, which stands on marks, names whom the events name. */
async function marksAgree({ workspaceId, columns }: Loading): Promise<boolean> {
  const { database } = columns;
  const people = (from: string): string =>
    `SELECT toString(count()) AS count, toString(sum(cityHash64(profile_id))) AS sum
     FROM (SELECT profile_id FROM ${from} WHERE workspace_id = {workspaceId:UUID} GROUP BY profile_id)`;
  const rows = await columns.select(
    `${people(`${database}.profiles`)} UNION ALL ${people(`(SELECT * FROM ${database}.events FINAL WHERE sign > 0)`)}`,
    { workspaceId },
  );
  const [named, counted] = rows.map((row) => summarySchema.parse(row));
  return named !== undefined && named.count === counted?.count && named.sum === counted.sum;
}

async function isAhead(loading: Loading): Promise<boolean> {
  const places = [...loading.watermarks.places.values()];
  return loading.readers.inWorkspace(loading.workspaceId, async (reader) => {
    for (const place of places) if (await reader.isAhead(place)) return true;
    return false;
  });
}

async function logCounts(loading: Loading): Promise<Omit<ColumnLoadReport, 'rebuilt' | 'durationMs'>> {
  const counts = { events: 0, traits: 0, memberships: 0, consents: 0 };
  for (const log of COLUMN_LOGS) counts[log.log] = await loadLog(loading, log);
  return { ...counts, scores: await loadScores(loading) };
}

/** Takes a failure of the store's content for an answer (false), but not the store's absence, nor a cancel. */
function onlyIfAnswering(thrown: unknown): false {
  if (isAppError(thrown) && (thrown.kind === 'transient' || thrown.kind === 'cancelled')) throw thrown;
  return false;
}

/** Whether store and PostgreSQL agree up to the watermark. A store that cannot be read (a damaged part) does not. */
async function agrees(loading: Loading): Promise<boolean> {
  for (const log of COLUMN_LOGS) {
    if (!(await isEqual(loading, log).catch(onlyIfAnswering))) return false;
  }
  return marksAgree(loading).catch(onlyIfAnswering);
}

/**
 * Opens the loader. What it has loaded it knows from the store alone (`watermarks`), so an empty or older store is
 * filled from there, and a store that is ahead of PostgreSQL (which was restored) is filled anew.
 *
 * Cost    COPY out of PostgreSQL, streamed into the store: no row becomes a JavaScript value
 */
export function openColumnLoader(options: ColumnLoaderOptions): OpenColumnLoader {
  const { columns, clock = systemClock, batchRows = BATCH_ROWS } = options;
  const readers = openLogReaders(options.database.url);
  const begin = async (workspaceId: WorkspaceId, control?: JobControl): Promise<Loading> => {
    const watermarks = await readWatermarks(columns, workspaceId);
    return { workspaceId, columns, readers, batchRows, watermarks, control };
  };
  return {
    async load(workspaceId, control) {
      const startedAt = clock.now();
      let loading = await begin(workspaceId, control);
      if (await isAhead(loading)) {
        // PostgreSQL was restored to an earlier state: that concerns every workspace.
        await columns.reset();
        loading = await begin(workspaceId, control);
      }
      const rebuilt = loading.watermarks.places.size === 0;
      const counts = await logCounts(loading);
      return { ...counts, rebuilt, durationMs: clock.now() - startedAt };
    },
    async verify(workspaceId, control) {
      if (await agrees(await begin(workspaceId, control))) return { equal: true };
      // Cheapest first: rows that are missing come back by loading again; rows too many must go; files may be damaged.
      const repairs = [async () => undefined, () => columns.clear(workspaceId), () => columns.reset()];
      for (const repair of repairs) {
        await repair().catch(onlyIfAnswering);
        const loading = await begin(workspaceId, control);
        loading.watermarks.places.clear();
        const filled = await logCounts(loading).then(() => true, onlyIfAnswering);
        if (filled && (await agrees(loading))) return { equal: false };
      }
      throw columnsErrors.COLUMNS_CANNOT_REPAIR({ workspaceId });
    },
    close: () => readers.close(),
  };
}

/** One load with connections of its own; a process that loads often keeps `openColumnLoader`. */
export async function loadColumns(
  options: ColumnLoaderOptions & { readonly workspaceId: WorkspaceId; readonly control?: JobControl },
): Promise<ColumnLoadReport> {
  const loader = openColumnLoader(options);
  try {
    return await loader.load(options.workspaceId, options.control);
  } finally {
    await loader.close();
  }
}
