import { CsvError, parse } from 'csv-parse/sync';
import { ingestErrors } from '../ingest-errors';
import type { Line, LineFault } from './read-lines';
import type { ReadRow } from './source-row';

/** A quoted cell may hold line ends; a record of more lines than this is an open quote. */
const MAX_RECORD_LINES = 1_000;
/** After so many repaired lines the file is something else than CSV. */
const MAX_REPAIRS = 1_000;
/** Lines with quotes are parsed together up to this many. */
const MAX_RUN_LINES = 2_000;

interface TextLine {
  readonly number: number;
  readonly text: string;
}

interface ParsedRecord {
  readonly cells: readonly string[];
  readonly line: number;
  /** Physical lines it took. */
  readonly height: number;
}

const FAULTS: Readonly<Record<LineFault, (limit: number) => string>> = {
  line_too_long: (limit) => `the line is longer than ${limit} bytes`,
  invalid_utf8: () => 'the line is not valid UTF-8',
};

const stripReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/**
 * Parses whole lines with the library and answers the records that are complete and how many lines they took. What is
 * left begins with a record that is `open` (it wants more lines) or `stray` (a quote stands where none may).
 */
function parseRun(
  run: readonly TextLine[],
  delimiter: string,
): { readonly records: ParsedRecord[]; readonly taken: number; readonly left: 'none' | 'open' | 'stray' } {
  const records: ParsedRecord[] = [];
  const first = run[0]?.number ?? 1;
  let taken = 0;
  try {
    parse(run.map((line) => line.text).join('\n'), {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
      on_record: (cells: string[], context) => {
        const end = Math.min(context.lines, run.length);
        records.push({ cells, line: first + taken, height: end - taken });
        taken = end;
        return null;
      },
    });
    return { records, taken: run.length, left: 'none' };
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    return { records, taken, left: thrown.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'stray' };
  }
}

/** One line with stray quotes, which are taken as characters; null when a quote stays open at its end. */
function parseLoose(line: TextLine, delimiter: string): ParsedRecord | null {
  try {
    const [cells] = parse(stripReturn(line.text), { delimiter, relax_column_count: true, relax_quotes: true });
    return cells ? { cells, line: line.number, height: 1 } : null;
  } catch (thrown) {
    if (thrown instanceof CsvError) return null;
    throw thrown;
  }
}

/**
 * Lines to records. A line without a quote is a record and is cut at the delimiters; lines with quotes go to the CSV
 * library together with as many following lines as it asks for. A quote that is never closed costs the line on which it
 * stands, not the rest of the file: that line is reported and reading goes on with the next.
 */
export class CsvRecords {
  private run: TextLine[] = [];
  /** The run's last record is open: it needs more lines. */
  private open = false;
  private runBytes = 0;
  private repairs = 0;
  /** Lines parsed together: few after a stray quote, so that a file full of them costs one parse a line, not many. */
  private runLimit = MAX_RUN_LINES;
  /** null until the header has been read: then every record must have as many columns. */
  private width: number | null = null;

  constructor(
    private readonly delimiter: string,
    private readonly lineBytes: number,
  ) {}

  /** Rows that are complete after these lines. */
  feed(lines: readonly Line[]): ReadRow[] {
    const rows: ReadRow[] = [];
    for (const line of lines) this.take(line, rows);
    return rows;
  }

  /** What is left; an open quote ends here. */
  end(): ReadRow[] {
    const rows: ReadRow[] = [];
    while (this.run.length > 0) {
      this.flush(rows);
      if (this.open) this.repair(rows);
    }
    return rows;
  }

  private take(line: Line, rows: ReadRow[]): void {
    if ('fault' in line) {
      while (this.run.length > 0) {
        this.flush(rows);
        if (this.open) this.repair(rows);
      }
      rows.push({ kind: 'fault', line: line.number, code: line.fault, message: FAULTS[line.fault](this.lineBytes) });
      return;
    }
    const quoted = line.text.includes('"');
    if (!this.open && !quoted) {
      if (this.run.length > 0) this.flush(rows);
      if (!this.open) {
        this.plain(line, rows);
        return;
      }
    }
    this.run.push(line);
    this.runBytes += line.text.length;
    if (this.open ? quoted : this.run.length >= this.runLimit) this.flush(rows);
    while (this.open && (this.run.length > MAX_RECORD_LINES || this.runBytes > this.lineBytes)) this.repair(rows);
  }

  private plain(line: TextLine, rows: ReadRow[]): void {
    const text = stripReturn(line.text);
    if (text === '') return;
    this.emit(text.split(this.delimiter), line.number, rows);
  }

  /** Parses the run; what is left of it is one open record. */
  private flush(rows: ReadRow[]): void {
    const held = this.run;
    const { records, taken, left } = parseRun(held, this.delimiter);
    this.setRun(held.slice(taken));
    this.open = left === 'open';
    for (const record of records) {
      // A record of several lines with the wrong width is an open quote that another line's quote happened to close.
      if (record.height > 1 && this.width !== null && record.cells.length !== this.width) {
        this.setRun(held.slice(record.line - (held[0]?.number ?? 1)));
        this.repair(rows);
        return;
      }
      this.emit(record.cells, record.line, rows);
    }
    if (left === 'stray') this.loosen(rows);
    else if (left === 'none') this.runLimit = Math.min(MAX_RUN_LINES, this.runLimit * 2);
  }

  /** Reads the run's first line by itself, with its quotes as characters, and the rest again. */
  private loosen(rows: ReadRow[]): void {
    const [line, ...rest] = this.run;
    const record = line ? parseLoose(line, this.delimiter) : null;
    if (!record) {
      this.repair(rows);
      return;
    }
    this.emit(record.cells, record.line, rows);
    this.runLimit = 1;
    this.setRun([]);
    for (const next of rest) this.take(next, rows);
  }

  /** Gives up the first line of the run as broken and reads the lines after it again. */
  private repair(rows: ReadRow[]): void {
    const [broken, ...rest] = this.run;
    if (!broken) return;
    this.repairs += 1;
    if (this.repairs > MAX_REPAIRS) throw ingestErrors.INGEST_FILE_MALFORMED({ line: broken.number });
    const message = 'a quote is opened on this line and not closed where its cell ends';
    rows.push({ kind: 'fault', line: broken.number, code: 'unclosed_quote', message });
    this.setRun([]);
    this.open = false;
    this.runLimit = 1;
    for (const line of rest) this.take(line, rows);
  }

  private setRun(run: TextLine[]): void {
    this.run = run;
    this.runBytes = run.reduce((sum, line) => sum + line.text.length, 0);
  }

  private emit(cells: readonly string[], line: number, rows: ReadRow[]): void {
    this.width ??= cells.length;
    if (cells.length === this.width) {
      rows.push({ kind: 'cells', line, cells });
      return;
    }
    const message = `${cells.length} columns, the header has ${this.width}`;
    rows.push({ kind: 'fault', line, code: 'column_count', message });
  }
}
