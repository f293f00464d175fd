import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '@kohort/kernel-errors';
import { eventually } from '../test/engines';
import { engineKinds, startQueueRig, type QueueRig } from '../test/queue-rig';

describe.each(engineKinds)('failures on %s', (kind) => {
  let rig: QueueRig;

  beforeAll(async () => {
    rig = await startQueueRig(kind);
  });
  afterEach(() => rig.stopWorkers());
  afterAll(() => rig.stop());

  it('tries an outage again after a wait, and counts the failures', async () => {
    let calls = 0;
    await rig.work(async () => {
      calls += 1;
      if (calls < 3) throw new AppError({ code: 'SPEC_AWAY', kind: 'transient', message: 'away' });
    });
    const batchId = rig.newBatch();
    await rig.announce(batchId);
    await eventually(rig.hasStatus(batchId, 'done'));
    expect(calls).toBe(3);
    expect(await rig.taskOf(batchId)).toMatchObject({ starts: 3, failures: 2, last_error: null });
  });

  it('waits as long as it was told to', async () => {
    const calls: number[] = [];
    await rig.work(async () => {
      calls.push(Date.now());
      if (calls.length === 1)
        throw new AppError({ code: 'SPEC_BUSY', kind: 'rate-limited', message: 'busy', afterMs: 700 });
    });
    const batchId = rig.newBatch();
    await rig.announce(batchId);
    await eventually(rig.hasStatus(batchId, 'done'));
    expect((calls[1] ?? 0) - (calls[0] ?? 0)).toBeGreaterThanOrEqual(700);
  });

  it('sets aside at once what no retry can mend, and after three times what nobody expected', async () => {
    let calls = 0;
    await rig.work(async () => {
      calls += 1;
      throw new AppError({ code: 'SPEC_WRONG', kind: 'invalid-input', message: 'wrong' });
    });
    const wrong = rig.newBatch();
    await rig.announce(wrong);
    await eventually(rig.hasStatus(wrong, 'quarantined'));
    expect(calls).toBe(1);
    expect(await rig.taskOf(wrong)).toMatchObject({ last_error: { code: 'SPEC_WRONG', kind: 'invalid-input' } });
    await rig.stopWorkers();

    calls = 0;
    await rig.work(async () => {
      calls += 1;
      throw new TypeError('undefined is not a function');
    });
    const broken = rig.newBatch();
    await rig.announce(broken);
    await eventually(rig.hasStatus(broken, 'quarantined'));
    expect(calls).toBe(3);
    expect(await rig.taskOf(broken)).toMatchObject({ last_error: { code: 'KERNEL_UNEXPECTED', kind: 'bug' } });
  });

  it('runs again what a dead worker left behind, and sets it aside when it has ended three alone', async () => {
    const dead = rig.newBatch();
    const innocent = rig.newBatch();
    const killer = rig.newBatch();
    const rows = [
      [dead, 1, 0],
      // Its worker ended while others were at work in it, too.
      [innocent, 7, 0],
      [killer, 4, 3],
    ] as const;
    for (const [entity, starts, lone] of rows) {
      await rig.owner.query(
        `insert into task (workspace_id, id, job, entity, payload, status, starts, lone_starts, due_at, enqueued_at)
         values ($1, $2, 'sync.track', $3, $4, 'running', $5, $6, now() - interval '1 second', now() - interval '1 hour')`,
        [
          rig.workspace,
          randomUUID(),
          entity,
          JSON.stringify({ workspaceId: rig.workspace, batchId: entity }),
          starts,
          lone,
        ],
      );
    }
    const seen: string[] = [];
    await rig.work(async ({ batchId }) => void seen.push(batchId));
    await eventually(rig.hasStatus(dead, 'done'));
    await eventually(rig.hasStatus(innocent, 'done'));
    await eventually(rig.hasStatus(killer, 'quarantined'));
    expect([...seen].sort()).toEqual([dead, innocent].sort());
    expect(await rig.taskOf(killer)).toMatchObject({ last_error: { code: 'QUEUE_CRASHED_REPEATEDLY' } });
  });

  it('does again what a worker was at when it was killed, and its effect is there once', async () => {
    const batchId = rig.newBatch();
    const victim = fork(join(__dirname, '..', 'test', 'victim.cjs'), [rig.db.url, rig.engine.redisUrl ?? ''], {
      execArgv: ['--conditions=@kohort/source'],
      stdio: 'ignore',
    });
    const ended = new Promise<string | null>((done) => victim.once('exit', (_code, signal) => done(signal)));
    await rig.announce(batchId);
    expect(await ended).toBe('SIGKILL');
    expect(await rig.taskOf(batchId)).toMatchObject({ status: 'running', starts: 1 });
    // Its lease, lapsed.
    await rig.owner.query(`update task set due_at = now(), enqueued_at = now() - interval '1 hour' where entity = $1`, [
      batchId,
    ]);
    await rig.work(async (input) => {
      await rig.db.database.inWorkspace(rig.workspace, (tx) =>
        tx
          .insertInto('batch')
          .values({ workspace_id: rig.workspace, id: input.batchId, kind: 'membership' })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    });
    await eventually(rig.hasStatus(batchId, 'done'));
    expect(await rig.taskOf(batchId)).toMatchObject({ starts: 2, failures: 0 });
    const effects = await rig.owner.query('select row_count from batch where id = $1', [batchId]);
    expect(effects.rows).toEqual([{ row_count: 1 }]);
  });

  it('keeps its lease while it works, and stops when another has taken it', async () => {
    const batchId = rig.newBatch();
    let started = false;
    let reason: unknown;
    await rig.work(async (_, { signal }) => {
      started = true;
      await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
      reason = signal.reason;
      signal.throwIfAborted();
    });
    await rig.announce(batchId);
    await eventually(() => started);
    const leased = await rig.taskOf(batchId);
    await eventually(async () => Number((await rig.taskOf(batchId))?.due_at) > Number(leased?.due_at));
    await rig.owner.query(`update task set starts = starts + 1 where entity = $1`, [batchId]);
    await eventually(() => reason !== undefined);
    expect(reason).toMatchObject({ code: 'QUEUE_LEASE_LOST' });
    expect(await rig.taskOf(batchId)).toMatchObject({ status: 'running', starts: 2 });
    await rig.owner.query(`update task set status = 'done' where entity = $1`, [batchId]);
  });

  it('gives back at a shutdown what it was at, and another worker ends it', async () => {
    const batchId = rig.newBatch();
    let started = false;
    await rig.work(async (_, { signal }) => {
      started = true;
      await new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
    });
    await rig.announce(batchId);
    await eventually(() => started);
    await rig.stopWorkers();
    expect(await rig.taskOf(batchId)).toMatchObject({ status: 'waiting', starts: 0, failures: 0 });
    await rig.work(() => Promise.resolve());
    await eventually(rig.hasStatus(batchId, 'done'));
  });
});
