import { seededRandom } from '@kohort/kernel-clock-random';
import type { Matrix } from '@kohort/ml-core';
import { fourGroups } from '@kohort/ml-conformance';
import type { ClusteringAlgorithm, FitSettings } from '../src/clustering-algorithm';

/** Few steps and few starts find four plain groups. */
const SMALL_NETWORK = { layers: '8', epochs: 20, batchRows: 64, rate: 0.02, restarts: 2 };

/** Cheap settings of the algorithms that would be dear by default; all others take their defaults. */
const PARAMS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dbscan: { eps: 2.5 },
  som: { width: 4, height: 4, rounds: 20 },
  consensus: { rounds: 4 },
  birch: { threshold: 1 },
  autoencoder: SMALL_NETWORK,
  dec: { ...SMALL_NETWORK, start: 'plain', rounds: 3, steps: 10 },
  vae: { ...SMALL_NETWORK, epochs: 30 },
  optics: { method: 'dbscan', eps: 2.5 },
};

/** Four habits of four events each: counts that NMF and the order of events tell apart. */
function fourHabits(cols: number): Matrix {
  const random = seededRandom(11);
  const data = Float32Array.from({ length: 120 * cols }, (_, at) => {
    const [row, column] = [Math.floor(at / cols), at % cols];
    return Math.floor(column / (cols / 4)) === row % 4 ? 5 + random.int(6) : random.int(2);
  });
  return { data, rows: 120, cols };
}

/** A table the algorithm is good at: row i is of group i % 4. */
export function exampleFor({ input }: ClusteringAlgorithm): Matrix {
  return input === 'counts' ? fourHabits(16) : fourGroups(3);
}

/** Settings that fit a table of so many rows. */
export function settingsFor({ name, takesK, needs }: ClusteringAlgorithm, rows: number, k = 4): FitSettings {
  const known =
    needs === 'seeds'
      ? { seeds: Int32Array.from({ length: rows }, (_, i) => (i < 8 ? i % 4 : -1)) }
      : needs === 'links'
        ? { mustLink: [[0, Math.min(4, rows - 1)]] as const, cannotLink: [[0, 1]] as const }
        : undefined;
  return { seed: 5, params: PARAMS[name] ?? {}, ...(takesK ? { k } : {}), ...(known ? { known } : {}) };
}
