import { decimalReader, type Exact } from './exact';
import { textFault } from '../json/inspect-json';
import { timeReader, type LocalTimeRules } from './local-time';
import type { FieldSpec } from './mapping-schema';

/** A cell as its field's type; null when empty. Times are epoch milliseconds. */
export type FieldValue = string | number | boolean | Exact | null;

/** Why a cell cannot be its field's type. */
export interface CellFault {
  readonly fault: string;
}

/** A value that was read by a stated rule where the cell left room; the message carries the flag. */
export interface CellFlag {
  readonly value: FieldValue;
  readonly flag: string;
}

export type CellReader = (text: string) => FieldValue | CellFault | CellFlag;

const INTEGER = /^[+-]?\d{1,16}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['t', true],
  ['yes', true],
  ['y', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['no', false],
  ['n', false],
  ['0', false],
]);

function readInteger(text: string): FieldValue | CellFault {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : { fault: 'bad_integer' };
}

const readers: Readonly<Record<Exclude<FieldSpec['type'], 'timestamp' | 'decimal'>, CellReader>> = {
  text: (text) => {
    const fault = textFault(text);
    return fault === null ? text : { fault };
  },
  integer: readInteger,
  boolean: (text) => BOOLEANS.get(text.toLowerCase()) ?? { fault: 'bad_boolean' },
};

function decimalCell(): CellReader {
  const read = decimalReader();
  return (text) => (DECIMAL.test(text) ? read(text) : { fault: 'bad_decimal' });
}

function readerOf({ type, format }: FieldSpec, rules: LocalTimeRules): CellReader {
  if (type === 'timestamp') return timestampCell(format ?? 'iso', rules);
  return type === 'decimal' ? decimalCell() : readers[type];
}

/**
 * The reader of a field. Cells are trimmed, replaced where the field says so, and an empty one, or one that the field
 * counts as missing, is null, or `missing_value` when the field is required. Decimals stay exact; numbers have a point, no
 * thousands separator.
 */
export function cellReader(spec: FieldSpec, rules: LocalTimeRules): CellReader {
  const inner = readerOf(spec, rules);
  const missing = new Set(spec.missing ?? []);
  const replace = new Map(Object.entries(spec.replace ?? {}));
  return (text) => {
    const written = text.trim();
    const trimmed = replace.get(written) ?? written;
    if (trimmed === '' || missing.has(trimmed)) return spec.required ? { fault: 'missing_value' } : null;
    return inner(trimmed);
  };
}

function timestampCell(format: string, rules: LocalTimeRules): CellReader {
  const read = timeReader(format, rules);
  return (text) => {
    const result = read(text);
    if (!result.ok) return { fault: result.fault };
    return result.flag === null ? result.epochMs : { value: result.epochMs, flag: result.flag };
  };
}
