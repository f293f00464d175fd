import type { Progress } from '@kohort/kernel-contracts';
import { fileErrors } from '../files/file-errors';
import { openCsvRows } from '../files/read-csv-rows';

/** Where texts stand in a file, and what is wanted beside them. */
export interface TextSource {
  readonly csv: string;
  readonly text: string;
  /** Column that names the row; row numbers from 1 when absent. */
  readonly id?: string;
  /** Another column: a label, a class. */
  readonly beside?: string;
}

/** One row of the file. */
export interface TextRow {
  readonly id: string;
  readonly text: string;
  readonly beside: string;
  readonly cells: readonly string[];
}

/** The rows of a file, read as a stream; the header is known before the first. */
export interface TextRows {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<TextRow>;
}

const ROWS_BETWEEN_REPORTS = 1_000;

/**
 * Opens a CSV file of texts.
 *
 * Throws  FILE_NO_SUCH_COLUMN, FILE_EMPTY without a row, and those of openCsvRows
 */
export async function openTexts(
  { csv, text, id, beside }: TextSource,
  onProgress: (progress: Progress) => void,
): Promise<TextRows> {
  const { header, rows } = await openCsvRows(csv);
  const place = (column: string | undefined): number => {
    const at = column === undefined ? -1 : header.indexOf(column);
    if (column !== undefined && at < 0) {
      throw fileErrors.FILE_NO_SUCH_COLUMN({ line: 1, column, columns: header.join(', ') });
    }
    return at;
  };
  const [atText, atId, atBeside] = [place(text), place(id), place(beside)];
  async function* read(): AsyncGenerator<TextRow> {
    let done = 0;
    for await (const cells of rows) {
      done += 1;
      yield {
        id: atId < 0 ? String(done) : (cells[atId] ?? ''),
        text: cells[atText] ?? '',
        beside: atBeside < 0 ? '' : (cells[atBeside] ?? ''),
        cells,
      };
      if (done % ROWS_BETWEEN_REPORTS === 0) onProgress({ phase: 'reading texts', done, total: null });
    }
    if (done === 0) throw fileErrors.FILE_EMPTY({ file: csv });
  }
  return { header, rows: read() };
}

/** All rows at once, for what has to see every text before it can say anything of one. */
export async function collectTexts(rows: AsyncIterable<TextRow>): Promise<TextRow[]> {
  const all: TextRow[] = [];
  for await (const { id, text, beside } of rows) all.push({ id, text, beside, cells: [] });
  return all;
}
