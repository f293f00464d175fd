/**
 * Measures how long a committed message takes through three jobs, each with a transaction of its own, and the same three
 * jobs on BullMQ alone, on the same durable PostgreSQL. Sends `{ own, bare, perSecond }`: median seconds of each chain,
 * and messages a second of one job under load.
 */
require('./typescript-hook.cjs');
const { randomUUID } = require('node:crypto');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { silentLogger } = require('@kohort/kernel-telemetry');
const { jobNames, pipeline } = require('@kohort/pipeline-map');
const { startPostgres } = require('@kohort/platform-embedded');
const { appendOutbox, migrate, openDatabase } = require('@kohort/platform-postgres');
const { openQueues, startRelay, startWorkers } = require('../src/index.ts');

const ROUNDS = 150;
const LOAD = 2_000;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const nothing = async () => undefined;

/** BullMQ alone: each job adds the next. */
async function bareChain(queues, database, workspaceId) {
  const lanes = ['clustering-worker-runs', 'propensity-worker-runs', 'sync-worker-runs'];
  const jobs = ['models.fitClusters', 'models.fitPropensity', 'sync.run'];
  let done;
  const add = (step) => queues.enqueue([{ workspaceId, taskId: randomUUID(), job: jobs[step], epoch: 1 }]);
  const workers = lanes.map((lane, step) =>
    queues.makeWorker(lane, 8, async (_job, _token, _signal) => {
      await database.inWorkspace(workspaceId, (tx) => tx.selectFrom('workspace').select('name').execute());
      if (step === 2) done();
      else await add(step + 1);
    }),
  );
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  const seconds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const end = new Promise((resolve) => (done = resolve));
    const from = performance.now();
    await add(0);
    await end;
    seconds.push((performance.now() - from) / 1_000);
  }
  await Promise.all(workers.map((worker) => worker.close()));
  return median(seconds);
}

async function ownChain(queues, database, workspaceId) {
  let done;
  const say = (topic, batchId) =>
    database.inWorkspace(workspaceId, (tx) => appendOutbox(tx, topic, { workspaceId, batchId }));
  const idle = (owner) =>
    Object.fromEntries(jobNames.filter((job) => pipeline[job].owner === owner).map((job) => [job, nothing]));
  const sayAll =
    (topic) =>
    async ({ batchIds }) => {
      for (const batchId of batchIds) await say(topic, batchId);
    };
  const workers = await startWorkers({
    database,
    queues,
    logger: silentLogger,
    handlers: {
      'pipeline-worker': {
        ...idle('pipeline-worker'),
        'identity.resolve': sayAll('ProfilesTouched'),
        'segments.evaluate': sayAll('MembershipChanged'),
      },
      'sync-worker': {
        ...idle('sync-worker'),
        'sync.track': async () => done(),
      },
    },
  });
  const seconds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const end = new Promise((resolve) => (done = resolve));
    const from = performance.now();
    await say('EventsStored', randomUUID());
    await end;
    seconds.push((performance.now() - from) / 1_000);
  }
  let left = LOAD;
  const drained = new Promise((resolve) => (done = () => (left -= 1) || resolve()));
  const from = performance.now();
  for (let i = 0; i < LOAD; i += 100) {
    await database.inWorkspace(workspaceId, async (tx) => {
      for (let j = 0; j < 100; j += 1)
        await appendOutbox(tx, 'MembershipChanged', { workspaceId, batchId: randomUUID() });
    });
  }
  await drained;
  const perSecond = LOAD / ((performance.now() - from) / 1_000);
  await workers.stop();
  return { own: median(seconds), perSecond };
}

async function main() {
  const dataDir = mkdtempSync(join(tmpdir(), 'kohort-hops-'));
  const postgres = await startPostgres({ dataDir });
  await migrate(postgres.url);
  const database = openDatabase({ url: postgres.url, maxConnections: 10, applicationName: 'hops' });
  const queues = await openQueues({ postgresUrl: postgres.url });
  const workspaceId = randomUUID();
  await database.inWorkspace(workspaceId, (tx) =>
    tx.insertInto('workspace').values({ workspace_id: workspaceId, name: 'x' }).execute(),
  );
  const bare = await bareChain(queues, database, workspaceId);
  const relay = await startRelay({ database, queues, logger: silentLogger });
  const { own, perSecond } = await ownChain(queues, database, workspaceId);
  process.send({ own, bare, perSecond });
  await relay.stop();
  await queues.close();
  await database.close();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
  process.disconnect();
}

void main();
