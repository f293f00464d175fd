import type { SchemaElement } from 'hyparquet';

/** Cells as text, like those of a CSV file. */
export type CellText = (value: unknown) => string;

/** A time that no calendar has; the mapping that wants a time refuses the row. */
const NO_TIME = 'no time';

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** Wall-clock text: a timestamp without a zone means what the clocks showed, wherever the file was made. */
function wallText(date: Date): string {
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  const time = `${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
  return `${day}T${time}.${pad(date.getUTCMilliseconds(), 3)}`;
}

const plainJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? '';

/**
 * How the values of a column are written: instants as ISO with Z, timestamps without a zone and dates as local time,
 * nested values as JSON.
 */
export function cellTextOf({ converted_type: converted, logical_type: logical }: SchemaElement): CellText {
  const isLocal =
    converted === 'DATE' || logical?.type === 'DATE' || (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC);
  return (value) => {
    if (typeof value === 'string') return value;
    if (value === null || value === undefined) return '';
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) return NO_TIME;
      return isLocal ? wallText(value) : value.toISOString();
    }
    return typeof value === 'object' ? plainJson(value) : String(value);
  };
}
