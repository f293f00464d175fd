import { z } from 'zod';
import { checkWidth, mlErrors, readState, type Matrix } from '@kohort/ml-core';
import { binOf, fitQuantileBins } from '@kohort/ml-preprocessing';
import { whole, wholeOrNull } from '../params-schema';
import type { PlaceContext, Placement } from '../placement';
import { registerAlgorithm } from '../register-algorithm';

/** Columns cut into scores; a cluster is one combination of scores. */
interface RfmState {
  readonly cols: number;
  readonly cells: readonly { readonly column: number; readonly edges: readonly number[] }[];
}

const schema = z
  .object({
    estimator: z.literal('rfm-cells'),
    version: z.literal(1),
    cols: z.number().int().positive(),
    cells: z.array(z.object({ column: z.number().int().nonnegative(), edges: z.array(z.number()) })).min(1),
  })
  .refine(({ cols, cells }) => cells.every(({ column }) => column < cols), { message: 'cells do not fit the columns' });

const cellCount = ({ cells }: RfmState): number =>
  cells.reduce((product, { edges }) => product * (edges.length + 1), 1);

function scoresOf({ cells, cols }: RfmState, { data }: Matrix, row: number): number[] {
  return cells.map((cell) => binOf(cell, data[row * cols + cell.column] as number));
}

const cellOf = ({ cells }: RfmState, scores: readonly number[]): number =>
  cells.reduce((at, { edges }, i) => at * (edges.length + 1) + (scores[i] as number), 0);

/** The scores that make up a cell. */
function cellScores({ cells }: RfmState, cell: number): number[] {
  let rest = cell;
  return cells
    .map(({ edges }) => edges.length + 1)
    .reverse()
    .map((base) => {
      const score = rest % base;
      rest = Math.floor(rest / base);
      return score;
    })
    .reverse();
}

/** The cell in use with the fewest score steps between. */
function nearestUsed(
  state: RfmState,
  scores: readonly number[],
  used: readonly boolean[],
): { cell: number; steps: number } {
  let best = { cell: -1, steps: Infinity };
  used.forEach((isUsed, cell) => {
    if (!isUsed) return;
    const steps = cellScores(state, cell).reduce((sum, score, i) => sum + Math.abs(score - (scores[i] as number)), 0);
    if (steps < best.steps) best = { cell, steps };
  });
  return best;
}

function place(state: RfmState, matrix: Matrix, { used, labels }: PlaceContext): Placement {
  checkWidth(state.cols, matrix);
  const placed = { labels: new Int32Array(matrix.rows), confidence: new Float64Array(matrix.rows) };
  for (let i = 0; i < matrix.rows; i += 1) {
    const scores = scoresOf(state, matrix, i);
    const own = labels?.[i] ?? cellOf(state, scores);
    const { cell, steps } = used[own] ? { cell: own, steps: 0 } : nearestUsed(state, scores, used);
    placed.labels[i] = cell;
    placed.confidence[i] = 1 / (1 + steps);
  }
  return placed;
}

export const rfmCellsAlgorithm = registerAlgorithm({
  name: 'rfm-cells',
  title: 'RFM cells',
  about:
    'The classic grid: everyone scored by recency, frequency and value, one group a combination; the baseline to beat.',
  family: 'baseline',
  input: 'numbers',
  takesK: false,
  findsK: true,
  marksNoise: false,
  weighing: 'none',
  rowLimit: 5_000_000,
  confidence: '1 in a combination that training rows had; else 1 / (1 + steps of score to the nearest such)',
  params: z.object({
    recency: wholeOrNull(0, 100_000, 'number of the recency column, from 0; the first column when left out'),
    frequency: wholeOrNull(0, 100_000, 'number of the frequency column; the second when left out'),
    monetary: wholeOrNull(0, 100_000, 'number of the value column; the third when left out'),
    scores: whole(2, 5, 3, 'scores a column is cut into, equally many rows each'),
  }),
  async fit({ matrix, params: { recency, frequency, monetary, scores } }) {
    if (matrix.rows < 1) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'rfm-cells', needed: 1, rows: 0 });
    const { rows, cols, data } = matrix;
    const columns = [recency ?? 0, frequency ?? 1, monetary ?? 2];
    const asked = [recency, frequency, monetary].filter((column) => column !== null);
    const beyond = asked.find((column) => column >= cols);
    if (beyond !== undefined)
      throw mlErrors.ML_SHAPE({ what: 'columns', expected: `more than ${beyond}`, got: `${cols}` });
    const cells = [...new Set(columns.filter((column) => column < cols))].map((column) => {
      const values = Float64Array.from({ length: rows }, (_, i) => data[i * cols + column] as number);
      return { column, edges: fitQuantileBins(values, scores).edges };
    });
    const state: RfmState = { cols, cells };
    const labels = Int32Array.from({ length: rows }, (_, i) => cellOf(state, scoresOf(state, matrix, i)));
    const notes = cells.length < 3 ? [`Only ${cells.length} of three columns are there to be scored.`] : [];
    return { labels, state, clusters: cellCount(state), notes };
  },
  place: async (state, matrix, context) => place(state, matrix, context),
  toJson: ({ cols, cells }) => ({
    estimator: 'rfm-cells',
    version: 1,
    cols,
    cells: cells.map(({ column, edges }) => ({ column, edges: [...edges] })),
  }),
  fromJson: (json) => readState('rfm-cells', schema, json),
});
