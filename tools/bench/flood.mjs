import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { makeBatches, sender } from './door-bench.mjs';

/** A sender that never waits: so many calls at a time, one behind the other, until it is told to stop. */
const { url, headers, connections, size } = workerData;
const pool = new Pool(url, { connections });
const send = sender(pool, headers);
let stopped = false;
let events = 0;
let refused = 0;
parentPort.once('message', () => (stopped = true));

async function flood() {
  while (!stopped) {
    for (const batch of makeBatches(size * 4, size)) {
      try {
        await send(batch);
        events += size;
      } catch (thrown) {
        // Told to come later, it comes at once.
        if (!String(thrown).includes('429')) throw thrown;
        refused += size;
      }
    }
  }
}

await Promise.all(Array.from({ length: connections }, flood));
await pool.close();
parentPort.postMessage({ events, refused });
