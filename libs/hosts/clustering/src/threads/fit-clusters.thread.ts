import { availableParallelism } from 'node:os';
import { startKernelPool } from '@kohort/ml-core';
import { fitClusterModel } from '@kohort/models-domain';
import type { FeatureMatrix } from '@kohort/models-flow';
import { serveThread } from '@kohort/platform-compute';

interface FitInput {
  readonly matrix: FeatureMatrix;
  readonly k: number | 'auto';
  readonly seed: number;
}

serveThread(async ({ matrix, ...settings }: FitInput, control) => {
  const pool = await startKernelPool({ threads: Math.min(4, availableParallelism()) });
  try {
    return await fitClusterModel(matrix, settings, { ...control, pool });
  } finally {
    await pool.close();
  }
});
