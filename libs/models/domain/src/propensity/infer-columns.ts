import { categoryColumn, type FeatureColumn } from '@kohort/ml-preprocessing';
import { DateTime } from 'luxon';

/** A column of text cells, before it is known what it holds. */
export interface TextColumn {
  readonly name: string;
  readonly cells: readonly string[];
}

/** What a column was taken for. `identifier`: left out, every other cell is different. `blank`: left out, holds nothing. */
export type ColumnReading =
  | { readonly as: 'numeric' | 'date' | 'category'; readonly column: FeatureColumn }
  | { readonly as: 'identifier' | 'blank'; readonly name: string; readonly distinct: number };

/** Whole numbers with at most this many distinct values are taken for codes. */
const MAX_CODES = 10;
/** Text with more distinct values than this share of its rows names rows rather than groups them. */
const IDENTIFIER_SHARE = 0.5;
/** In fewer rows than this, many distinct values mean nothing. */
const IDENTIFIER_ROWS = 50;
const DAY_MS = 86_400_000;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

const toNumber = (cell: string): number => (NUMBER.test(cell) ? Number(cell) : NaN);
const toDays = (cell: string): number =>
  DATE.test(cell) ? DateTime.fromISO(cell.replace(' ', 'T'), { zone: 'utc' }).toMillis() / DAY_MS : NaN;

/** Reads every cell that is not blank, or nothing if one cannot be read. */
function readAll(cells: readonly string[], read: (cell: string) => number): Float64Array | undefined {
  const values = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells[i] as string;
    const value = cell === '' ? NaN : read(cell);
    if (cell !== '' && !Number.isFinite(value)) return undefined;
    values[i] = value;
  }
  return values;
}

/**
 * Decides what a column holds. Numbers: every cell that is not blank is a number, and some is not whole or there are more
 * than ten distinct ones. Dates (ISO) become days. Everything else is a category; a blank cell is missing.
 */
export function inferColumn({ name, cells }: TextColumn): ColumnReading {
  const trimmed = cells.map((cell) => cell.trim());
  const distinct = new Set(trimmed);
  distinct.delete('');
  if (distinct.size === 0) return { as: 'blank', name, distinct: 0 };
  const numbers = readAll(trimmed, toNumber);
  if (numbers !== undefined) {
    const codes =
      distinct.size <= MAX_CODES && numbers.every((value) => Number.isNaN(value) || Number.isInteger(value));
    if (!codes) return { as: 'numeric', column: { kind: 'numeric', name, values: numbers } };
  } else {
    const days = readAll(trimmed, toDays);
    if (days !== undefined) return { as: 'date', column: { kind: 'numeric', name, values: days } };
    if (cells.length >= IDENTIFIER_ROWS && distinct.size > IDENTIFIER_SHARE * cells.length) {
      return { as: 'identifier', name, distinct: distinct.size };
    }
  }
  return {
    as: 'category',
    column: categoryColumn(
      name,
      trimmed.map((cell) => (cell === '' ? null : cell)),
    ),
  };
}
