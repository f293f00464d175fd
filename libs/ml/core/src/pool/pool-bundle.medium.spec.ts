import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '@kohort/kernel-clock-random';
import { silhouetteCoefficients } from '../silhouette-kernel';

const root = join(__dirname, '..', '..', '..', '..', '..');

/** What a job thread does: starts a pool of its own and computes. */
const entry = `
import { parentPort, workerData } from 'node:worker_threads';
import { silhouetteCoefficients, startKernelPool } from '@kohort/ml-core';
startKernelPool({ threads: 3 })
  .then(async (pool) => {
    const values = await silhouetteCoefficients(workerData.matrix, workerData.labels, { pool });
    await pool.close();
    parentPort.postMessage(values);
  });
`;

/** Bundles the entry as the apps are bundled; in a process of its own, because jest cannot load Vite. */
const builder = `
import { join } from 'node:path';
import { build } from 'vite';
const [root, folder] = process.argv.slice(1);
const conditions = ['@kohort/source', 'node'];
await build({
  configFile: false,
  root,
  logLevel: 'error',
  resolve: { conditions, alias: { '@kohort/ml-core': join(root, 'libs/ml/core/src/index.ts') } },
  ssr: { noExternal: true, target: 'node', resolve: { conditions } },
  build: {
    ssr: true,
    target: 'node20',
    outDir: join(folder, 'dist'),
    emptyOutDir: true,
    rollupOptions: { input: { entry: join(folder, 'entry.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
  },
});
`;

describe('the pool in a bundle, inside another thread', () => {
  it('gives the same bytes as the sources on one thread', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kohort-pool-'));
    writeFileSync(join(folder, 'entry.ts'), entry);
    execFileSync(process.execPath, ['--input-type=module', '-e', builder, root, folder], {
      cwd: root,
      stdio: 'inherit',
    });
    const random = seededRandom(3);
    const matrix = { rows: 700, cols: 4, data: Float32Array.from({ length: 2800 }, () => random.normal()) };
    const labels = Uint8Array.from({ length: 700 }, () => random.int(3));
    const worker = new Worker(join(folder, 'dist', 'entry.cjs'), { workerData: { matrix, labels } });
    const [values] = await once(worker, 'message');
    expect(Array.from(values)).toEqual(Array.from(await silhouetteCoefficients(matrix, labels)));
    await worker.terminate();
    rmSync(folder, { recursive: true, force: true });
  });
});
