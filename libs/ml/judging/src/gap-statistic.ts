import { breathe, columnMeans, type FitControl, type Matrix } from '@kohort/ml-core';
import { inertia } from '@kohort/ml-metrics';
import type { Clusterer } from './clusterer';
import { judgingErrors } from './judging-errors';
import { tableShape, uniformTable } from './table-shape';

/** How k is read off the gaps; see `chooseByGap`. */
export type GapRule = 'tibshirani' | 'first' | 'global';

/** The gap of one k. */
export interface GapOfK {
  readonly k: number;
  /** ln of the within-cluster sum of squares. */
  readonly logSpread: number;
  /** The mean of the same over tables without clusters. */
  readonly expected: number;
  /** expected − logSpread. */
  readonly gap: number;
  /** Standard error of the gap: sample deviation over the tables times √(1 + 1/tables). */
  readonly error: number;
}

export interface GapStatistic {
  /** 1 when the rows are no better grouped than a table without clusters. */
  readonly k: number;
  /** k from 1 on. */
  readonly table: readonly GapOfK[];
}

export interface GapInput {
  readonly kMax: number;
  /** Tables without clusters that are drawn. */
  readonly references: number;
  /** The method for a k from 2 on. */
  readonly cluster: (k: number) => Clusterer;
  /** Default `tibshirani`. */
  readonly rule?: GapRule;
}

/**
 * The k that a table of gaps stands for.
 *
 * - `tibshirani`: the smallest k whose gap is at least the next one less its error (Tibshirani, Walther & Hastie 2001)
 * - `first`: the smallest k whose gap is at least the first local maximum less the error there
 * - `global`: the same with the greatest gap of all
 *
 * Shape   table: at least one k, rising by 1
 * Ties    the smallest k
 * Source  held to `maxSE` of R's cluster by reference/gap.golden.json
 */
export function chooseByGap(table: readonly Pick<GapOfK, 'k' | 'gap' | 'error'>[], rule: GapRule): number {
  const last = table.at(-1);
  if (last === undefined) throw judgingErrors.JUDGING_TOO_FEW_K({ what: 'the gap statistic', needed: 1, given: 0 });
  if (rule === 'tibshirani') {
    const found = table.slice(0, -1).find(({ gap }, at) => {
      const next = table[at + 1] ?? last;
      return gap >= next.gap - next.error;
    });
    return (found ?? last).k;
  }
  const highest = table.reduce((best, one) => (one.gap > best.gap ? one : best));
  const firstPeak = table.find(({ gap }, at) => gap >= (table[at + 1]?.gap ?? -Infinity)) ?? last;
  const peak = rule === 'first' ? firstPeak : highest;
  return (table.find(({ k, gap }) => k < peak.k && gap >= peak.gap - peak.error) ?? peak).k;
}

/** Within-cluster sum of squares about the means; rows of noise are left out. */
function spreadOf(matrix: Matrix, labels: ArrayLike<number>, k: number): number {
  const { data, rows, cols } = matrix;
  const means = new Float64Array(k * cols);
  const sizes = new Float64Array(k);
  for (let i = 0; i < rows; i += 1) {
    const label = labels[i] as number;
    sizes[label] = (sizes[label] as number) + 1;
    for (let j = 0; j < cols; j += 1) {
      means[label * cols + j] = (means[label * cols + j] as number) + (data[i * cols + j] as number);
    }
  }
  for (let at = 0; at < means.length; at += 1) {
    means[at] = (means[at] as number) / Math.max(1, sizes[Math.floor(at / cols)] as number);
  }
  return inertia(matrix, labels, means);
}

/** ln of the spread for each k from 1 on. */
async function logSpreads(matrix: Matrix, { kMax, cluster }: GapInput, control: FitControl): Promise<number[]> {
  const one = inertia(matrix, new Uint8Array(matrix.rows), columnMeans(matrix));
  const spreads = [Math.log(one)];
  for (let k = 2; k <= kMax; k += 1) {
    await breathe(control);
    const { labels } = await cluster(k)(matrix, { ...control, random: control.random.split(k) });
    spreads.push(Math.log(spreadOf(matrix, labels, k)));
  }
  return spreads;
}

/**
 * The gap statistic: how much closer the rows lie to their means than those of tables without clusters, drawn evenly from
 * the box of the principal axes. The one figure that can answer 1: no clusters.
 *
 * Shape   matrix: n×d, scaled as it is clustered; kMax at least 2, k rows at least that differ
 * Units   nats
 * Cost    (references + 1) × kMax clusterings of n rows: give it a sample of a large table
 * Throws  JUDGING_TOO_FEW_K, ML_CANCELLED, what the method throws
 * Source  Tibshirani, Walther & Hastie 2001; held to `clusGap` of R's cluster by reference/gap.golden.json
 */
export async function gapStatistic(matrix: Matrix, input: GapInput, control: FitControl): Promise<GapStatistic> {
  const { kMax, references, rule = 'tibshirani' } = input;
  if (kMax < 2) throw judgingErrors.JUDGING_TOO_FEW_K({ what: 'the gap statistic', needed: 2, given: kMax });
  const { onProgress, ...inner } = control;
  const own = await logSpreads(matrix, input, { ...inner, random: control.random.split('own') });
  const shape = tableShape(matrix);
  const drawn: number[][] = [];
  for (let at = 0; at < references; at += 1) {
    const random = control.random.split(at);
    const table = uniformTable(shape, matrix.rows, random);
    drawn.push(await logSpreads(table, input, { ...inner, random: random.split('fit') }));
    onProgress?.({ phase: 'drawing tables without clusters', done: at + 1, total: references });
  }
  const table = own.map((logSpread, at): GapOfK => {
    const values = drawn.map((one) => one[at] as number);
    const expected = values.reduce((a, b) => a + b, 0) / references;
    const squares = values.reduce((sum, value) => sum + (value - expected) ** 2, 0);
    const error = Math.sqrt((1 + 1 / references) * (squares / Math.max(1, references - 1)));
    return { k: at + 1, logSpread, expected, gap: expected - logSpread, error };
  });
  return { k: chooseByGap(table, rule), table };
}
