import type { Random } from '@kohort/kernel-clock-random';
import { ask, jobResult, startJob, until, upload, type Cluster } from '@kohort/testing-cluster';

const DAY = 86_400_000;
const ORDERS = 6;
/** For hanging, not for speed. */
const LIMIT_MS = 240_000;

/** The instant up to which shoppers have ordered. */
export const SHOPPED_UNTIL = Date.UTC(2026, 5, 1);

function ordersCsv(shoppers: number, random: Random): string {
  const lines = Array.from({ length: shoppers * ORDERS }, (_, n) => {
    const person = n % shoppers;
    const at = new Date(SHOPPED_UNTIL - random.next() * 300 * DAY).toISOString();
    return `o-${n},shopper-${person},${at},${(5 + (person % 4) * 40 + random.next() * 9).toFixed(2)}`;
  });
  return `order_id,customer_id,ordered_at,revenue\n${lines.join('\n')}\n`;
}

/** Imports people of four kinds with some orders each, until all are known; gives the key of the uploaded file. */
export async function importShoppers(cluster: Cluster, shoppers: number, random: Random): Promise<string> {
  const artifactKey = await upload(cluster, ordersCsv(shoppers, random));
  const load = await startJob(
    cluster,
    'mutation ($input: ImportRecordsInput!) { importRecords(input: $input) { __typename ... on Job { id } } }',
    { input: { artifactKey, fileName: 'orders.csv', source: 'app', mapping: 'orders' } },
  );
  await jobResult(cluster, load);
  await until(
    () => ask<{ workspace: { backlog: number } }>(cluster, '{ workspace { backlog } }'),
    ({ workspace }) => workspace.backlog === 0,
    LIMIT_MS,
  );
  return artifactKey;
}

/** Asks for a fit of the clustering `groups`; gives the job. */
export const trainGroups = (cluster: Cluster, asked: { readonly k: number; readonly seed: number }): Promise<string> =>
  startJob(
    cluster,
    'mutation ($input: TrainClustersInput!) { trainClusters(input: $input) { __typename ... on Job { id } } }',
    { input: { key: 'groups', asOf: new Date(SHOPPED_UNTIL).toISOString(), ...asked } },
  );

/** How jobs ended, once all have. */
export const endsOf = (cluster: Cluster, jobs: readonly string[]): Promise<string[]> =>
  Promise.all(
    jobs.map(async (id) => {
      const { job } = await until(
        () => ask<{ job: { status: string } }>(cluster, 'query ($id: ID!) { job(id: $id) { status } }', { id }),
        ({ job: now }) => ['SUCCEEDED', 'FAILED'].includes(now.status),
        LIMIT_MS * 4,
      );
      return job.status;
    }),
  );
