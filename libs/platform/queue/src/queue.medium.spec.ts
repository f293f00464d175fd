import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { batchIdSchema, type BatchId, type WorkspaceId } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { silentLogger } from '@kohort/kernel-telemetry';
import { OWNERS, jobNames, pipeline, type HandlerControl, type JobHandler, type Owner } from '@kohort/pipeline-map';
import {
  LOG_CHANNEL,
  appendOutbox,
  listen,
  openDatabase,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { eventually, hasRedisServer, startRedis, type Engine } from '../test/engines';
import { openQueues, type Queues } from './open-queues';
import { startRelay, type Relay } from './start-relay';
import { startWorkers, type Workers } from './start-workers';

const hasRedis = hasRedisServer();
const nothing = () => Promise.resolve();

type TrackHandler = (input: { batchId: BatchId }, control: HandlerControl) => Promise<void>;

/** A handler that takes batches one by one. */
function oneByOne(track: TrackHandler): JobHandler<'sync.track'> {
  return async ({ batchIds }, control) => {
    for (const batchId of batchIds) await track({ batchId }, control);
  };
}

describe.each(['postgres', ...(hasRedis ? ['redis'] : [])])('queues on %s', (kind) => {
  let db: TestDatabase;
  let owner: Client;
  let engine: Engine;
  let queues: Queues;
  let relay: Relay;
  let workers: Workers | undefined;
  let workspace: WorkspaceId;

  beforeAll(async () => {
    db = await startTestDatabase();
    owner = new Client({ connectionString: db.url, options: '-c search_path=kohort' });
    await owner.connect();
    const onPostgres: Engine = {
      redisUrl: undefined,
      wipe: async () => void (await owner.query('truncate bullmq.job cascade')),
      stop: () => Promise.resolve(),
    };
    engine = kind === 'redis' ? await startRedis() : onPostgres;
    queues = await openQueues({ redisUrl: engine.redisUrl, postgresUrl: db.url, prefix: 'spec' });
    relay = await startRelay({ database: db.database, queues, logger: silentLogger });
    workspace = await db.addWorkspace();
  });

  afterEach(async () => {
    await workers?.stop();
    workers = undefined;
  });

  afterAll(async () => {
    await relay.stop();
    await queues.close();
    await owner.end();
    await db.stop();
    await engine.stop();
  });

  async function work(
    track: TrackHandler,
    run: () => Promise<void> = () => Promise.resolve(),
    together: JobHandler<'sync.track'> = oneByOne(track),
  ): Promise<void> {
    workers = await startWorkers({
      database: db.database,
      queues,
      logger: silentLogger,
      handlers: {
        'sync-worker': {
          'sync.track': together,
          'sync.consent': run,
          'sync.run': run,
          'sync.preview': run,
          'destinations.check': run,
        },
      },
      seed: 1,
    });
  }

  const newBatch = (): BatchId => batchIdSchema.parse(randomUUID());

  function announce(batchId: BatchId): Promise<void> {
    return db.database.inWorkspace(workspace, (tx) =>
      appendOutbox(tx, 'MembershipChanged', { workspaceId: workspace, batchId }),
    );
  }

  async function taskOf(batchId: BatchId) {
    return db.database.relay.selectFrom('task').selectAll().where('entity', '=', batchId).executeTakeFirst();
  }

  const withStatus = (status: string) => owner.query(`select 1 from task where status = $1`, [status]);

  const hasStatus = (batchId: BatchId, status: string) => async () => (await taskOf(batchId))?.status === status;

  it('uses the engine that the address names', () => {
    expect(queues.kind).toBe(kind);
  });

  it('hands a committed message to its job once, however often it is said', async () => {
    const seen: string[] = [];
    await work(async ({ batchId }) => void seen.push(batchId));
    const batchId = newBatch();
    await announce(batchId);
    await announce(batchId);
    await eventually(hasStatus(batchId, 'done'));
    const after = newBatch();
    await announce(batchId);
    await announce(after);
    await eventually(hasStatus(after, 'done'));
    expect(seen).toEqual([batchId, after]);
  });

  it('knows nothing of a message whose transaction was rolled back', async () => {
    const seen: string[] = [];
    await work(async ({ batchId }) => void seen.push(batchId));
    const lost = newBatch();
    const rolledBack = db.database.inWorkspace(workspace, async (tx) => {
      await appendOutbox(tx, 'MembershipChanged', { workspaceId: workspace, batchId: lost });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const kept = newBatch();
    await announce(kept);
    await eventually(hasStatus(kept, 'done'));
    expect(seen).toEqual([kept]);
    expect(await taskOf(lost)).toBeUndefined();
  });

  it('runs each of 400 messages of eight writers once', async () => {
    const seen = new Map<string, number>();
    await work(async ({ batchId }) => void seen.set(batchId, (seen.get(batchId) ?? 0) + 1));
    const batches = Array.from({ length: 400 }, newBatch);
    const writer = async (lane: number): Promise<void> => {
      for (let i = lane; i < batches.length; i += 8) await announce(batches[i] as BatchId);
    };
    await Promise.all(Array.from({ length: 8 }, (_, lane) => writer(lane)));
    await eventually(async () => {
      const open = await owner.query(`select 1 from task where status <> 'done' limit 1`);
      return open.rowCount === 0 && seen.size === batches.length;
    });
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
  });

  it('takes what waits of a workspace together, and a batch that fails sinks no other', async () => {
    const batches = Array.from({ length: 40 }, newBatch);
    const poison = batches[17] as BatchId;
    await Promise.all(batches.map(announce));
    await eventually(async () => (await withStatus('waiting')).rowCount === batches.length);
    const takes: BatchId[][] = [];
    await work(nothing, nothing, async ({ batchIds }) => {
      takes.push([...batchIds]);
      if (batchIds.includes(poison))
        throw new AppError({ code: 'SPEC_WRONG', kind: 'invalid-input', message: 'wrong' });
    });
    await eventually(async () => !(await withStatus('waiting')).rowCount && !(await withStatus('running')).rowCount);
    const most = pipeline['sync.track'].together?.most ?? 0;
    expect(Math.max(...takes.map((take) => take.length))).toBe(most);
    const [together, ...alone] = takes.filter((take) => take.includes(poison)).map((take) => take.length);
    expect([Number(together) > 1, ...alone]).toEqual([true, 1]);
    const ends = await owner.query(`select status, count(*)::int as n from task where entity = any($1) group by 1`, [
      batches,
    ]);
    expect(Object.fromEntries(ends.rows.map(({ status, n }) => [status, n]))).toEqual({ done: 39, quarantined: 1 });
    expect(await taskOf(poison)).toMatchObject({ status: 'quarantined', failures: 1 });
  });

  it('tries an outage again after a wait, and counts the failures', async () => {
    let calls = 0;
    await work(async () => {
      calls += 1;
      if (calls < 3) throw new AppError({ code: 'SPEC_AWAY', kind: 'transient', message: 'away' });
    });
    const batchId = newBatch();
    await announce(batchId);
    await eventually(hasStatus(batchId, 'done'));
    expect(calls).toBe(3);
    expect(await taskOf(batchId)).toMatchObject({ starts: 3, failures: 2, last_error: null });
  });

  it('waits as long as it was told to', async () => {
    const calls: number[] = [];
    await work(async () => {
      calls.push(Date.now());
      if (calls.length === 1)
        throw new AppError({ code: 'SPEC_BUSY', kind: 'rate-limited', message: 'busy', afterMs: 700 });
    });
    const batchId = newBatch();
    await announce(batchId);
    await eventually(hasStatus(batchId, 'done'));
    expect((calls[1] ?? 0) - (calls[0] ?? 0)).toBeGreaterThanOrEqual(700);
  });

  it('sets aside at once what no retry can mend, and after three times what nobody expected', async () => {
    let calls = 0;
    await work(async () => {
      calls += 1;
      throw new AppError({ code: 'SPEC_WRONG', kind: 'invalid-input', message: 'wrong' });
    });
    const wrong = newBatch();
    await announce(wrong);
    await eventually(hasStatus(wrong, 'quarantined'));
    expect(calls).toBe(1);
    expect(await taskOf(wrong)).toMatchObject({ last_error: { code: 'SPEC_WRONG', kind: 'invalid-input' } });
    await workers?.stop();

    calls = 0;
    await work(async () => {
      calls += 1;
      throw new TypeError('undefined is not a function');
    });
    const broken = newBatch();
    await announce(broken);
    await eventually(hasStatus(broken, 'quarantined'));
    expect(calls).toBe(3);
    expect(await taskOf(broken)).toMatchObject({ last_error: { code: 'KERNEL_UNEXPECTED', kind: 'bug' } });
  });

  it('runs again what a dead worker left behind, and sets it aside when it has ended three alone', async () => {
    const dead = newBatch();
    const innocent = newBatch();
    const killer = newBatch();
    const rows = [
      [dead, 1, 0],
      // Its worker ended while others were at work in it, too.
      [innocent, 7, 0],
      [killer, 4, 3],
    ] as const;
    for (const [entity, starts, lone] of rows) {
      await owner.query(
        `insert into task (workspace_id, id, job, entity, payload, status, starts, lone_starts, due_at, enqueued_at)
         values ($1, $2, 'sync.track', $3, $4, 'running', $5, $6, now() - interval '1 second', now() - interval '1 hour')`,
        [workspace, randomUUID(), entity, JSON.stringify({ workspaceId: workspace, batchId: entity }), starts, lone],
      );
    }
    const seen: string[] = [];
    await work(async ({ batchId }) => void seen.push(batchId));
    await eventually(hasStatus(dead, 'done'));
    await eventually(hasStatus(innocent, 'done'));
    await eventually(hasStatus(killer, 'quarantined'));
    expect([...seen].sort()).toEqual([dead, innocent].sort());
    expect(await taskOf(killer)).toMatchObject({ last_error: { code: 'QUEUE_CRASHED_REPEATEDLY' } });
  });

  it('does again what a worker was at when it was killed, and its effect is there once', async () => {
    const batchId = newBatch();
    const victim = fork(join(__dirname, '..', 'test', 'victim.cjs'), [db.url, engine.redisUrl ?? ''], {
      execArgv: ['--conditions=@kohort/source'],
      stdio: 'ignore',
    });
    const ended = new Promise<string | null>((done) => victim.once('exit', (_code, signal) => done(signal)));
    await announce(batchId);
    expect(await ended).toBe('SIGKILL');
    expect(await taskOf(batchId)).toMatchObject({ status: 'running', starts: 1 });
    // Its lease, lapsed.
    await owner.query(`update task set due_at = now(), enqueued_at = now() - interval '1 hour' where entity = $1`, [
      batchId,
    ]);
    await work(async (input) => {
      await db.database.inWorkspace(workspace, (tx) =>
        tx
          .insertInto('batch')
          .values({ workspace_id: workspace, id: input.batchId, kind: 'membership' })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    });
    await eventually(hasStatus(batchId, 'done'));
    expect(await taskOf(batchId)).toMatchObject({ starts: 2, failures: 0 });
    const effects = await owner.query('select row_count from batch where id = $1', [batchId]);
    expect(effects.rows).toEqual([{ row_count: 1 }]);
  });

  it('does what stands behind an open transaction at once, and tells readers of the log when that has ended', async () => {
    const done: string[] = [];
    const news: string[] = [];
    await work(async ({ batchId }) => void done.push(batchId));
    const listening = await listen(db.url, LOG_CHANNEL, (topics) => news.push(topics));
    await owner.query('begin');
    await owner.query('select pg_current_xact_id()');
    try {
      const hidden = newBatch();
      await announce(hidden);
      await eventually(() => done.includes(hidden));
      await owner.query('select pg_sleep(0.3)');
      expect(news).toEqual([]);
    } finally {
      await owner.query('commit');
    }
    await eventually(() => news.length > 0);
    expect(news[0]).toContain('MembershipChanged');
    await listening.close();
  });

  it('keeps its lease while it works, and stops when another has taken it', async () => {
    const batchId = newBatch();
    let started = false;
    let reason: unknown;
    await work(async (_, { signal }) => {
      started = true;
      await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
      reason = signal.reason;
      signal.throwIfAborted();
    });
    await announce(batchId);
    await eventually(() => started);
    const leased = await taskOf(batchId);
    await eventually(async () => Number((await taskOf(batchId))?.due_at) > Number(leased?.due_at));
    await owner.query(`update task set starts = starts + 1 where entity = $1`, [batchId]);
    await eventually(() => reason !== undefined);
    expect(reason).toMatchObject({ code: 'QUEUE_LEASE_LOST' });
    expect(await taskOf(batchId)).toMatchObject({ status: 'running', starts: 2 });
    await owner.query(`update task set status = 'done' where entity = $1`, [batchId]);
  });

  it('gives back at a shutdown what it was at, and another worker ends it', async () => {
    const batchId = newBatch();
    let started = false;
    await work(async (_, { signal }) => {
      started = true;
      await new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
    });
    await announce(batchId);
    await eventually(() => started);
    await workers?.stop();
    expect(await taskOf(batchId)).toMatchObject({ status: 'waiting', starts: 0, failures: 0 });
    await work(() => Promise.resolve());
    await eventually(hasStatus(batchId, 'done'));
  });

  it('loses nothing when the queue is emptied', async () => {
    const batches = Array.from({ length: 20 }, newBatch);
    await Promise.all(batches.map(announce));
    const waiting = async () => (await queues.counts('sync-worker-batches')).waiting;
    await eventually(async () => (await withStatus('waiting')).rowCount === batches.length && (await waiting()) > 0);
    await eventually(async () => (await engine.wipe(), (await waiting()) === 0));
    await owner.query(`update task set enqueued_at = now() - interval '1 hour' where status = 'waiting'`);
    const seen: string[] = [];
    await work(async ({ batchId }) => void seen.push(batchId));
    await eventually(() => seen.length === batches.length);
    expect([...seen].sort()).toEqual([...batches].sort());
  });

  it('hears of commits of another process, and goes on when all its connections are cut', async () => {
    const seen: string[] = [];
    await work(async ({ batchId }) => void seen.push(batchId));
    const elsewhere = openDatabase({
      url: `${db.url}?application_name=elsewhere`,
      maxConnections: 2,
      applicationName: 'elsewhere',
    });
    try {
      const first = newBatch();
      await elsewhere.inWorkspace(workspace, (tx) =>
        appendOutbox(tx, 'MembershipChanged', { workspaceId: workspace, batchId: first }),
      );
      await eventually(hasStatus(first, 'done'));
      await owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      const second = newBatch();
      // Connections that died while idle fail their next query; the caller's own retry gets a new one.
      const say = () =>
        elsewhere.inWorkspace(workspace, (tx) =>
          appendOutbox(tx, 'MembershipChanged', { workspaceId: workspace, batchId: second }),
        );
      await eventually(() =>
        say().then(
          () => true,
          () => false,
        ),
      );
      await eventually(() => seen.includes(second), 60_000);
      expect(seen).toEqual([first, second]);
    } finally {
      await elsewhere.close();
    }
  });

  it('asks the database at most five times a second when all is quiet, with all queues of the pipeline', async () => {
    const all = (name: Owner) =>
      Object.fromEntries(jobNames.filter((job) => pipeline[job].owner === name).map((job) => [job, nothing]));
    workers = await startWorkers({
      database: db.database,
      queues,
      logger: silentLogger,
      handlers: Object.fromEntries(OWNERS.map((name) => [name, all(name)])),
    });
    await new Promise((done) => setTimeout(done, 1_500));
    const query = jest.spyOn(Client.prototype, 'query');
    await new Promise((done) => setTimeout(done, 6_000));
    const perSecond = query.mock.calls.length / 6;
    query.mockRestore();
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThanOrEqual(5);
  });
});
