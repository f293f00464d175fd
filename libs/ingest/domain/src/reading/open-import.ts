import { isJsonObject } from '../json/inspect-json';
import { ingestErrors } from '../ingest-errors';
import { CsvRecords } from './csv-records';
import { IMPORT_LIMITS, type ImportLimits } from '../limits';
import { inflate, sniffFile, type ImportFile } from './import-file';
import { readLines, type Line } from './read-lines';
import type { ParquetDecoder } from './parquet/parquet-decoder.port';
import { parquetHere } from './parquet/parquet-session';
import { openParquet } from './read-parquet';
import type { ReadRow } from './source-row';

export type ImportFormat = 'csv' | 'ndjson' | 'parquet';

/** An opened file: its columns, its rows in blocks (once), and how far reading is. */
export interface OpenedImport {
  readonly format: ImportFormat;
  /** Column names; of NDJSON the keys of its first object. */
  readonly header: readonly string[];
  /** The first record when it is an object of NDJSON: tells Segment messages from flat rows. */
  readonly firstValue: unknown;
  rows(): AsyncGenerator<readonly ReadRow[]>;
  /** Share of the file read so far, in its own bytes. */
  progress(): { readonly done: number; readonly total: number };
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

function sniffDelimiter(headerLine: string): string {
  const unquoted = headerLine.replace(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: unquoted.split(delimiter).length - 1 }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

function checkHeader(cells: readonly string[], line: number): readonly string[] {
  const header = cells.map((cell) => cell.trim());
  const seen = new Map<string, number>();
  header.forEach((column, i) => {
    const earlier = seen.get(column);
    if (earlier !== undefined && column !== '') {
      const reason = `column ${i + 1} has the same name as column ${earlier + 1}: "${column.slice(0, 60)}"`;
      throw ingestErrors.INGEST_HEADER_INVALID({ line, column: i + 1, reason });
    }
    seen.set(column, i);
  });
  return header;
}

/** Reads one line of NDJSON; a fault says where in the line the text stops being JSON, without quoting it. */
function parseJsonLine(line: Line): ReadRow | null {
  const at = { line: line.number };
  if ('fault' in line) return { kind: 'fault', ...at, code: line.fault, message: line.fault.replace(/_/g, ' ') };
  if (line.text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(line.text);
    if (isJsonObject(value)) return { kind: 'value', ...at, value };
    return { kind: 'fault', ...at, code: 'not_an_object', message: 'the line is JSON, but no object' };
  } catch (cause) {
    const position = cause instanceof Error ? (/position (\d+)/.exec(cause.message)?.[1] ?? null) : null;
    const where = position === null ? 'before its end' : `at character ${Number(position) + 1}`;
    return { kind: 'fault', ...at, code: 'invalid_json', message: `the line stops being JSON ${where}` };
  }
}

async function* jsonRows(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<readonly ReadRow[]> {
  for await (const block of lines) yield block.map(parseJsonLine).filter((row) => row !== null);
}

async function* csvRows(
  lines: AsyncIterable<readonly Line[]>,
  records: CsvRecords,
): AsyncGenerator<readonly ReadRow[]> {
  for await (const block of lines) yield records.feed(block);
  yield records.end();
}

/** Puts blocks that were read ahead back in front. */
async function* resume<T>(first: readonly T[], rest: AsyncIterator<readonly T[]>): AsyncGenerator<readonly T[]> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const isBlank = (line: Line): boolean => 'text' in line && line.text.trim() === '';

async function openLines(file: ImportFile, gzip: boolean, limits: ImportLimits): Promise<OpenedImport> {
  let done = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.read()) {
      done += chunk.length;
      yield chunk;
    }
  }
  const lines = readLines(gzip ? inflate(counted(), limits.ratio) : counted(), limits.lineBytes);
  const head: Line[] = [];
  while (head.every(isBlank)) {
    const next = await lines.next();
    if (next.done) throw ingestErrors.INGEST_FILE_UNREADABLE({ reason: 'it holds no line' });
    head.push(...next.value);
  }
  const first = head.find((line) => !isBlank(line));
  if (!first || 'fault' in first) {
    const reason = first && 'fault' in first ? first.fault.replace(/_/g, ' ') : 'empty';
    await lines.return(undefined);
    throw ingestErrors.INGEST_HEADER_INVALID({
      line: first?.number ?? 1,
      reason: `the first line cannot be read: ${reason}`,
    });
  }
  const all = resume(head, lines);
  const progress = (): { done: number; total: number } => ({ done, total: file.bytes });
  if (!first.text.trimStart().startsWith('{')) {
    const records = new CsvRecords(sniffDelimiter(first.text), limits.lineBytes);
    return openCsv(csvRows(all, records), progress);
  }
  const row = parseJsonLine(first);
  const firstValue = row?.kind === 'value' ? row.value : null;
  const header = isJsonObject(firstValue) ? Object.keys(firstValue) : [];
  return { format: 'ndjson', header, firstValue, rows: () => jsonRows(all), progress };
}

async function openCsv(
  blocks: AsyncGenerator<readonly ReadRow[]>,
  progress: OpenedImport['progress'],
): Promise<OpenedImport> {
  const held: ReadRow[] = [];
  for (
    let next = await blocks.next();
    !next.done && held.length === 0;
    next = held.length ? next : await blocks.next()
  ) {
    held.push(...next.value);
  }
  const [first, ...rest] = held;
  if (first?.kind !== 'cells') {
    await blocks.return(undefined);
    const reason = first?.kind === 'fault' ? first.message : 'the file has no header';
    throw ingestErrors.INGEST_HEADER_INVALID({ line: first?.line ?? 1, reason });
  }
  const header = checkHeader(first.cells, first.line);
  return { format: 'csv', header, firstValue: null, rows: () => resume(rest, blocks), progress };
}

/**
 * Opens a file: CSV (comma, semicolon, tab or bar), NDJSON, either gzipped, or Parquet; told apart by content. Reads no
 * further than the header. Parquet is decoded in this thread, unless a decoder is given.
 *
 * Throws  INGEST_FILE_UNREADABLE, INGEST_HEADER_INVALID (line and column named)
 */
export async function openImport(
  file: ImportFile,
  limits: ImportLimits = IMPORT_LIMITS,
  parquet: ParquetDecoder = parquetHere,
): Promise<OpenedImport> {
  if (file.bytes > limits.fileBytes) {
    throw ingestErrors.INGEST_FILE_UNREADABLE({
      reason: `it has ${file.bytes} bytes, at most ${limits.fileBytes} may be`,
    });
  }
  const kind = await sniffFile(file);
  if (kind !== 'parquet') return openLines(file, kind === 'gzip', limits);
  const table = await openParquet(file, limits, parquet);
  let done = 0;
  return {
    format: 'parquet',
    header: checkHeader(table.header, 1),
    firstValue: null,
    async *rows() {
      for await (const block of table.rows()) {
        done += block.length;
        yield block;
      }
    },
    progress: () => ({
      done: table.rowCount === 0 ? file.bytes : Math.round((file.bytes * done) / table.rowCount),
      total: file.bytes,
    }),
  };
}
