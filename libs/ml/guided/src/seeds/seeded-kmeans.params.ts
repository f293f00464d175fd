import type { ParamLimits } from '@kohort/ml-core';

/** How to cluster from a few rows whose cluster is known. */
export interface SeededKmeansParams {
  /** Number of clusters; those beyond the seeds' begin far from them. */
  readonly k: number;
  /** Whether seeds stay in their clusters, or only begin there. */
  readonly keepSeeds: boolean;
  readonly maxIterations: number;
}

export const seededKmeansDefaults: SeededKmeansParams = { k: 4, keepSeeds: true, maxIterations: 300 };

/** The limits of the parameters. */
export const seededKmeansLimits: ParamLimits<SeededKmeansParams> = {
  k: { kind: 'number', min: 1, max: 4096, integer: true, unit: 'clusters', help: 'number of clusters' },
  keepSeeds: { kind: 'flag', help: 'seeds stay in their clusters' },
  maxIterations: { kind: 'number', min: 1, max: 100_000, integer: true, unit: 'rounds', help: 'most rounds' },
};
