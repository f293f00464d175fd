import { isAppError, type AppError } from '@kohort/kernel-errors';
import { ingestErrors } from '../ingest-errors';
import type { ImportLimits } from '../limits';
import { readWhole, type ImportFile } from './import-file';
import { unpackRows, type PackedRows } from './parquet/packed-rows';
import type { ParquetDecoder, ParquetDecoding, ParquetFooter } from './parquet/parquet-decoder.port';
import { footerBytes, readOutline, type ParquetOutline } from './parquet/parquet-footer';
import type { ReadRow } from './source-row';

/** A Parquet file's columns, row count and rows; rows come one row group at a time. */
export interface ParquetTable {
  readonly header: readonly string[];
  readonly rowCount: number;
  rows(): AsyncGenerator<readonly ReadRow[]>;
}

/** Faults handed on at once. */
const BLOCK_FAULTS = 5_000;
/** Most footers are smaller: one read is enough. */
const TAIL_BYTES = 65_536;

/** What the reader of Parquet says about a damaged footer, as an error of ours. */
function unreadable(file: ImportFile, cause: unknown): AppError {
  const reason = `its Parquet footer cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
  return ingestErrors.INGEST_FILE_UNREADABLE({ reason, bytes: file.bytes }, { cause });
}

async function readFooter(file: ImportFile): Promise<ParquetFooter> {
  const tail = new Uint8Array(await readWhole(file, { start: Math.max(0, file.bytes - TAIL_BYTES), end: file.bytes }));
  try {
    const bytes = footerBytes(tail, file.bytes);
    const range = { start: file.bytes - bytes, end: file.bytes };
    const footer =
      bytes <= tail.length ? tail.slice(tail.length - bytes) : new Uint8Array(await readWhole(file, range));
    return { bytes: footer, outline: readOutline(footer, file.bytes) };
  } catch (cause) {
    throw isAppError(cause) ? cause : unreadable(file, cause);
  }
}

/** The rows of a group that cannot be read: each is told of, so that none is lost. */
function* faults(message: string, of: { readonly from: number; readonly to: number }): Generator<readonly ReadRow[]> {
  for (let line = of.from; line < of.to; line += BLOCK_FAULTS) {
    const length = Math.min(BLOCK_FAULTS, of.to - line);
    yield Array.from({ length }, (_, i): ReadRow => ({
      kind: 'fault',
      line: line + i,
      code: 'damaged_row_group',
      message,
    }));
  }
}

async function decodeGroup(
  file: ImportFile,
  decoding: ParquetDecoding,
  of: { readonly group: number; readonly outline: ParquetOutline },
): Promise<void> {
  const { group, outline } = of;
  for (const [column, { name }] of outline.columns.entries()) {
    const places = outline.groups[group]?.chunks[column] ?? [];
    const chunks: ArrayBuffer[] = [];
    for (const { start, end } of places) chunks.push(await readWhole(file, { start, end }));
    await decoding.column({ group, column, name }, chunks);
  }
}

/** Blocks of the group at hand; the next is made while the last is used. A failure shows when its block is asked for. */
async function* blocks(decoding: ParquetDecoding): AsyncGenerator<PackedRows> {
  let next = decoding.block();
  for (let block = await next; block; block = await next) {
    next = decoding.block();
    next.catch(() => undefined);
    yield block;
  }
}

/**
 * Opens a Parquet file. Cells come as text, like those of a CSV file, so that one mapping serves both: instants as ISO
 * with Z, timestamps without a zone and dates as local time, nested values as JSON. A row group that is damaged is read
 * as that many faults, which name its column, and reading goes on behind it.
 *
 * Cost    one row group in memory, where the decoder runs
 * Throws  INGEST_FILE_UNREADABLE; INGEST_TOO_MANY_ROWS when its footer promises too many; while reading
 *         INGEST_PARQUET_TOO_LARGE and INGEST_PARQUET_TOO_SLOW, as the decoder says
 */
export async function openParquet(
  file: ImportFile,
  limits: ImportLimits,
  decoder: ParquetDecoder,
): Promise<ParquetTable> {
  const footer = await readFooter(file);
  const { outline } = footer;
  if (outline.rowCount > limits.rows) throw ingestErrors.INGEST_TOO_MANY_ROWS({ limit: limits.rows });
  return {
    header: outline.columns.map(({ name }) => name),
    rowCount: outline.rowCount,
    async *rows() {
      const decoding = await decoder.open({ name: file.name, bytes: file.bytes }, footer);
      try {
        let line = 1;
        for (const [group, { rows }] of outline.groups.entries()) {
          const to = line + rows;
          if (rows === 0) continue;
          try {
            await decodeGroup(file, decoding, { group, outline });
            for await (const block of blocks(decoding)) {
              yield unpackRows(block, line);
              line += block.rows;
            }
          } catch (thrown) {
            if (!isAppError(thrown) || thrown.code !== 'INGEST_PARQUET_DAMAGED') throw thrown;
            yield* faults(thrown.message, { from: line, to });
          }
          line = to;
        }
      } finally {
        await decoding.close();
      }
    },
  };
}
