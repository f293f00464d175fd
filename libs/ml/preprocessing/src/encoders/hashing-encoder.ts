import { z } from 'zod';
import type { FeatureColumn } from '../feature-table';
import { anyColumn } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';
import { murmur3 } from './murmur3';

const params = z.strictObject({
  /** Columns made; more of them, fewer collisions. */
  width: z.int().min(1).max(1_048_576).default(64),
  /** Half of the values are subtracted, so that collisions even out in sum. */
  signed: z.boolean().default(true),
  /** What the columns are called: "<prefix>0", "<prefix>1", … */
  prefix: z.string().min(1).default('hash'),
});

const state = z.object({
  width: z.int().min(1),
  signed: z.boolean(),
  prefix: z.string(),
  columns: z.array(z.string()).min(1),
});

/** Where a token goes, and with which sign. */
function placeOf(token: string, { width, signed }: z.infer<typeof state>): { place: number; sign: number } {
  const hash = murmur3(new TextEncoder().encode(token));
  return { place: Math.abs(hash) % width, sign: signed && hash < 0 ? -1 : 1 };
}

function addColumn(out: readonly Float64Array[], column: FeatureColumn, fitted: z.infer<typeof state>): void {
  const add = (row: number, { place, sign }: { place: number; sign: number }, value: number) => {
    const target = out[place] as Float64Array;
    target[row] = (target[row] as number) + sign * value;
  };
  if (column.kind === 'numeric') {
    const at = placeOf(column.name, fitted);
    column.values.forEach((value, row) => {
      if (!Number.isNaN(value)) add(row, at, value);
    });
    return;
  }
  const places = column.levels.map((level) => placeOf(`${column.name}=${level}`, fitted));
  column.codes.forEach((code, row) => {
    const at = places[code];
    if (at !== undefined) add(row, at, 1);
  });
}

/**
 * Columns of any number of levels into a fixed number of columns, by the hash of "<column>=<level>": nothing is learned,
 * so a level never seen before has its place too. A number adds its value at the hash of its column's name.
 *
 * Shape   n × d to n × width; missing adds nothing
 * Cost    O(levels · length + n · d), plus n · width memory
 * Source  Weinberger et al. 2009; held to scikit-learn's FeatureHasher by reference/encoders.golden.json
 */
export const hashingEncoder = defineTransformer({
  kind: 'hashing-encoder',
  params,
  state,
  accepts: anyColumn,
  missingValues: 'handled',
  fit: ({ columns }, settings) => ({ state: { ...settings, columns: columns.map(({ name }) => name) } }),
  inputs: ({ columns }) => columns,
  outputs: ({ width, prefix, columns }) =>
    Array.from({ length: width }, (_, i) => ({ name: `${prefix}${i}`, sources: columns })),
  transform: (fitted, { rows, columns }) => {
    const out = Array.from({ length: fitted.width }, () => new Float64Array(rows));
    for (const column of columns) addColumn(out, column, fitted);
    return out.map((values, i) => ({ kind: 'numeric', name: `${fitted.prefix}${i}`, values }));
  },
});
