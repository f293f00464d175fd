import { Worker } from 'node:worker_threads';
import { seededRandom } from '@kohort/kernel-clock-random';
import { rocAuc } from '@kohort/ml-metrics';
import { treeMargins } from '@kohort/ml-propensity';
import { XGBOOST_THREAD_SOURCE } from './xgboost-thread-source';
import { xgboostEngine } from './xgboost.adapter';

describe('ml-xgboost engine on more rows than its own interface takes', () => {
  it('grows trees on 80,000 × 20 (its stack ends at 62,000)', async () => {
    const rows = 80_000;
    const cols = 20;
    const random = seededRandom(2);
    const bins = Int16Array.from({ length: rows * cols }, () => random.int(255));
    const labels = Uint8Array.from({ length: rows }, (_, row) =>
      random.next() < 1 / (1 + Math.exp(-((bins[row * cols] ?? 0) - 127) / 40)) ? 1 : 0,
    );
    const ensemble = await xgboostEngine().train({
      rows: { rows, cols, bins },
      labels,
      params: {
        iterations: 10,
        learningRate: 0.3,
        maxDepth: 3,
        minChildWeight: 1,
        rowShare: 1,
        columnShare: 1,
        lambda: 1,
        alpha: 0,
        gamma: 0,
      },
      seed: 1,
    });
    expect(rocAuc(labels, treeMargins(ensemble, { rows, cols, bins }))).toBeGreaterThan(0.85);
  });
});

describe('the thread program', () => {
  it('reports an exception of the engine instead of hanging', async () => {
    const enginePath = require.resolve('ml-xgboost/dist/wasm/xgboost');
    const job = {
      rows: 2,
      cols: 1,
      bins: Float32Array.of(NaN, NaN),
      labels: Float32Array.of(0, 1),
      settings: [['objective', 'no:such']],
      iterations: 1,
      sampleRows: 0,
    };
    const worker = new Worker(XGBOOST_THREAD_SOURCE, {
      eval: true,
      stdout: true,
      stderr: true,
      workerData: { enginePath, job },
    });
    const message = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(message).toMatchObject({ type: 'failed', reason: 'C++ exception' });
  });
});
