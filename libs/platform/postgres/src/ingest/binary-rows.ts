import { sql, type RawBuilder } from 'kysely';
import { binaryArray, type BinaryType, type BinaryValue } from './binary-array';

/** A column of rows that are sent: its name and type, and what a row holds there. */
export type BinaryColumn<R> = readonly [name: string, type: BinaryType, value: (row: R) => BinaryValue];

/** Rows on their way into a statement. */
export interface BinaryRows {
  /** For `from`: the rows, under the name `m`. */
  readonly from: RawBuilder<unknown>;
  /** For `select`: a column by its name. */
  readonly of: (name: string) => RawBuilder<unknown>;
}

/** References that were made: to take a name apart for each statement costs as much as sending what it names. */
const refs = new Map<string, RawBuilder<unknown>>();

/** A column of a table, or of rows (`m.name`), by a name that stands in the code. */
export function refOf(name: string): RawBuilder<unknown> {
  const known = refs.get(name);
  if (known !== undefined) return known;
  const made = sql.ref(name);
  refs.set(name, made);
  return made;
}

function scalar(type: BinaryType, value: BinaryValue): RawBuilder<unknown> {
  if (type === 'bytea') return sql`decode(${value}::text, 'hex')`;
  if (type === 'timestamptz') return sql`'epoch'::timestamptz + ${value}::float8 * interval '1 millisecond'`;
  return sql`${value}::${sql.raw(type)}`;
}

/** What all rows hold; undefined: they differ. */
function theOneValue<R>(rows: readonly R[], value: (row: R) => BinaryValue): BinaryValue | undefined {
  const [head] = rows;
  if (head === undefined) return undefined;
  const first = value(head);
  for (let i = 1; i < rows.length; i += 1) {
    const row = rows[i];
    if (row === undefined || value(row) !== first) return undefined;
  }
  return first;
}

/**
 * Rows as binary arrays, one a column. What is the same in every row, as most columns of events that came together are, is
 * sent once, as a plain parameter.
 *
 * Shape   at least one row; the first column is always sent as an array, so its values should differ
 */
export function binaryRows<R>(rows: readonly R[], columns: readonly BinaryColumn<R>[]): BinaryRows {
  const known = new Map<string, RawBuilder<unknown>>();
  const arrays: RawBuilder<unknown>[] = [];
  const names: RawBuilder<unknown>[] = [];
  for (const [name, type, value] of columns) {
    const one = arrays.length > 0 ? theOneValue(rows, value) : undefined;
    if (one === undefined) {
      arrays.push(sql`${binaryArray(type, rows.map(value))}::${sql.raw(type)}[]`);
      names.push(refOf(name));
    }
    known.set(name, one === undefined ? refOf(`m.${name}`) : scalar(type, one));
  }
  return {
    from: sql`unnest(${sql.join(arrays)}) as m (${sql.join(names)})`,
    of: (name) => known.get(name) ?? refOf(`m.${name}`),
  };
}
