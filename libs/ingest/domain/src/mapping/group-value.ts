import type { Json } from '@kohort/kernel-contracts';
import type { FieldValue } from './cell-reader';
import { Exact, isExact, toJsonNumber } from './exact';
import type { FieldSpec, ValueSpec } from './mapping-schema';

/** Places of the fields among a row's values, and what they hold. */
export interface FieldLayout {
  indexOf(field: string): number;
  typeOf(field: string): FieldSpec['type'];
}

/** Values of the rows of one group, in file order; never empty. */
export type GroupRows = readonly (readonly FieldValue[])[];

/** Makes one member of a message; undefined leaves it out. Flags say where the value is not the whole truth. */
export type GroupValue = (rows: GroupRows, flags: Set<string>) => Json | undefined;

function numberOf(value: Exact, flags: Set<string>): Json | undefined {
  const { number, exact } = toJsonNumber(value);
  if (!exact) flags.add('decimal_rounded');
  return Number.isFinite(number) ? number : undefined;
}

function jsonOf(value: FieldValue, type: FieldSpec['type'], flags: Set<string>): Json | undefined {
  if (value === null) return undefined;
  if (isExact(value)) return numberOf(value, flags);
  return type === 'timestamp' && typeof value === 'number' ? new Date(value).toISOString() : value;
}

function sumOf(index: number): GroupValue {
  return (rows, flags) => {
    let sum: Exact = new Exact(0);
    for (const row of rows) {
      const value = row[index] ?? null;
      if (isExact(value) || typeof value === 'number') sum = sum.plus(value);
    }
    return numberOf(sum, flags);
  };
}

function listOf(spec: Extract<ValueSpec, { list: unknown }>, layout: FieldLayout): GroupValue {
  const members = Object.entries(spec.list).map(([key, field]) => ({
    key,
    index: layout.indexOf(field),
    type: layout.typeOf(field),
  }));
  return (rows, flags) => {
    if (rows.length > spec.max) flags.add('list_truncated');
    return rows.slice(0, spec.max).map((row) => {
      const item: Record<string, Json> = {};
      for (const { key, index, type } of members) {
        const value = jsonOf(row[index] ?? null, type, flags);
        if (value !== undefined) item[key] = value;
      }
      return item;
    });
  };
}

/**
 * A value of a message as a function of its group's rows: a field of the first row, a constant, an exact sum, a count, or
 * a list with one object a row. Empty cells are left out; sums count them as nothing.
 */
export function groupValue(spec: ValueSpec, layout: FieldLayout): GroupValue {
  if ('const' in spec) return () => spec.const;
  if ('count' in spec) return (rows) => rows.length;
  if ('sum' in spec) return sumOf(layout.indexOf(spec.sum));
  if ('list' in spec) return listOf(spec, layout);
  if ('countDistinct' in spec) {
    const index = layout.indexOf(spec.countDistinct);
    return (rows) =>
      new Set(
        rows
          .map((row) => row[index])
          .filter((value) => value !== null)
          .map(String),
      ).size;
  }
  const index = layout.indexOf(spec.field);
  const type = layout.typeOf(spec.field);
  return (rows, flags) => jsonOf(rows[0]?.[index] ?? null, type, flags);
}
