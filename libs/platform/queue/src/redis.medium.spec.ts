import { randomUUID } from 'node:crypto';
import { batchIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { jobNames, pipeline, type JobHandler } from '@kohort/pipeline-map';
import { appendOutbox, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { eventually, hasRedisServer, startRedis } from '../test/engines';
import { openQueues } from './open-queues';
import { startRelay } from './start-relay';
import { startWorkers } from './start-workers';

(hasRedisServer() ? describe : describe.skip)('Redis itself', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await startTestDatabase();
  });

  afterAll(() => db.stop());

  it('is refused when it may evict keys or keeps no log', async () => {
    const unsafe = await startRedis('unsafe');
    try {
      await expect(openQueues({ redisUrl: unsafe.redisUrl, postgresUrl: db.url })).rejects.toMatchObject({
        code: 'QUEUE_REDIS_UNSAFE',
        details: { findings: ['maxmemory-policy is allkeys-lru, not noeviction', 'appendonly is off'] },
      });
    } finally {
      await unsafe.stop();
    }
  });

  it('may restart under the workers: they go on', async () => {
    const redis = await startRedis();
    const workspaceId = await db.addWorkspace();
    const queues = await openQueues({ redisUrl: redis.redisUrl, postgresUrl: db.url });
    const relay = await startRelay({ database: db.database, queues, logger: silentLogger });
    const seen: string[] = [];
    const track: JobHandler<'sync.track'> = async ({ batchIds }) => void seen.push(...batchIds);
    const idle = () => Promise.resolve();
    const ours = jobNames.filter((job) => pipeline[job].owner === 'sync-worker');
    const others = Object.fromEntries(ours.map((job) => [job, idle]));
    const handlers = { 'sync-worker': { ...others, 'sync.track': track } };
    const workers = await startWorkers({ database: db.database, queues, logger: silentLogger, handlers });
    try {
      for (let round = 0; round < 3; round += 1) {
        const batchId = batchIdSchema.parse(randomUUID());
        const send = db.database.inWorkspace(workspaceId, (tx) =>
          appendOutbox(tx, 'MembershipChanged', { workspaceId, batchId }),
        );
        await Promise.all([send, round === 1 ? redis.restart() : undefined]);
        await eventually(() => seen.includes(batchId), 60_000);
      }
      expect(new Set(seen).size).toBe(3);
    } finally {
      await workers.stop();
      await relay.stop();
      await queues.close();
      await redis.stop();
    }
  });
});
