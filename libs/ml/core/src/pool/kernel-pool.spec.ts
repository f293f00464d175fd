import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { arenaBytes } from './arena';
import { inlineKernelPool, startKernelPool } from './kernel-pool';
import { poolFlags } from './pool-words';

describe('the kernel pool', () => {
  it('refuses to wait on a main thread unless that is allowed', async () => {
    // Under jest the tests run on the main thread or in a child process: both are main threads.
    await expect(startKernelPool({ threads: 2 })).rejects.toMatchObject({ code: 'ML_POOL_ON_MAIN_THREAD' });
  });

  it('holds one job at a time and takes the next after release', () => {
    const pool = inlineKernelPool();
    const job = pool.openJob(1000, 'a test');
    expect(() => pool.openJob(1000, 'a test')).toThrow(expect.objectContaining({ code: 'ML_POOL_BUSY' }));
    job.release();
    expect(pool.openJob(1000, 'a test').arena.f32(4)).toHaveLength(4);
  });

  it('refuses more than wasm32 can address, before allocating', () => {
    expect(() => inlineKernelPool().openJob(5e9, 'k-means of 1e9 × 1')).toThrow(
      expect.objectContaining({ code: 'ML_TOO_LARGE', kind: 'unsuitable-data' }),
    );
  });

  it('answers a trap in a kernel as a bug, not as a wrong number', async () => {
    for (const threads of [1, 3]) {
      const pool = await startKernelPool({ threads, blocking: 'allowed' });
      const job = pool.openJob(1000, 'a test');
      const wild = [4_000_000_000, 100, 1, 4_000_000_000, 4_000_000_000, 10, 4_000_000_000];
      expect(() => job.run('kmeansInertia', { count: 8 }, wild)).toThrow(
        expect.objectContaining({ code: 'ML_KERNEL_FAILED', kind: 'bug' }),
      );
      await pool.close();
    }
  });

  it('stops at the flag that another thread raises, and counts shards for it', async () => {
    const pool = await startKernelPool({ threads: 2, blocking: 'allowed' });
    const flags = poolFlags(pool.control);
    const job = pool.openJob(arenaBytes([64]), 'a test');
    const out = job.arena.f64(4);
    const words = [0, 0, 1, 0, 0, 1, out.byteOffset];
    job.run('kmeansInertia', { count: 4 }, words);
    expect(flags.shardsDone).toBe(4);
    const other = new Worker(
      `const w = new Int32Array(require('node:worker_threads').workerData); Atomics.store(w, 8, 1);`,
      { eval: true, workerData: pool.control },
    );
    await once(other, 'exit');
    expect(flags.cancelled).toBe(true);
    expect(() => job.run('kmeansInertia', { count: 4 }, words)).toThrow(expect.objectContaining({ kind: 'cancelled' }));
    await pool.close();
  });

  it('changes memory between jobs and keeps its threads', async () => {
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    for (const bytes of [10_000, 40_000_000, 10_000]) {
      const job = pool.openJob(bytes, 'a test');
      const rows = job.arena.f32(64).fill(2);
      const centroid = job.arena.f64(1).fill(1);
      const labels = job.arena.u16(64).fill(0);
      const out = job.arena.f64(16).fill(0);
      const views = [rows.byteOffset, 64, 1, centroid.byteOffset, labels.byteOffset, 4, out.byteOffset];
      job.run('kmeansInertia', { count: 16 }, views);
      expect([...out]).toEqual(new Array(16).fill(4));
      job.release();
    }
    await pool.close();
    expect(() => pool.openJob(10, 'a test')).toThrow(expect.objectContaining({ code: 'ML_POOL_CLOSED' }));
  });
});
