import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '@kohort/kernel-contracts';
import { openCompute } from './compute';

/** Thread entries as plain files, speaking the protocol by hand: the starter must cope with any of them. */
const entries = {
  double: `const { parentPort, workerData } = require('node:worker_threads');
    const view = new Float64Array(workerData.shared);
    for (let i = 0; i < view.length; i += 1) view[i] *= 2;
    parentPort.postMessage({ type: 'progress', progress: { phase: 'doubling', done: view.length, total: view.length } });
    parentPort.postMessage({ type: 'done', output: { sum: view.reduce((a, b) => a + b, 0) } });`,
  refuse: `require('node:worker_threads').parentPort.postMessage({ type: 'failed',
    error: { code: 'ML_SHAPE', kind: 'invalid-input', message: 'widths differ', details: { cols: 3 } } });`,
  deaf: `for (;;) {}`,
  obedient: `const { parentPort } = require('node:worker_threads');
    const alive = setInterval(() => {}, 1000);
    parentPort.on('message', (m) => { if (m.type === 'cancel') { clearInterval(alive); parentPort.close(); } });`,
  greedy: `const held = []; for (;;) held.push(new Array(1e6).fill(held.length));`,
  crash: `process.exit(3);`,
};

describe('compute', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-compute-'));
  const threads: Record<string, string> = {};
  for (const [name, source] of Object.entries(entries)) {
    threads[name] = join(dir, `${name}.cjs`);
    writeFileSync(threads[name], source);
  }
  const compute = openCompute({ threads, heapLimitMb: 64, graceMs: 200 });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('shares memory with the thread, hands on its progress and its answer', async () => {
    const shared = new SharedArrayBuffer(24);
    new Float64Array(shared).set([1, 2, 3]);
    const seen: Progress[] = [];
    const output = await compute.run<{ sum: number }>('double', { shared }, { onProgress: (p) => seen.push(p) });
    expect(output.sum).toBe(12);
    expect([...new Float64Array(shared)]).toEqual([2, 4, 6]);
    expect(seen).toEqual([{ phase: 'doubling', done: 3, total: 3 }]);
  });

  it('keeps the kind, code and details of an error', async () => {
    await expect(compute.run('refuse', {}, {})).rejects.toMatchObject({
      code: 'ML_SHAPE',
      kind: 'invalid-input',
      details: { cols: 3 },
    });
  });

  it.each(['deaf', 'obedient'])('stops a thread that is %s when cancelled', async (thread) => {
    const abort = new AbortController();
    const running = compute.run(thread, {}, { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await expect(running).rejects.toMatchObject({ code: 'COMPUTE_CANCELLED', kind: 'cancelled' });
  });

  it('refuses at once what was cancelled before it began', async () => {
    await expect(compute.run('deaf', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'COMPUTE_CANCELLED',
    });
  });

  it('answers a thread that needs too much memory, and one that dies', async () => {
    await expect(compute.run('greedy', {}, {})).rejects.toMatchObject({ code: 'COMPUTE_OUT_OF_MEMORY' });
    await expect(compute.run('crash', {}, {})).rejects.toMatchObject({
      code: 'COMPUTE_THREAD_DIED',
      details: { exitCode: 3 },
    });
    await expect(compute.run('absent', {}, {})).rejects.toMatchObject({ code: 'COMPUTE_THREAD_DIED' });
  });
});
