import { seededRandom } from '@kohort/kernel-clock-random';
import { estimatorContract } from '@kohort/ml-conformance';
import { matrixOf, takeRows, type Estimator, type Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { lda } from './lda';
import { ldaDefaults, type LdaParams } from './lda.params';
import type { FittedLda } from './lda.state';

/** Counts of 12 terms in 120 texts about one of three things each. */
function threeTopics(seed: number): Matrix {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 120 }, (_, i) => {
    const row = new Array<number>(12).fill(0);
    for (let word = 0; word < 25; word += 1) {
      const at = random.next() < 0.9 ? 4 * (i % 3) + random.int(4) : random.int(12);
      row[at] = (row[at] ?? 0) + 1;
    }
    return row;
  });
  return matrixOf(rows);
}

const params = { ...ldaDefaults, topics: 3 };

/** With dense counts alone, as the contract hands them on. */
const ofMatrices: Estimator<LdaParams, FittedLda> = lda;

estimatorContract(ofMatrices, {
  example: threeTopics,
  params,
  matrixOf: (matrix) => matrix,
  withMatrix: (_old, matrix) => matrix,
  reorder: (matrix, order) => takeRows(matrix, order),
  agreement: adjustedRandIndex,
  leastAgreement: { permuted: 1 },
  refused: [
    { title: 'counts below 0', training: matrixOf([[1], [2], [-1]]), params, code: 'LATENT_NEGATIVE' },
    { title: 'no term at all', training: matrixOf(new Array(9).fill([0, 0])), params, code: 'LATENT_EMPTY' },
    { title: 'more topics than texts', training: matrixOf([[1, 2]]), params, code: 'ML_TOO_FEW_ROWS' },
  ],
  badParams: [{ topics: 0 }, { passes: 0 }, { decay: 0.2 }, { tolerance: -1 }].map((bad) => ({ ...params, ...bad })),
});

describe('topics of texts', () => {
  it.each(['batch', 'online'] as const)('finds what was planted, %s', async (method) => {
    const matrix = threeTopics(5);
    const fitted = await lda.fit(matrix, { ...params, method, batchRows: 60, passes: 20 }, { random: seededRandom(2) });
    const labels = await lda.predict(fitted, matrix);
    expect(
      adjustedRandIndex(
        labels,
        Int32Array.from({ length: 120 }, (_, i) => i % 3),
      ),
    ).toBeGreaterThan(0.95);
  });

  it('a text without terms has no topic', async () => {
    const fitted = await lda.fit(threeTopics(1), params, { random: seededRandom(1) });
    expect([...(await lda.predict(fitted, matrixOf([new Array<number>(12).fill(0)])))]).toEqual([-1]);
  });
});
