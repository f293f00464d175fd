import { MESSAGE_TYPES, type JobControl } from '@kohort/kernel-contracts';
import { ingestErrors } from '../ingest-errors';
import { isJsonObject } from '../json/inspect-json';
import { IMPORT_LIMITS, type ImportLimits } from '../limits';
import { chooseMapping } from '../mapping/choose-mapping';
import type { ImportUnit, UnitMaker } from '../mapping/import-unit';
import type { Mapping } from '../mapping/mapping-schema';
import { RowReader } from '../mapping/row-reader';
import { SegmentUnits } from '../mapping/segment-units';
import { TableUnits, type ImportOrigin } from '../mapping/table-units';
import type { ImportFile } from '../reading/import-file';
import type { ParquetDecoder } from '../reading/parquet/parquet-decoder.port';
import { openImport, type ImportFormat, type OpenedImport } from '../reading/open-import';
import type { ReadRow } from '../reading/source-row';

/** A batch is handed on once it holds this many rows; with the largest group it stays at or below 5,000. */
const BATCH_ROWS = 2_500;

/** Where an import may stop and go on: everything before `rowsConsumed` is settled, nothing after it is. */
export interface ImportBatch {
  readonly units: readonly ImportUnit[];
  /** Rows of the file up to the end of this batch. */
  readonly rowsConsumed: number;
}

/** How one file is read. */
export interface ImportPlan {
  readonly sourceId: string;
  readonly receivedAt: number;
  /** A mapping that was asked for; null: chosen by the file's columns from `mappings`. */
  readonly mapping: Mapping | null;
  readonly mappings: readonly Mapping[];
  /** Whether rows may make people; the mapping's own word when absent. */
  readonly createProfiles?: boolean | undefined;
  readonly limits?: ImportLimits | undefined;
  /** Decodes Parquet; this thread does when absent. */
  readonly parquet?: ParquetDecoder | undefined;
  /** Rows that an earlier start has settled: they are read and passed over. */
  readonly skipRows?: number;
}

/** An import under way: what was decided from the file's first lines, and its batches (once). */
export interface ImportReading {
  readonly format: ImportFormat;
  readonly header: readonly string[];
  readonly mapping: Mapping;
  readonly createProfiles: boolean;
  batches(control?: JobControl): AsyncGenerator<ImportBatch>;
}

function decideMapping(opened: OpenedImport, plan: ImportPlan): Mapping {
  if (plan.mapping) return plan.mapping;
  const type = isJsonObject(opened.firstValue) ? opened.firstValue['type'] : null;
  if (MESSAGE_TYPES.some((known) => known === type)) {
    const segment = plan.mappings.find((mapping) => mapping.format === 'segment');
    if (segment) return segment;
  }
  return chooseMapping(opened.header, plan.mappings);
}

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** Flat objects of NDJSON are rows of a table whose columns are their keys. */
function tabular(row: ReadRow, header: readonly string[]): ReadRow {
  if (row.kind !== 'value' || !isJsonObject(row.value)) return row;
  const { value, line } = row;
  return { kind: 'cells', line, cells: header.map((column) => cellOf(value[column])) };
}

function unitMaker(mapping: Mapping, origin: ImportOrigin, opened: OpenedImport): UnitMaker {
  if (mapping.format === 'segment') return new SegmentUnits(origin);
  const units = new TableUnits(mapping, new RowReader(mapping, opened.header), origin);
  return { push: (row, number) => units.push(tabular(row, opened.header), number), end: () => units.end() };
}

/** Gathers units until a batch is full. */
class Batcher {
  private units: ImportUnit[] = [];
  private rows = 0;

  constructor(private consumed: number) {}

  /** A batch when it is full. A row settles at most two units, and only the last can fill it. */
  add(units: readonly ImportUnit[]): ImportBatch | null {
    for (const unit of units) {
      this.units.push(unit);
      this.rows += unit.rows;
    }
    return this.rows >= BATCH_ROWS ? this.take() : null;
  }

  end(): ImportBatch | null {
    return this.rows > 0 ? this.take() : null;
  }

  private take(): ImportBatch {
    this.consumed += this.rows;
    const batch = { units: this.units, rowsConsumed: this.consumed };
    this.units = [];
    this.rows = 0;
    return batch;
  }
}

/**
 * Opens a file for import and decides its mapping. The batches that follow are a function of the file's bytes, the
 * mapping and `receivedAt` alone: a second pass, or one that skips what was settled, makes the same messages with the
 * same ids. Nothing is lost on the way: the units' rows add up to the rows of the file.
 *
 * Units   progress counts bytes of the file as it lies there (compressed when it is)
 * Cost    one batch and one chunk in memory (Parquet: one row group)
 * Throws  INGEST_FILE_UNREADABLE, INGEST_HEADER_INVALID, INGEST_MAPPING_…, INGEST_COLUMNS_MISSING; while reading
 *         INGEST_FILE_MALFORMED, INGEST_PARQUET_…, INGEST_TOO_MANY_ROWS, INGEST_CANCELLED
 */
export async function importRecords(file: ImportFile, plan: ImportPlan): Promise<ImportReading> {
  const limits = plan.limits ?? IMPORT_LIMITS;
  const opened = await openImport(file, limits, plan.parquet);
  const mapping = decideMapping(opened, plan);
  const createProfiles = plan.createProfiles ?? mapping.createProfiles;
  const origin = { sourceId: plan.sourceId, sha256: file.sha256, receivedAt: plan.receivedAt, createProfiles };
  const maker = unitMaker(mapping, origin, opened);
  const skip = plan.skipRows ?? 0;
  return {
    format: opened.format,
    header: opened.header,
    mapping,
    createProfiles,
    async *batches(control = {}) {
      const batcher = new Batcher(skip);
      const report = (): void => control.onProgress?.({ phase: 'reading rows', ...opened.progress() });
      let number = 0;
      for await (const block of opened.rows()) {
        if (control.signal?.aborted) throw ingestErrors.INGEST_CANCELLED();
        for (const row of block) {
          number += 1;
          const full = number > skip ? batcher.add(maker.push(row, number)) : null;
          if (full) yield full;
        }
        if (number > limits.rows) throw ingestErrors.INGEST_TOO_MANY_ROWS({ limit: limits.rows });
        report();
      }
      batcher.add(maker.end());
      const last = batcher.end();
      if (last) yield last;
      report();
    },
  };
}
