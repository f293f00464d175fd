import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import IORedis from 'ioredis';
import { start, type Program } from './program';

const installed = (): boolean => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * Whether a Redis can be had: from the path, else from the distribution where we may install. Where it cannot, the leg is
 * named in the file that collects what was left out.
 */
export function hasRedis(): boolean {
  if (installed()) return true;
  if (process.getuid?.() === 0) {
    const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { ...quiet, timeout: 90_000 });
    if (installed()) return true;
  }
  const file = process.env['LEFT_OUT_FILE'];
  if (file)
    appendFileSync(file, 'cluster-e2e: a cluster on Redis (redis-server is neither installed nor installable)\n');
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A Redis that keeps what it acknowledges, and what it takes to empty it. */
export interface RedisProgram {
  readonly program: Program;
  readonly url: string;
  /** How many jobs it holds. */
  jobs(): Promise<number>;
  flush(): Promise<void>;
  disconnect(): void;
}

/** Starts one on a free port, in a folder of its own. */
export async function startRedis(dir: string): Promise<RedisProgram> {
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const safe = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', '', '--bind', '127.0.0.1'];
  const args = ['--port', String(port), '--dir', dir, ...safe];
  const program = start({ name: 'redis', command: 'redis-server', args, cwd: dir });
  await program.line(/Ready to accept connections/);
  const client = new IORedis(port, '127.0.0.1', { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return {
    program,
    url: `redis://127.0.0.1:${port}`,
    // A job's key ends in the id of its task and the number of its start.
    jobs: async () => (await client.keys('*')).filter((key) => /_[0-9a-f-]{36}_\d+$/.test(key)).length,
    flush: async () => void (await client.flushall()),
    disconnect() {
      // A second goodbye would wait for a stream that is gone.
      if (client.status !== 'end') client.disconnect();
    },
  };
}
