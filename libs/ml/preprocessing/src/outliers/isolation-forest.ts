import type { Random } from '@kohort/kernel-clock-random';
import { breathe } from '@kohort/ml-core';
import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from '../transformer/column-guard';
import { defineTransformer, type Selected } from '../transformer/define-transformer';
import type { FitContext } from '../transformer/transformer';
import { averagePath } from './average-path';

const KIND = 'isolation-forest';

const params = z.strictObject({
  trees: z.int().min(1).max(10_000).default(100),
  /** Rows each tree is grown on; all of them where there are fewer. */
  sample: z.int().min(2).max(100_000).default(256),
  /** What the column is called. */
  name: z.string().min(1).default('isolation score'),
});

/** Nodes in one list per property; a leaf has column −1 and holds in `at` the path still expected below it. */
const tree = z.object({
  column: z.array(z.int().min(-1)),
  at: z.array(z.number()),
  left: z.array(z.int().min(-1)),
});

const state = z.object({
  columns: z.array(z.string()).min(1),
  name: z.string(),
  /** The average path at the sample's size: what depths are measured by. */
  typicalPath: z.number().positive(),
  trees: z.array(tree).min(1),
});

type Tree = z.infer<typeof tree>;

interface Growing {
  readonly columns: readonly Float64Array[];
  readonly random: Random;
  readonly mostDepth: number;
  readonly out: Tree;
}

/** A column that varies within the rows, chosen evenly, with its range; undefined when none does. */
function drawSplit(
  { columns, random }: Growing,
  rows: Int32Array,
): { column: number; low: number; high: number } | undefined {
  const open = [...columns.keys()];
  while (open.length > 0) {
    const pick = random.int(open.length);
    const column = open[pick] as number;
    const values = columns[column] as Float64Array;
    let low = Infinity;
    let high = -Infinity;
    for (const row of rows) {
      const value = values[row] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low < high) return { column, low, high };
    open[pick] = open[open.length - 1] as number;
    open.pop();
  }
  return undefined;
}

/** Grows the node at `place`; children lie side by side, the left one first. */
function grow(growing: Growing, place: number, rows: Int32Array, depth: number): void {
  const { out, random, columns, mostDepth } = growing;
  const split = rows.length > 1 && depth < mostDepth ? drawSplit(growing, rows) : undefined;
  if (split === undefined) {
    out.at[place] = averagePath(rows.length);
    return;
  }
  const { column, low, high } = split;
  const drawn = low + random.next() * (high - low);
  const at = drawn < high ? drawn : low;
  const values = columns[column] as Float64Array;
  const left = out.at.length;
  out.column[place] = column;
  out.at[place] = at;
  out.left[place] = left;
  for (let child = 0; child < 2; child += 1) {
    out.column.push(-1);
    out.at.push(0);
    out.left.push(-1);
  }
  const isLeft = (row: number) => (values[row] as number) <= at;
  grow(growing, left, rows.filter(isLeft), depth + 1);
  grow(
    growing,
    left + 1,
    rows.filter((row) => !isLeft(row)),
    depth + 1,
  );
}

/** `count` rows without repetition. */
function drawRows(rows: number, count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  for (let i = 0; i < count; i += 1) {
    const j = i + random.int(rows - i);
    const held = all[i] as number;
    all[i] = all[j] as number;
    all[j] = held;
  }
  return all.slice(0, count);
}

async function learn(
  { rows, columns }: Selected<NumericColumn>,
  { trees, sample, name }: z.output<typeof params>,
  context: FitContext,
) {
  const { random } = context;
  if (random === undefined) throw preprocessingErrors.PREPROCESSING_RANDOM_ABSENT({ transformer: KIND });
  const size = Math.min(sample, rows);
  const values = columns.map((column) => column.values);
  const grown: Tree[] = [];
  while (grown.length < trees) {
    if (grown.length % 10 === 0) await breathe(context);
    const own = random.split(grown.length);
    const out: Tree = { column: [-1], at: [0], left: [-1] };
    const mostDepth = Math.ceil(Math.log2(Math.max(size, 2)));
    grow({ columns: values, random: own, mostDepth, out }, 0, drawRows(rows, size, own), 0);
    grown.push(out);
    context.onProgress?.({ phase: KIND, done: grown.length, total: trees });
  }
  const names = columns.map((column) => column.name);
  return { state: { columns: names, name, typicalPath: averagePath(size), trees: grown } };
}

/** Steps from the root to a row's leaf, and the average path of the rows that ended there. */
function pathOf({ column, at, left }: Tree, columns: readonly Float64Array[], row: number): number {
  let node = 0;
  let depth = 0;
  for (let split = column[0] as number; split >= 0; split = column[node] as number) {
    const value = (columns[split] as Float64Array)[row] as number;
    node = (left[node] as number) + (value <= (at[node] as number) ? 0 : 1);
    depth += 1;
  }
  return depth + (at[node] as number);
}

/**
 * Isolation forest: rows that random cuts part from the others early are outliers.
 *
 * Shape   n × d to n × 1: a score in 0..1; near 1 an outlier, below 0.5 nothing of note
 * Ties    a column constant within a node is not cut
 * Cost    O(trees · sample · log sample) to fit, O(trees · log sample) per row
 * Throws  PREPROCESSING_MISSING_VALUE, _TOO_FEW for one row, _RANDOM_ABSENT, ML_CANCELLED
 * Source  Liu, Ting & Zhou 2008; trees are random, so held to scikit-learn's IsolationForest by the correlation of ranks
 *         (above 0.95) and the area under the curve on planted outliers, by reference/isolation-forest.golden.json
 */
export const isolationForest = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: numericOnly,
  missingValues: 'refused',
  fewestRows: 2,
  fit: learn,
  inputs: ({ columns }) => columns,
  outputs: ({ columns, name }) => [{ name, sources: columns }],
  transform: ({ trees, typicalPath, name }, { rows, columns }) => {
    const numbers = columns.map(({ values }) => values);
    const scores = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) {
      let paths = 0;
      for (const one of trees) paths += pathOf(one, numbers, row);
      scores[row] = 2 ** (-paths / (trees.length * typicalPath));
    }
    return [{ kind: 'numeric', name, values: scores }];
  },
});
