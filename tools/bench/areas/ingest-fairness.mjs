import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import { at, makeBatches, ms, sender, withDoor } from '../door-bench.mjs';

const EVERY_MS = 100;
const CALLS = Number(process.env.KOHORT_BENCH_CALLS ?? 200);
/** Calls under way at a time of the noisy workspace, and events in each. */
const FLOOD = { connections: 64, size: 100 };
/** Beside noise the quiet one may take three times as long as alone, or so many seconds. */
const GOAL_RATIO = 3;
const GOAL_SECONDS = 0.25;

export const title =
  `a quiet workspace, one event every ${EVERY_MS} ms, alone and beside another that keeps ${FLOOD.connections} calls of ` +
  `${FLOOD.size} events under way at a gateway of its own; seconds from when each was due until it was acknowledged`;

/** Sends one event each 100 ms, whether or not the one before has been answered; sorted seconds of each. */
async function quietly(send) {
  const batches = makeBatches(CALLS, 1);
  const from = performance.now();
  const calls = batches.map(async (batch, n) => {
    const due = from + n * EVERY_MS;
    await pause(due - performance.now());
    await send(batch);
    return (performance.now() - due) / 1_000;
  });
  return (await Promise.all(calls)).sort((a, b) => a - b);
}

/** Floods the door from a thread of its own while `work` runs; says what came through. */
async function besideFlood(settings, work) {
  const flood = new Worker(new URL('../flood.mjs', import.meta.url), { workerData: { ...settings, ...FLOOD } });
  const ended = new Promise((done, fail) => {
    flood.once('message', done);
    flood.once('error', fail);
  });
  ended.catch(() => undefined);
  await pause(2_000);
  const from = performance.now();
  const result = await work();
  const seconds = (performance.now() - from) / 1_000;
  flood.postMessage('stop');
  const { events, refused } = await ended;
  return { result, seconds, events, refused };
}

export async function run(report) {
  await withDoor(async ({ database, door }) => {
    const noisy = await database.addTenant();
    const http = new Pool(door.url, { connections: 4 });
    const send = sender(http, database.headers);
    try {
      await quietly(send);
      const alone = await quietly(send);
      const beside = await besideFlood({ url: door.url, headers: noisy.headers }, () => quietly(send));
      const [p99, p99Beside] = [at(alone, 0.99), at(beside.result, 0.99)];
      report({
        name: `p99 of ${CALLS} calls, own: beside the flood, reference: alone`,
        own: p99Beside,
        reference: p99,
        // Either goal is enough.
        goal: Math.max(GOAL_RATIO, GOAL_SECONDS / p99),
        note:
          `p50 ${ms(at(alone, 0.5))} alone, ${ms(at(beside.result, 0.5))} beside; the flood brought ` +
          `${Math.round(beside.events / (beside.seconds + 2)).toLocaleString('en')} events/s and was refused ` +
          `${beside.refused.toLocaleString('en')} events`,
      });
    } finally {
      await http.close();
    }
  });
}
