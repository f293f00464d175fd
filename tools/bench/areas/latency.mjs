import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { loadSource } from '../load-source.mjs';
import { inTemporaryFolder, startSolo } from '../solo-child.mjs';

const CUSTOMERS = 2_000;
const SEED = 1;
/** Other rates for looking closer: `KOHORT_BENCH_RATE=20 KOHORT_BENCH_SECONDS=10 npm run bench -- latency`. */
const PER_SECOND = Number(process.env.KOHORT_BENCH_RATE ?? 200);
const SECONDS = Number(process.env.KOHORT_BENCH_SECONDS ?? 30);
/** What has not been heard of so long after the last event counts as lost. */
const PATIENCE_MS = 30_000;

export const title = `event → membership → subscription at ${PER_SECOND} events/s for ${SECONDS} s, six live rules, a shop of ${CUSTOMERS.toLocaleString('en')} customers (seed ${SEED}), wall seconds`;

const DAY_MS = 86_400_000;
const HEARD = 'ordered_this_hour';
const order = 'Order Completed';
const last = (n, unit) => ({ last: { n, unit } });
const RULES = {
  [HEARD]: { event: { name: order, window: last(1, 'hour') } },
  frequent: { event: { name: order, count: { op: 'gte', n: 3 }, window: last(90, 'day') } },
  big_basket: { event: { name: order, where: [{ path: 'revenue', op: 'gt', value: 300 }], window: last(180, 'day') } },
  ordered_ever: { event: { name: order, count: { op: 'gte', n: 1 }, window: last(365, 'day') } },
  twice_today: { event: { name: order, count: { op: 'gte', n: 2 }, window: last(24, 'hour') } },
  lapsed: {
    all: [
      { event: { name: order, window: last(365, 'day') } },
      { none: [{ event: { name: order, window: last(60, 'day') } }] },
    ],
  },
};

async function writeWorld(file) {
  const { exports: worlds } = await loadSource('libs/testing/worlds/src/index.ts');
  const endAt = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const world = worlds.retailWorld({ customers: CUSTOMERS, seed: SEED, endAt, days: 200 });
  await pipeline(Readable.from(world.ndjson()), createWriteStream(file));
}

/** Posts at a fixed rate whether or not earlier posts are answered, and notes when each was posted and acknowledged. */
async function postOrders(solo) {
  const authorization = `Basic ${Buffer.from(`${solo.writeKey}:`).toString('base64')}`;
  const posts = new Map();
  const pending = [];
  const post = async (userId) => {
    const entry = { at: Date.now(), acknowledgedMs: undefined, status: 0 };
    posts.set(userId, entry);
    const response = await fetch(`${solo.url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({
        userId,
        event: order,
        properties: { order_id: userId, revenue: 49.9, currency: 'EUR' },
        timestamp: new Date(entry.at).toISOString(),
        messageId: `bench-${userId}`,
      }),
    });
    await response.arrayBuffer();
    entry.acknowledgedMs = Date.now() - entry.at;
    entry.status = response.status;
  };
  const from = performance.now();
  for (let i = 0; i < PER_SECOND * SECONDS; i += 1) {
    const due = from + (i * 1000) / PER_SECOND;
    if (due > performance.now()) await pause(due - performance.now());
    pending.push(post(`live-${String(i).padStart(5, '0')}`));
  }
  await Promise.all(pending);
  return posts;
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] / 1000;
}

async function measure(solo) {
  const heard = new Map();
  const socket = createClient({
    url: `${solo.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${solo.apiKey}` },
  });
  const document =
    'subscription ($segment: String!) { membershipChanged(segment: $segment) { recordedAt profile { canonicalId } } }';
  const stop = socket.subscribe(
    { query: document, variables: { segment: HEARD } },
    {
      next: ({ data }) => {
        const { recordedAt, profile } = data.membershipChanged;
        heard.set(profile.canonicalId, { at: Date.now(), recordedAt: Date.parse(recordedAt) });
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  try {
    await pause(1_000);
    const posts = await postOrders(solo);
    const deadline = performance.now() + PATIENCE_MS;
    while (heard.size < posts.size && performance.now() < deadline) await pause(50);
    return { posts, heard };
  } finally {
    stop();
    await socket.dispose();
  }
}

export async function run(report) {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'world.ndjson');
    await writeWorld(file);
    const solo = await startSolo(join(folder, 'home'));
    try {
      const { counts } = await solo.importFile(file, 'segment');
      await solo.untilWorkedOff();
      for (const [key, where] of Object.entries(RULES)) await solo.publish(key, where);
      const { posts, heard } = await measure(solo);
      const refused = [...posts.values()].filter((entry) => entry.status !== 200).length;
      const lost = [...posts.keys()].filter((userId) => !heard.has(userId)).length;
      const note = `${posts.size} events, ${refused} refused, ${lost} not heard of; ${counts.stored} events before`;
      const arrived = [...heard].flatMap(([userId, news]) => {
        const post = posts.get(userId);
        return post ? [{ heard: news.at - post.at, recorded: news.recordedAt - post.at }] : [];
      });
      const lines = {
        acknowledged: [...posts.values()].map((entry) => entry.acknowledgedMs),
        'membership recorded': arrived.map((one) => one.recorded),
        'heard on the subscription': arrived.map((one) => one.heard),
      };
      for (const [what, values] of Object.entries(lines)) {
        report({ name: `${what}, p50`, own: quantile(values, 0.5), note });
        report({ name: `${what}, p99`, own: quantile(values, 0.99) });
      }
      if (lost > 0 || refused > 0) throw new Error(note);
    } finally {
      await solo.stop();
    }
  });
}
