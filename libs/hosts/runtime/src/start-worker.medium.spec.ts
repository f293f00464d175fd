import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { silentLogger, type LogFields, type Logger } from '@kohort/kernel-telemetry';
import { startPostgres, type RunningPostgres } from '@kohort/platform-embedded';
import { jobNames, pipeline } from '@kohort/pipeline-map';
import { migrate } from '@kohort/platform-postgres';
import { startWorker, type BoundWorker, type WorkerOptions } from './start-worker';

describe('startWorker', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-worker-'));
  const said: [string, LogFields | undefined][] = [];
  const logger: Logger = { ...silentLogger, info: (message, fields) => void said.push([message, fields]) };
  let postgres: RunningPostgres;
  let owner: Client;
  let options: WorkerOptions;

  beforeAll(async () => {
    postgres = await startPostgres({ dataDir: join(dir, 'postgres') });
    owner = new Client({ connectionString: postgres.url });
    await owner.connect();
    const clerk = new URL(postgres.url);
    Object.assign(clerk, { username: 'clerk', password: 'clerk' });
    await owner.query(`create role clerk login password 'clerk'`);
    options = {
      databaseUrl: clerk.href,
      artifactsDir: join(dir, 'artifacts'),
      maxConnections: 5,
      health: { port: 0, host: '127.0.0.1' },
      logger,
      onFatal: () => undefined,
    };
  });
  afterAll(async () => {
    await owner.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const idle = async () => undefined;
  const ours = jobNames.filter((job) => pipeline[job].owner === 'sync-worker');
  const handlers = Object.fromEntries(ours.map((job) => [job, idle]));
  const start = (bind: () => Promise<BoundWorker> = async () => ({ handlers })) =>
    startWorker({ owner: 'sync-worker', options, bind });
  /** Connections that stay: the server takes a moment to see that one was closed. */
  const connections = async (): Promise<number> => {
    for (let looks = 0; ; looks += 1) {
      const { rows } = await owner.query(`select count(*)::int as n from pg_stat_activity where usename = 'clerk'`);
      if (rows[0].n === 0 || looks === 3_000) return rows[0].n;
      await owner.query('select pg_sleep(0.02)');
    }
  };

  it('refuses a database that nobody migrated, and leaves no connection', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'POSTGRES_UNSAFE' });
    expect(await connections()).toBe(0);
    await migrate(postgres.url);
    await owner.query('grant kohort_app, kohort_relay to clerk');
    // Without Redis the queues are tables of their own, which this login makes.
    await owner.query('grant create on database kohort to clerk');
  });

  it('takes jobs as a login that owns nothing, says that it is ready, and ends without a trace', async () => {
    const stopped: string[] = [];
    const worker = await startWorker({
      owner: 'sync-worker',
      options,
      bind: async (_engines, closers) => {
        closers.add('bound', async () => void stopped.push('bound'));
        return { handlers, start: (list) => list.add('timers', async () => void stopped.push('timers')) };
      },
    });
    const port = said.find(([message]) => message === 'sync-worker is up')?.[1]?.port ?? 0;
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/health/live')).toEqual({ status: 200, text: '{"status":"live"}' });
    expect(await get('/health/ready')).toEqual({ status: 200, text: '{"status":"ready"}' });
    expect((await get('/elsewhere')).status).toBe(404);
    const metrics = (await get('/metrics')).text;
    expect(metrics).toContain('kohort_queue_jobs{queue="sync-worker-runs",state="waiting",service="sync-worker"} 0');
    expect(metrics).toMatch(/kohort_tasks_oldest_due_seconds\{service="sync-worker"\} 0/);
    expect(metrics).toMatch(/kohort_tasks_quarantined\{service="sync-worker"\} 0/);
    await worker.stop();
    expect(stopped).toEqual(['timers', 'bound']);
    await expect(get('/health/live')).rejects.toThrow();
    expect(await connections()).toBe(0);
  });

  it('closes what it opened when the host cannot be bound, or a job has no handler', async () => {
    const broken = start(async () => {
      throw new RangeError('no binding');
    });
    await expect(broken).rejects.toThrow('no binding');
    await expect(start(async () => ({ handlers: {} }))).rejects.toMatchObject({ code: 'QUEUE_HANDLERS_WRONG' });
    expect(await connections()).toBe(0);
  });
});
