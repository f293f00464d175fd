import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { AppError } from '@kohort/kernel-errors';
import { ingestErrors } from '../ingest-errors';
import type { ImportLimits } from '../limits';
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

/** A page may be this large once it is unpacked; writers make pages of about a megabyte. */
const PAGE_BYTES = 268_435_456;

const bounded: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number): Uint8Array => {
      if (length >= 0 && length <= PAGE_BYTES) return unpack(input, length);
      throw new RangeError(`a page of ${length} bytes`);
    },
  ]),
);

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

/** What the reader of Parquet says about a damaged file, as an error of ours. */
function unreadable(file: ImportFile, what: string, cause: unknown): AppError {
  const reason = `its Parquet ${what} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
  return ingestErrors.INGEST_FILE_UNREADABLE({ reason, bytes: file.bytes }, { cause });
}

/** What the footer says of the file, checked before anything is made as large as it says. */
interface Footer {
  readonly metadata: FileMetaData;
  readonly header: readonly string[];
  readonly texts: ReadonlyMap<string, CellText>;
  readonly rowCount: number;
}

const countOf = (rows: unknown): number => {
  const count = typeof rows === 'bigint' || typeof rows === 'number' ? Number(rows) : NaN;
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new RangeError(`${String(rows)} rows`);
};

async function readFooter(file: ImportFile, buffer: AsyncBuffer, limits: ImportLimits): Promise<Footer> {
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const header = parquetSchema(metadata).children.map((child) => child.element.name);
    if (header.some((name) => typeof name !== 'string')) throw new TypeError('a column has no name');
    const rowCount = countOf(metadata.num_rows);
    const inGroups = metadata.row_groups.reduce((sum, group) => sum + countOf(group.num_rows), 0);
    if (inGroups !== rowCount) throw new RangeError(`${rowCount} rows, ${inGroups} in its groups`);
    if (rowCount <= limits.rows) return { metadata, header, texts: textOfColumns(metadata, header), rowCount };
  } catch (cause) {
    throw unreadable(file, 'footer', cause);
  }
  throw ingestErrors.INGEST_TOO_MANY_ROWS({ limit: limits.rows });
}

/**
 * Opens a Parquet file. Cells come as text, like those of a CSV file, so that one mapping serves both: instants as ISO
 * with Z, timestamps without a zone and dates as local time, nested values as JSON.
 *
 * Cost    one row group in memory
 * Throws  INGEST_FILE_UNREADABLE, also while rows are read; INGEST_TOO_MANY_ROWS when its footer promises too many
 */
export async function openParquet(file: ImportFile, limits: ImportLimits): Promise<ParquetTable> {
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    async slice(start, end = file.bytes) {
      const bytes = await readRange(file, { start: start < 0 ? file.bytes + start : start, end });
      const copy = new ArrayBuffer(bytes.length);
      new Uint8Array(copy).set(bytes);
      return copy;
    },
  };
  const { metadata, header, texts, rowCount } = await readFooter(file, buffer, limits);
  return {
    header,
    rowCount,
    async *rows() {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        const wanted = { file: buffer, metadata, rowStart, rowEnd, compressors: bounded };
        const objects = await parquetReadObjects(wanted).catch((cause: unknown) => {
          throw unreadable(file, `rows from ${rowStart + 1} on`, cause);
        });
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
