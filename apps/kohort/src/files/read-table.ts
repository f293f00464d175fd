import { parse, CsvError } from 'csv-parse/sync';
import { fileErrors } from './file-errors';
import { readText } from './read-bytes';

/** A CSV file in memory: all cells as text. `lineOf(i)` is the 1-based line on which row i begins. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  lineOf(row: number): number;
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseCsv(text: string): Parsed[] {
  try {
    return parse(text, {
      info: true,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as Parsed[];
  } catch (thrown) {
    if (thrown instanceof CsvError) {
      const line = Number((thrown as unknown as { lines?: number }).lines ?? 1);
      throw fileErrors.FILE_BAD_CSV({ line, reason: thrown.message }, { cause: thrown });
    }
    throw thrown;
  }
}

/**
 * Reads a comma-separated file with one header line, gzip or not. Rows shorter or longer than the header are refused.
 *
 * Throws  FILE_EMPTY, FILE_BAD_CSV (with the line), FILE_DUPLICATE_HEADER, and those of readText
 */
export async function readTable(file: string): Promise<Table> {
  const parsed = parseCsv(await readText(file));
  const first = parsed[0];
  if (!first || parsed.length < 2) throw fileErrors.FILE_EMPTY({ file });
  const header = first.record.map((name) => name.trim());
  header.forEach((name, i) => {
    if (header.indexOf(name) !== i) throw fileErrors.FILE_DUPLICATE_HEADER({ line: 1, column: name });
  });
  const rows: string[][] = [];
  const lines: number[] = [];
  // csv-parse counts a \r\n inside quotes as two line ends.
  let overcounted = 0;
  for (let i = 1; i < parsed.length; i += 1) {
    const { record } = parsed[i] as Parsed;
    const previous = parsed[i - 1] as Parsed;
    for (const cell of previous.record) overcounted += cell.split('\r\n').length - 1;
    const line = previous.info.lines + 1 - overcounted;
    if (record.length !== header.length) {
      throw fileErrors.FILE_BAD_CSV({ line, reason: `${record.length} fields, the header has ${header.length}` });
    }
    rows.push(record);
    lines.push(line);
  }
  return { header, rows, lineOf: (row) => lines[row] ?? 0 };
}
