import { readFileSync } from 'node:fs';
import { CONNECTIONS, makeBatches, timed, withDoor } from '../door-bench.mjs';

const EVENTS = Number(process.env.KOHORT_BENCH_EVENTS ?? 1_000_000);
const BATCH = 100;
const STEPS = 10;
/** Events made and sent in one go; the tables are emptied between them. */
const PORTION = 100_000;

export const title =
  `resident memory of a gateway of its own over ${EVENTS.toLocaleString('en')} events (KOHORT_BENCH_EVENTS) in batches ` +
  `of ${BATCH}, ${CONNECTIONS} calls at a time, at each tenth, wall seconds`;

const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const middle = (list) => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
const mb = (value) => `${value.toFixed(0)} MB`;

/** Sends so many events; what is stored is taken away again, the disk is not what is measured. */
async function sendAll(events, { send, database }, sample) {
  for (let sent = 0; sent < events; sent += PORTION) {
    await timed(makeBatches(Math.min(PORTION, events - sent), BATCH), CONNECTIONS, send);
    sample();
    await database.query('truncate kohort.event, kohort.event_key, kohort.batch, kohort.outbox cascade');
  }
}

export async function run(report) {
  await withDoor(async ({ send, door, database }) => {
    const samples = [residentMb(door.pid)];
    const step = EVENTS / STEPS;
    const began = performance.now();
    for (let tenth = 1; tenth <= STEPS; tenth += 1) {
      const from = performance.now();
      const own = [];
      await sendAll(step, { send, database }, () => own.push(residentMb(door.pid)));
      samples.push(...own);
      const seconds = (performance.now() - from) / 1_000;
      const note = `${Math.round(step / seconds).toLocaleString('en')} events/s; now ${mb(own.at(-1))}, largest ${mb(Math.max(...own))}`;
      report({ name: `${tenth * (100 / STEPS)} %`, own: seconds, note });
    }
    const settled = samples.slice(Math.floor(samples.length / 4));
    const half = settled.length >> 1;
    const growth = middle(settled.slice(half)) - middle(settled.slice(0, half));
    const note =
      `from ${mb(samples[0])} to ${mb(samples.at(-1))}, largest ${mb(Math.max(...samples))}; the last three quarters ` +
      `grew by ${growth.toFixed(1)} MB from half to half`;
    report({ name: `${EVENTS.toLocaleString('en')} events`, own: (performance.now() - began) / 1_000, note });
  });
}
