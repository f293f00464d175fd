import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title =
  'features of everybody from 541,909 events, CPU seconds of all threads (the peer has its lines in memory)';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(
  process.env.KOHORT_DATA_DIR ?? join(here, '..', '..', '..', '..', 'shared', 'data'),
  'online-retail',
);
const ROUNDS = 4;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);

export async function run(report) {
  if (!existsSync(folder)) {
    console.log(`  no ${folder}: nothing to measure (KOHORT_DATA_DIR)`);
    return;
  }
  const options = { external: ['chdb', '@clickhouse/client'] };
  const { exports: bench } = await loadSource('libs/features/domain/src/features.bench.ts', options);
  const peer = await startPeer(join(here, 'features.py'), [], ['pandas']);
  const store = await bench.openFeaturesBench(folder);
  try {
    const events = (await store.events()).toLocaleString('en');
    for (const keys of [['recency_days', 'frequency', 'monetary', 'tenure_days'], undefined]) {
      const own = [];
      const reference = [];
      let ours;
      let theirs;
      for (let round = 0; round < ROUNDS; round += 1) {
        if (peer && keys) {
          theirs = await peer.ask({ file: join(folder, 'transactions.csv.gz') });
          reference.push(theirs.seconds);
        }
        ours = await store.run(keys, cpuSeconds);
        own.push(ours.seconds);
      }
      const gap =
        theirs && keys ? Math.max(...ours.sums.map((sum, i) => Math.abs(sum / theirs.sums[i] - 1))) : undefined;
      const quality = gap === undefined ? '' : `; sums differ by ${gap.toExponential(1)}`;
      report({
        name: `${ours.features} features of ${ours.people.toLocaleString('en')} people, ${events} events`,
        own: least(own),
        reference: reference.length > 0 ? least(reference) : undefined,
        note: `${ours.wallMs.toFixed(0)} ms of wall clock${quality}`,
      });
    }
  } finally {
    peer?.stop();
    await store.stop();
  }
}
