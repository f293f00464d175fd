import { breathe, mlErrors, type Matrix } from '@kohort/ml-core';
import type { LayoutEngine, NeighbourLists } from '@kohort/ml-projection';

const ENGINE = 'umap-js 1.4.0';
const EPOCHS_BETWEEN_LOOKS = 5;

const rowsOf = ({ data, rows, cols }: Matrix): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * cols, (i + 1) * cols)));

/** Neighbours as the engine wants them: each row its own first. */
function listsOf({ k, rows, distances }: NeighbourLists): { indices: number[][]; distances: number[][] } {
  const count = rows.length / k;
  const cut = (i: number): [number, number] => [i * k, (i + 1) * k];
  return {
    indices: Array.from({ length: count }, (_, i) => [i, ...rows.subarray(...cut(i))]),
    distances: Array.from({ length: count }, (_, i) => [0, ...distances.subarray(...cut(i))]),
  };
}

function pointsOf(embedding: readonly (readonly number[])[]): Matrix {
  const data = Float32Array.from(embedding.flat());
  const row = data.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) {
    throw mlErrors.ML_NOT_FINITE({
      what: `the picture of ${ENGINE}`,
      problem: 'no number',
      row: Math.floor(row / 2),
      column: row % 2,
    });
  }
  return { data, rows: embedding.length, cols: 2 };
}

/**
 * UMAP by umap-js behind the port of `@kohort/ml-projection`: it is given exact neighbours instead of looking for near
 * ones itself, and draws from the caller's random alone. It computes on the calling thread, some epochs at a time.
 *
 * Cost    5,000 rows take some seconds; the package is loaded at the first picture
 * Throws  ML_CANCELLED; ML_NOT_FINITE when the engine answers no numbers
 */
export function umapEngine(): LayoutEngine {
  return {
    name: ENGINE,
    async layout({ matrix, neighbours }, params, control) {
      await breathe(control);
      const { UMAP } = await import('umap-js');
      const engine = new UMAP({
        nComponents: 2,
        nNeighbors: neighbours.k + 1,
        minDist: params.leastDistance,
        random: () => control.random.next(),
        ...(params.epochs > 0 ? { nEpochs: params.epochs } : {}),
      });
      const lists = listsOf(neighbours);
      engine.setPrecomputedKNN(lists.indices, lists.distances);
      const epochs = engine.initializeFit(rowsOf(matrix));
      for (let epoch = 0; epoch < epochs; epoch += 1) {
        if (epoch % EPOCHS_BETWEEN_LOOKS === 0) {
          await breathe(control);
          control.onProgress?.({ phase: 'laying out', done: epoch, total: epochs });
        }
        engine.step();
      }
      return pointsOf(engine.getEmbedding());
    },
  };
}
