import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import IORedis from 'ioredis';

/** Whether the Redis leg of a suite can run on this machine; says so when it cannot. */
export function hasRedisServer(): boolean {
  const found = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found) process.stdout.write('redis-server is not installed: the Redis leg of the queue suite is left out\n');
  return found;
}

/** The engine under the queues of one leg. */
export interface Engine {
  readonly redisUrl: string | undefined;
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A Redis of its own in a temporary folder; an unsafe one may evict keys and keeps no log. */
export async function startRedis(kind: 'safe' | 'unsafe' = 'safe'): Promise<Engine & { restart(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-redis-'));
  const port = await freePort();
  const safety =
    kind === 'safe'
      ? ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction']
      : ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'];
  const launch = (): ChildProcess =>
    spawn('redis-server', ['--port', String(port), '--dir', dir, '--save', '', ...safety], { stdio: 'ignore' });
  let child = launch();
  const client = new IORedis(port, '127.0.0.1', { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping();
  const end = (): Promise<unknown> => new Promise((done) => child.once('exit', done).kill('SIGTERM'));
  return {
    redisUrl: `redis://127.0.0.1:${port}`,
    wipe: async () => void (await client.flushall()),
    async restart() {
      await end();
      child = launch();
      await client.ping();
    },
    async stop() {
      client.disconnect();
      await end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Polls a condition that nothing announces: soon at first, then less often, since each question costs what is waited for. */
export async function eventually(holds: () => Promise<boolean> | boolean, limitMs = 120_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (let pauseMs = 5; !(await holds()); pauseMs = Math.min(100, pauseMs * 1.5)) {
    if (Date.now() > deadline) throw new Error('it did not come to hold in time');
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}
