import { z } from 'zod';
import type { CategoryColumn, NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { categoryOnly } from '../transformer/column-guard';
import { defineTransformer, type Selected } from '../transformer/define-transformer';
import type { FitContext, Target } from '../transformer/transformer';
import { drawFolds } from './draw-folds';
import { countLevels } from './kept-levels';

const KIND = 'target-encoder';

const params = z.strictObject({
  /** Rows' worth of the overall mean mixed into each level; `auto` finds it from the variances. */
  smooth: z.union([z.literal('auto'), z.number().min(0)]).default('auto'),
  folds: z.int().min(2).max(100).default(5),
});

const state = z.object({
  mean: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      levels: z.array(z.string()),
      encodings: z.array(z.number()),
      /** What a missing value becomes. */
      missing: z.number(),
    }),
  ),
});

type Smooth = 'auto' | number;

/** A column as places 0..levels−1, the last one "missing". */
interface Coded {
  readonly name: string;
  readonly levels: readonly string[];
  readonly places: Int32Array;
}

function coded(column: CategoryColumn): Coded {
  const levels = countLevels(column).counts.map(([level]) => level);
  const position = new Map(levels.map((level, i) => [level, i]));
  const byCode = column.levels.map((level) => position.get(level) ?? levels.length);
  return { name: column.name, levels, places: column.codes.map((code) => byCode[code] ?? levels.length) };
}

interface Sample {
  readonly rows: readonly number[];
  readonly target: Float64Array;
  readonly mean: number;
  readonly variance: number;
}

function sampleOf(rows: readonly number[], target: Float64Array): Sample {
  const mean = rows.reduce((sum, row) => sum + (target[row] as number), 0) / rows.length;
  const variance = rows.reduce((sum, row) => sum + ((target[row] as number) - mean) ** 2, 0) / rows.length;
  return { rows, target, mean, variance };
}

/** Each level's mean target drawn towards the overall mean: the less, the more rows and the less spread it has. */
function encodings({ places, levels }: Coded, { rows, target, mean, variance }: Sample, smooth: Smooth): Float64Array {
  const width = levels.length + 1;
  const counts = new Float64Array(width);
  const sums = new Float64Array(width);
  for (const row of rows) {
    const place = places[row] as number;
    counts[place] = (counts[place] as number) + 1;
    sums[place] = (sums[place] as number) + (target[row] as number);
  }
  if (smooth !== 'auto') {
    return sums.map((sum, i) => {
      const weight = (counts[i] as number) + smooth;
      return weight === 0 ? mean : (sum + smooth * mean) / weight;
    });
  }
  const squares = new Float64Array(width);
  for (const row of rows) {
    const place = places[row] as number;
    const difference = (target[row] as number) - (sums[place] as number) / (counts[place] as number);
    squares[place] = (squares[place] as number) + difference * difference;
  }
  return sums.map((sum, i) => {
    const count = counts[i] as number;
    const between = variance * count;
    const trust = between / (between + (squares[i] as number) / count);
    return Number.isNaN(trust) ? mean : trust * (sum / count) + (1 - trust) * mean;
  });
}

function checkedTarget(rows: number, { target }: FitContext): Target {
  const refuse = (problem: string) => preprocessingErrors.PREPROCESSING_TARGET({ transformer: KIND, problem });
  if (target === undefined) throw refuse('there is none');
  if (target.values.length !== rows) throw refuse(`${target.values.length} values for ${rows} rows`);
  const row = target.values.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) throw refuse(`no finite number in row ${row}`);
  const third = target.kind === 'classes' ? target.values.findIndex((value) => value !== 0 && value !== 1) : -1;
  if (third >= 0) throw refuse(`classes must be 0 and 1, row ${third} has another`);
  return target;
}

function checkedFolds(target: Target, count: number, { folds, random }: FitContext): Int32Array {
  if (folds === undefined) {
    if (random === undefined) throw preprocessingErrors.PREPROCESSING_RANDOM_ABSENT({ transformer: KIND });
    return drawFolds(target, count, random);
  }
  if (folds.length !== target.values.length) {
    const problem = `${folds.length} folds for ${target.values.length} rows`;
    throw preprocessingErrors.PREPROCESSING_TARGET({ transformer: KIND, problem });
  }
  return folds;
}

/** Encodes each row by levels learned from the rows of all other folds. */
function crossFit(
  columns: readonly Coded[],
  { target, smooth, folds }: { target: Target; smooth: Smooth; folds: Int32Array },
) {
  const out = columns.map(({ places }) => new Float64Array(places.length));
  for (const fold of new Set(folds)) {
    const others = [...folds.keys()].filter((row) => folds[row] !== fold);
    if (others.length === 0) {
      throw preprocessingErrors.PREPROCESSING_TOO_FEW({
        transformer: KIND,
        needed: 2,
        of: 'folds with rows',
        found: 1,
      });
    }
    const sample = sampleOf(others, target.values);
    columns.forEach((column, j) => {
      const learned = encodings(column, sample, smooth);
      folds.forEach((own, row) => {
        if (own === fold) (out[j] as Float64Array)[row] = learned[column.places[row] as number] as number;
      });
    });
  }
  return columns.map(({ name }, j): NumericColumn => ({ kind: 'numeric', name, values: out[j] as Float64Array }));
}

function learn(data: Selected<CategoryColumn>, { smooth, folds: count }: z.output<typeof params>, context: FitContext) {
  const target = checkedTarget(data.rows, context);
  if (count > data.rows) {
    throw preprocessingErrors.PREPROCESSING_TOO_FEW({ transformer: KIND, needed: count, of: 'rows', found: data.rows });
  }
  const folds = checkedFolds(target, count, context);
  const columns = data.columns.map(coded);
  const sample = sampleOf([...target.values.keys()], target.values);
  const learned = columns.map((column) => {
    const all = Array.from(encodings(column, sample, smooth));
    const missing = all[column.levels.length] as number;
    return { name: column.name, levels: [...column.levels], encodings: all.slice(0, -1), missing };
  });
  return { state: { mean: sample.mean, columns: learned }, columns: crossFit(columns, { target, smooth, folds }) };
}

/**
 * The mean target of each row's level, drawn towards the overall mean where a level has few rows. `fitTransform` gives
 * each training row the encoding learned without its fold, or a model would read its own labels; `transform` uses all.
 *
 * Shape   n × d to n × d numbers, names kept; context.target: 0/1 classes or numbers; missing is a level of its own
 * Units   of the target; a level not seen in fitting (or in the other folds) gets the mean of the rows fitted on
 * Cost    O(folds · n) per column
 * Throws  PREPROCESSING_TARGET, _TOO_FEW, _RANDOM_ABSENT
 * Source  Micci-Barreca 2001, as scikit-learn ≥ 1.3 computes it; held to an independent numpy computation of that
 *         formula by reference/encoders.golden.json (the reference installation is older)
 */
export const targetEncoder = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: categoryOnly,
  missingValues: 'handled',
  fewestRows: 2,
  fit: learn,
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
  transform: ({ columns, mean }, data) =>
    data.columns.map((column, at) => {
      const fitted = columns[at] as (typeof columns)[number];
      const known = new Map(fitted.levels.map((level, i) => [level, fitted.encodings[i] as number]));
      const byCode = column.levels.map((level) => known.get(level) ?? mean);
      const values = Float64Array.from(column.codes, (code) => (code < 0 ? fitted.missing : (byCode[code] ?? mean)));
      return { kind: 'numeric', name: column.name, values };
    }),
});
