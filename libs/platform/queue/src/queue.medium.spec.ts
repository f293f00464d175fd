import { Client } from 'pg';
import { silentLogger } from '@kohort/kernel-telemetry';
import type { BatchId } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { OWNERS, jobNames, pipeline, type Owner } from '@kohort/pipeline-map';
import { LOG_CHANNEL, appendOutbox, listen, openDatabase } from '@kohort/platform-postgres';
import { eventually } from '../test/engines';
import { engineKinds, startQueueRig, type QueueRig } from '../test/queue-rig';
import { startWorkers } from './start-workers';

/** Tasks with a status. */
const withStatus = ({ owner }: QueueRig, status: string) =>
  owner.query(`select 1 from task where status = $1`, [status]);

const nothing = () => Promise.resolve();

describe.each(engineKinds)('queues on %s', (kind) => {
  let rig: QueueRig;

  beforeAll(async () => {
    rig = await startQueueRig(kind);
  });
  afterEach(() => rig.stopWorkers());
  afterAll(() => rig.stop());

  it('uses the engine that the address names', () => {
    expect(rig.queues.kind).toBe(kind);
  });

  it('hands a committed message to its job once, however often it is said', async () => {
    const seen: string[] = [];
    await rig.work(async ({ batchId }) => void seen.push(batchId));
    const batchId = rig.newBatch();
    await rig.announce(batchId);
    await rig.announce(batchId);
    await eventually(rig.hasStatus(batchId, 'done'));
    const after = rig.newBatch();
    await rig.announce(batchId);
    await rig.announce(after);
    await eventually(rig.hasStatus(after, 'done'));
    expect(seen).toEqual([batchId, after]);
  });

  it('knows nothing of a message whose transaction was rolled back', async () => {
    const seen: string[] = [];
    await rig.work(async ({ batchId }) => void seen.push(batchId));
    const lost = rig.newBatch();
    const rolledBack = rig.db.database.inWorkspace(rig.workspace, async (tx) => {
      await appendOutbox(tx, 'MembershipChanged', { workspaceId: rig.workspace, batchId: lost });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const kept = rig.newBatch();
    await rig.announce(kept);
    await eventually(rig.hasStatus(kept, 'done'));
    expect(seen).toEqual([kept]);
    expect(await rig.taskOf(lost)).toBeUndefined();
  });

  it('runs each of 400 messages of eight writers once', async () => {
    const seen = new Map<string, number>();
    await rig.work(async ({ batchId }) => void seen.set(batchId, (seen.get(batchId) ?? 0) + 1));
    const batches = Array.from({ length: 400 }, rig.newBatch);
    const writer = async (lane: number): Promise<void> => {
      for (let i = lane; i < batches.length; i += 8) await rig.announce(batches[i] as BatchId);
    };
    await Promise.all(Array.from({ length: 8 }, (_, lane) => writer(lane)));
    await eventually(async () => {
      const open = await rig.owner.query(`select 1 from task where status <> 'done' limit 1`);
      return open.rowCount === 0 && seen.size === batches.length;
    });
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
  });

  it('does what workers are told of at the commit without the queue, and finds what they did not hear', async () => {
    const seen: BatchId[] = [];
    const told = rig.newBatch();
    const stored = (batchId: BatchId) =>
      rig.db.database.inWorkspace(rig.workspace, (tx) =>
        appendOutbox(tx, 'EventsStored', { workspaceId: rig.workspace, batchId }),
      );
    // Nobody is there to hear of this one.
    const unheard = rig.newBatch();
    await stored(unheard);
    await rig.workAtCommit(async ({ batchIds }) => void seen.push(...batchIds));
    await stored(told);
    await eventually(async () => seen.includes(told) && seen.includes(unheard));
    await eventually(rig.hasStatus(unheard, 'done'));
    await eventually(rig.hasStatus(told, 'done'));
    expect(seen.toSorted()).toEqual([told, unheard].toSorted());
    expect(await rig.taskOf(told)).toMatchObject({ starts: 1 });
    // Without a word of it: found by the relay after a second.
    await rig.stopWorkers();
    const lost = rig.newBatch();
    await stored(lost);
    await eventually(async () => ((await rig.taskOf(lost))?.enqueues ?? 0) > 0);
    await rig.workAtCommit(async ({ batchIds }) => void seen.push(...batchIds));
    await eventually(rig.hasStatus(lost, 'done'));
    expect(seen.filter((id) => id === lost)).toHaveLength(1);
  });

  it('takes what waits of a workspace together, and a batch that fails sinks no other', async () => {
    const batches = Array.from({ length: 40 }, rig.newBatch);
    const poison = batches[17] as BatchId;
    await Promise.all(batches.map(rig.announce));
    await eventually(async () => (await withStatus(rig, 'waiting')).rowCount === batches.length);
    const takes: BatchId[][] = [];
    await rig.work(nothing, {
      together: async ({ batchIds }) => {
        takes.push([...batchIds]);
        if (batchIds.includes(poison))
          throw new AppError({ code: 'SPEC_WRONG', kind: 'invalid-input', message: 'wrong' });
      },
    });
    await eventually(
      async () => !(await withStatus(rig, 'waiting')).rowCount && !(await withStatus(rig, 'running')).rowCount,
    );
    const most = pipeline['sync.track'].together?.most ?? 0;
    expect(Math.max(...takes.map((take) => take.length))).toBe(most);
    const [together, ...alone] = takes.filter((take) => take.includes(poison)).map((take) => take.length);
    expect([Number(together) > 1, ...alone]).toEqual([true, 1]);
    const ends = await rig.owner.query(
      `select status, count(*)::int as n from task where entity = any($1) group by 1`,
      [batches],
    );
    expect(Object.fromEntries(ends.rows.map(({ status, n }) => [status, n]))).toEqual({ done: 39, quarantined: 1 });
    expect(await rig.taskOf(poison)).toMatchObject({ status: 'quarantined', failures: 1 });
  });

  it('does what stands behind an open transaction at once, and tells readers of the log when that has ended', async () => {
    const done: string[] = [];
    const news: string[] = [];
    await rig.work(async ({ batchId }) => void done.push(batchId));
    const listening = await listen(rig.db.url, LOG_CHANNEL, (topics) => news.push(topics));
    await rig.owner.query('begin');
    await rig.owner.query('select pg_current_xact_id()');
    try {
      const hidden = rig.newBatch();
      await rig.announce(hidden);
      await eventually(() => done.includes(hidden));
      await rig.owner.query('select pg_sleep(0.3)');
      expect(news).toEqual([]);
    } finally {
      await rig.owner.query('commit');
    }
    await eventually(() => news.length > 0);
    expect(news[0]).toContain('MembershipChanged');
    await listening.close();
  });

  it('loses nothing when the queue is emptied', async () => {
    const batches = Array.from({ length: 20 }, rig.newBatch);
    await Promise.all(batches.map(rig.announce));
    const waiting = async () => (await rig.queues.counts('sync-worker-batches')).waiting;
    await eventually(
      async () => (await withStatus(rig, 'waiting')).rowCount === batches.length && (await waiting()) > 0,
    );
    await eventually(async () => (await rig.engine.wipe(), (await waiting()) === 0));
    await rig.owner.query(`update task set enqueued_at = now() - interval '1 hour' where status = 'waiting'`);
    const seen: string[] = [];
    await rig.work(async ({ batchId }) => void seen.push(batchId));
    await eventually(() => seen.length === batches.length);
    expect([...seen].sort()).toEqual([...batches].sort());
  });

  it('hears of commits of another process, and goes on when all its connections are cut', async () => {
    const seen: string[] = [];
    await rig.work(async ({ batchId }) => void seen.push(batchId));
    const elsewhere = openDatabase({
      url: `${rig.db.url}?application_name=elsewhere`,
      maxConnections: 2,
      applicationName: 'elsewhere',
    });
    try {
      const first = rig.newBatch();
      await elsewhere.inWorkspace(rig.workspace, (tx) =>
        appendOutbox(tx, 'MembershipChanged', { workspaceId: rig.workspace, batchId: first }),
      );
      await eventually(rig.hasStatus(first, 'done'));
      await rig.owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      const second = rig.newBatch();
      // Connections that died while idle fail their next query; the caller's own retry gets a new one.
      const say = () =>
        elsewhere.inWorkspace(rig.workspace, (tx) =>
          appendOutbox(tx, 'MembershipChanged', { workspaceId: rig.workspace, batchId: second }),
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
    const workers = await startWorkers({
      database: rig.db.database,
      queues: rig.queues,
      logger: silentLogger,
      handlers: Object.fromEntries(OWNERS.map((name) => [name, all(name)])),
    });
    // What the start still asks may fall into the first spans: where much else runs it takes longer.
    let perSecond = Infinity;
    for (let spans = 0; spans < 10 && perSecond > 5; spans += 1) {
      const query = jest.spyOn(Client.prototype, 'query');
      await new Promise((done) => setTimeout(done, 5_000));
      perSecond = query.mock.calls.length / 5;
      query.mockRestore();
    }
    await workers.stop();
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThanOrEqual(5);
  });
});
