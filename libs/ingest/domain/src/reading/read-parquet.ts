import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ingestErrors } from '../ingest-errors';
import { readRange, type ImportFile } from './import-file';
import type { ReadRow } from './source-row';

/** Rows handed on at once. */
const BLOCK_ROWS = 5_000;

/** A Parquet file's columns, row count and rows; rows come one row group at a time. */
export interface ParquetTable {
  readonly header: readonly string[];
  readonly rowCount: number;
  rows(): AsyncGenerator<readonly ReadRow[]>;
}

type CellText = (value: unknown) => string;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** Wall-clock text: a timestamp without a zone means what the clocks showed, wherever the file was made. */
function wallText(date: Date): string {
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  const time = `${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
  return `${day}T${time}.${pad(date.getUTCMilliseconds(), 3)}`;
}

const plainJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? '';

function cellText(local: boolean): CellText {
  return (value) => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'string') return value;
    if (value instanceof Date) return local ? wallText(value) : value.toISOString();
    return typeof value === 'object' ? plainJson(value) : String(value);
  };
}

function textOfColumns(metadata: FileMetaData, header: readonly string[]): Map<string, CellText> {
  const texts = new Map<string, CellText>();
  for (const child of parquetSchema(metadata).children) {
    const logical = child.element.logical_type;
    const local =
      child.element.converted_type === 'DATE' ||
      logical?.type === 'DATE' ||
      (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC);
    texts.set(child.element.name, cellText(local));
  }
  for (const column of header) if (!texts.has(column)) texts.set(column, cellText(false));
  return texts;
}

async function readMetadata(file: ImportFile, buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(buffer);
  } catch (cause) {
    const reason = `its Parquet footer cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
    throw ingestErrors.INGEST_FILE_UNREADABLE({ reason, bytes: file.bytes }, { cause });
  }
}

/**
 * Opens a Parquet file. Cells come as text, like those of a CSV file, so that one mapping serves both: instants as ISO
 * with Z, timestamps without a zone and dates as local time, nested values as JSON.
 *
 * Cost    one row group in memory
 * Throws  INGEST_FILE_UNREADABLE
 */
export async function openParquet(file: ImportFile): Promise<ParquetTable> {
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    async slice(start, end = file.bytes) {
      const bytes = await readRange(file, { start: start < 0 ? file.bytes + start : start, end });
      const copy = new ArrayBuffer(bytes.length);
      new Uint8Array(copy).set(bytes);
      return copy;
    },
  };
  const metadata = await readMetadata(file, buffer);
  const header = parquetSchema(metadata).children.map((child) => child.element.name);
  const texts = textOfColumns(metadata, header);
  return {
    header,
    rowCount: Number(metadata.num_rows),
    async *rows() {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        const objects = await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, compressors });
        for (let at = 0; at < objects.length; at += BLOCK_ROWS) {
          yield objects.slice(at, at + BLOCK_ROWS).map((object, i): ReadRow => {
            const cells = header.map((column) => texts.get(column)?.(object[column]) ?? '');
            return { kind: 'cells', line: rowStart + at + i + 1, cells };
          });
        }
        rowStart = rowEnd;
      }
    },
  };
}
