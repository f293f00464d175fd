import { stringify } from 'csv-stringify/sync';
import type { Json } from '@kohort/kernel-contracts';

/** How a CSV file is written. */
export interface CsvOptions {
  readonly delimiter: string;
  readonly quoteAll: boolean;
  readonly formulaGuard: boolean;
}

/** Begins a formula in a spreadsheet: = + - @, TAB, CR, LF, and the full-width forms of the first four. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

function cellOf(value: Json | undefined, guard: boolean): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return guard && FORMULA.test(value) ? `'${value}` : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Rows as CSV: UTF-8 without BOM, LF, RFC 4180 quoting. Null is an empty cell, empty text is `""`; booleans are true and
 * false, lists and objects compact JSON.
 */
export function toCsv(rows: readonly (readonly (Json | undefined)[])[], options: CsvOptions): string {
  const cells = rows.map((row) => row.map((value) => cellOf(value, options.formulaGuard)));
  return stringify(cells, {
    delimiter: options.delimiter,
    quoted: options.quoteAll,
    quoted_empty: false,
    quoted_string: false,
    record_delimiter: '\n',
    cast: { string: (value) => (value === '' ? { value: '', quoted: true, quoted_empty: true } : value) },
  });
}
