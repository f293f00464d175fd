import { seededRandom } from '@kohort/kernel-clock-random';
import { estimatorContract } from '@kohort/ml-conformance';
import { takeRows, type Matrix } from '@kohort/ml-core';
import { classificationTree, type ClassifiedRows } from './classification-tree';
import { classificationTreeDefaults } from './classification-tree.params';

const ROWS = 240;
const COLS = 3;
type Training = ClassifiedRows & { readonly matrix: Matrix };

function example(seed: number): Training {
  const random = seededRandom(seed);
  const data = new Float32Array(ROWS * COLS);
  const classOf = Uint8Array.from({ length: ROWS }, (_, row) => {
    const group = row % 3;
    for (let j = 0; j < COLS; j += 1) data[row * COLS + j] = random.normal() + (j === group ? 4 : 0);
    return group;
  });
  return { matrix: { rows: ROWS, cols: COLS, data }, classOf };
}

const input = example(3);
const params = { ...classificationTreeDefaults, maxLeaves: 12, minLeafRows: 3 };

estimatorContract(classificationTree, {
  params,
  example,
  matrixOf: ({ matrix }) => matrix,
  withMatrix: (training, matrix) => ({ ...training, matrix }),
  reorder: ({ matrix, classOf }, order) => ({
    matrix: takeRows(matrix, order),
    classOf: Uint8Array.from(order, (row) => classOf[row] ?? NaN),
  }),
  agreement: (first, second) => Array.from(first).filter((one, at) => one === second[at]).length / first.length,
  leastAgreement: { permuted: 1, shifted: 0.99, scaled: 1 },
  refused: [
    { title: 'too few classes', training: { ...input, classOf: [0, 1] }, code: 'ML_SHAPE' },
    {
      title: 'a class that is no whole number',
      training: { ...input, classOf: new Float64Array(ROWS).fill(0.5) },
      code: 'TREES_BAD_CLASS',
    },
    { title: 'noise', training: { ...input, classOf: new Int8Array(ROWS).fill(-1) }, code: 'TREES_BAD_CLASS' },
    {
      title: 'an infinite value',
      training: { ...input, matrix: { ...input.matrix, data: input.matrix.data.map(() => Infinity) } },
      code: 'ML_NOT_FINITE',
    },
    {
      title: 'no rows',
      training: { matrix: { rows: 0, cols: 2, data: new Float32Array() }, classOf: [] },
      code: 'ML_TOO_FEW_ROWS',
    },
  ].map((refused) => ({ ...refused, params })),
  badParams: [{ maxDepth: 0 }, { maxLeaves: 1.5 }, { minGain: -1 }, { bins: 1 }].map((bad) => ({ ...params, ...bad })),
});
