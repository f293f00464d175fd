import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { systemClock } from '@kohort/kernel-clock-random';
import { databaseHealth } from './database-health';
import { openDatabase } from './database';
import { startTestDatabase, type TestDatabase } from './test-database';

describe('databaseHealth', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await startTestDatabase();
  });

  afterAll(() => db.stop());

  it('finds a quiet database well, and a wrong clock', async () => {
    const well = await databaseHealth(db.database, systemClock);
    expect(well).toMatchObject({ isWritable: true, quarantined: 0, oldestDueMs: 0 });
    expect(Math.abs(well.clockSkewMs)).toBeLessThan(60_000);
    const ahead = await databaseHealth(db.database, { now: () => Date.now() + 3_600_000 });
    expect(ahead.clockSkewMs).toBeGreaterThan(3_540_000);
  });

  it('counts what waits and what was set aside', async () => {
    const workspace = await db.addWorkspace();
    const owner = new Client({ connectionString: db.url });
    await owner.connect();
    const add = (status: string, since: string) =>
      owner.query(
        `insert into kohort.task (workspace_id, id, job, entity, payload, status, due_at)
         values ($1, gen_random_uuid(), 'sync.track', $2, '{}', $3, now() - $4::interval)`,
        [workspace, randomUUID(), status, since],
      );
    await add('quarantined', '1 day');
    await add('waiting', '1 minute');
    await add('waiting', '-1 hour');
    await owner.end();
    const health = await databaseHealth(db.database, systemClock);
    expect(health.quarantined).toBe(1);
    expect(health.oldestDueMs).toBeGreaterThanOrEqual(60_000);
    expect(health.oldestDueMs).toBeLessThan(3_600_000);
  });

  it('sees a database that takes no writes', async () => {
    const owner = new Client({ connectionString: db.url });
    await owner.connect();
    await owner.query('alter database kohort set default_transaction_read_only = on');
    const reader = openDatabase({ url: db.url, maxConnections: 1, applicationName: 'reader' });
    try {
      expect((await databaseHealth(reader, systemClock)).isWritable).toBe(false);
    } finally {
      await reader.close();
      await owner.end();
    }
  });
});
