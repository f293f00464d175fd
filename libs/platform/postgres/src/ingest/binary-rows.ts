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

function scalar(type: BinaryType, value: BinaryValue): RawBuilder<unknown> {
  if (type === 'bytea') return sql`decode(${value}::text, 'hex')`;
  if (type === 'timestamptz') return sql`'epoch'::timestamptz + ${value}::float8 * interval '1 millisecond'`;
  return sql`${value}::${sql.raw(type)}`;
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
    const values = rows.map(value);
    const [first] = values;
    const isOne = arrays.length > 0 && first !== undefined && values.every((other) => other === first);
    if (!isOne) {
      arrays.push(sql`${binaryArray(type, values)}::${sql.raw(type)}[]`);
      names.push(sql.ref(name));
    }
    known.set(name, isOne ? scalar(type, first) : sql.ref(`m.${name}`));
  }
  return {
    from: sql`unnest(${sql.join(arrays)}) as m (${sql.join(names)})`,
    of: (name) => known.get(name) ?? sql.ref(`m.${name}`),
  };
}
