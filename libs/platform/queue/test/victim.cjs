/** A worker process that is killed in the middle of its first job: after the effect, before it could say so. */
require('./typescript-hook.cjs');
const { silentLogger } = require('@kohort/kernel-telemetry');
const { jobNames, pipeline } = require('@kohort/pipeline-map');
const { openDatabase } = require('@kohort/platform-postgres');
const { openQueues, startWorkers } = require('../src/index.ts');

const [postgresUrl, redisUrl] = process.argv.slice(2);

async function main() {
  const database = openDatabase({ url: postgresUrl, maxConnections: 2, applicationName: 'victim' });
  const queues = await openQueues({ redisUrl: redisUrl || undefined, postgresUrl, prefix: 'spec' });
  const track = async ({ workspaceId, batchIds: [batchId] }) => {
    await database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('batch')
        .values({ workspace_id: workspaceId, id: batchId, kind: 'membership', row_count: 1 })
        .execute(),
    );
    process.kill(process.pid, 'SIGKILL');
  };
  const idle = async () => undefined;
  const ours = jobNames.filter((job) => pipeline[job].owner === 'sync-worker');
  const others = Object.fromEntries(ours.map((job) => [job, idle]));
  const handlers = { 'sync-worker': { ...others, 'sync.track': track } };
  await startWorkers({ database, queues, logger: silentLogger, handlers });
}

void main();
