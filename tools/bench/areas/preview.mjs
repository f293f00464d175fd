import { loadSource } from '../load-source.mjs';

export const title = 'a preview of five conditions, exact, on the column store, wall seconds (median of 5)';

const PEOPLE = Number(process.env.KOHORT_BENCH_PROFILES ?? 100_000);
const EVENTS = Number(process.env.KOHORT_BENCH_EVENTS ?? 10 * PEOPLE);
const ROUNDS = 5;

/** Of 1,000,000 people with 10,000,000 events, on two cores. */
const LIMIT_SECONDS = 1;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export async function run(report) {
  const options = { external: ['chdb', '@clickhouse/client'] };
  const { exports: bench } = await loadSource('libs/segments/domain/src/sql/preview.bench.ts', options);
  const store = await bench.openPreviewBench(PEOPLE, EVENTS);
  try {
    const size = `${PEOPLE.toLocaleString('en')} people, ${EVENTS.toLocaleString('en')} events`;
    for (const what of ['preview', 'members']) {
      const rounds = [];
      for (let round = 0; round < ROUNDS; round += 1) rounds.push(await store[what]());
      const cpu = median(rounds.map(({ cpuSeconds }) => cpuSeconds));
      report({
        name: `${what === 'preview' ? 'preview' : 'ids of the members'}, ${size}`,
        own: median(rounds.map(({ seconds }) => seconds)),
        limit: what === 'preview' ? LIMIT_SECONDS : undefined,
        note: `${rounds[0].members.toLocaleString('en')} members; ${cpu.toFixed(2)} s of CPU; ${store.parts} parts`,
      });
    }
  } finally {
    await store.stop();
  }
}
