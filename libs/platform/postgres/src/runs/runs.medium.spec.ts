import { z } from 'zod';
import { systemClock } from '@kohort/kernel-clock-random';
import type { Json, Run, RunContext, RunId, WorkspaceId } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { holdFence } from '../fence';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { createRun } from './create-run';
import { cancelRun, runHandler, saveCheckpoint } from './run-handler';
import { getRun } from './run-record';
import { startRun } from './start-run';
import { startsWithoutProgress } from './starts-without-progress';

const job = 'features.compute' as const;
const params = z.object({ asOf: z.number() });
type Flow = (context: RunContext, params: { asOf: number }) => Promise<Json>;

describe('runs', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
  });

  afterAll(() => db.stop());

  async function ask(idempotencyKey: string | null = null, asOf: unknown = 5): Promise<RunId> {
    const made = await db.database.inWorkspace(workspaceId, (tx) =>
      createRun(tx, { workspaceId, job, params: { asOf: asOf as Json }, idempotencyKey }),
    );
    return made.runId;
  }

  const look = async (runId: RunId): Promise<Run> => {
    const run = await db.database.inWorkspace(workspaceId, (tx) => getRun(tx, { workspaceId, runId }));
    if (!run) throw new Error('no such run');
    return run;
  };

  const handle = (
    runId: RunId,
    flow: Flow,
    control: { signal?: AbortSignal; isLastAttempt?: boolean } = {},
  ): Promise<void> =>
    runHandler({ database: db.database, clock: systemClock, params, flow })(
      { workspaceId, runId },
      { signal: control.signal ?? new AbortController().signal, isLastAttempt: control.isLastAttempt ?? false },
    );

  const start = async (runId: RunId) => {
    const session = await startRun(db.database, { workspaceId, runId, clock: systemClock });
    if (!session) throw new Error('not started');
    return session;
  };

  const away = (): AppError => new AppError({ code: 'SPEC_AWAY', kind: 'transient', message: 'away' });

  it('asks for a run and its start together, and for the same key once', async () => {
    const [first, second] = [await ask('key-1'), await ask('key-1')];
    expect(second).toBe(first);
    const messages = await db.database.relay.selectFrom('outbox').select(['topic', 'payload']).execute();
    expect(messages).toEqual([{ topic: 'FeaturesRequested', payload: { workspaceId, runId: first } }]);
    const rolledBack = db.database.inWorkspace(workspaceId, async (tx) => {
      await createRun(tx, { workspaceId, job, params: {} });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await db.database.relay.selectFrom('outbox').select('topic').execute()).toHaveLength(1);
  });

  it('gives the flow its parameters and keeps what it answers', async () => {
    const runId = await ask();
    let seen: unknown;
    await handle(runId, async (context, given) => {
      seen = { given, status: context.run.status, fence: context.fence.fence };
      context.onProgress({ phase: 'people', done: 3, total: 9 });
      return { people: 9 };
    });
    expect(seen).toEqual({ given: { asOf: 5 }, status: 'running', fence: 1 });
    expect(await look(runId)).toMatchObject({
      status: 'succeeded',
      result: { people: 9 },
      progress: { phase: 'people', done: 3 },
    });
  });

  it('does a run that has ended no more', async () => {
    const runId = await ask();
    let calls = 0;
    const flow: Flow = async () => ++calls;
    await handle(runId, flow);
    await handle(runId, flow);
    expect(calls).toBe(1);
  });

  it('lets the earlier of two starts compute, but not commit and not write how it ended', async () => {
    const runId = await ask();
    const first = await start(runId);
    const second = await start(runId);
    const effect = (session: typeof first) =>
      db.database.inWorkspace(workspaceId, (tx) =>
        saveCheckpoint(tx, session.context.fence, { at: session.context.fence.fence }),
      );
    await expect(effect(first)).rejects.toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
    await effect(second);
    await first.fail(away());
    expect(await look(runId)).toMatchObject({ status: 'running', checkpoint: { at: 2 }, error: null });
    await second.succeed(1);
    expect(await look(runId)).toMatchObject({ status: 'succeeded' });
    await expect(
      db.database.inWorkspace(workspaceId, (tx) => holdFence(tx, second.context.fence)),
    ).rejects.toMatchObject({
      code: 'POSTGRES_FENCE_LOST',
    });
  });

  it('tells an overtaken start to stop', async () => {
    const runId = await ask();
    const first = await start(runId);
    const told = new Promise((done) =>
      first.context.signal.addEventListener('abort', () => done(first.context.signal.reason)),
    );
    const second = await start(runId);
    expect(await told).toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
    await first.release(undefined);
    await second.succeed(null);
  });

  it('puts a failure that may pass back, and ends the run at the last try', async () => {
    const runId = await ask();
    await expect(handle(runId, () => Promise.reject(away()))).rejects.toMatchObject({ code: 'SPEC_AWAY' });
    expect(await look(runId)).toMatchObject({
      status: 'queued',
      error: { code: 'SPEC_AWAY', kind: 'transient', message: 'away' },
    });
    await handle(runId, () => Promise.reject(away()), { isLastAttempt: true });
    expect(await look(runId)).toMatchObject({ status: 'failed', error: { code: 'SPEC_AWAY' } });
  });

  it('ends the run at once where no retry helps, and masks a bug', async () => {
    const small = await ask();
    const few = new AppError({ code: 'SPEC_FEW', kind: 'unsuitable-data', message: 'too few people' });
    await handle(small, () => Promise.reject(few));
    expect(await look(small)).toMatchObject({
      status: 'failed',
      error: { code: 'SPEC_FEW', message: 'too few people' },
    });
    const broken = await ask();
    await handle(broken, () => Promise.reject(new TypeError('secret@example.com is not a function')));
    const run = await look(broken);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'KERNEL_UNEXPECTED', kind: 'bug' } });
    expect(JSON.stringify(run.error)).not.toContain('secret@');
    const wrong = await ask(null, 'never');
    await handle(wrong, async () => 1);
    expect(await look(wrong)).toMatchObject({ status: 'failed' });
  });

  it('stops a running run within its next beat when a person asks for it', async () => {
    const runId = await ask();
    let begun: () => void = () => undefined;
    const started = new Promise<void>((done) => (begun = done));
    const done = handle(runId, (context) => {
      begun();
      return new Promise((_done, fail) => context.signal.addEventListener('abort', () => fail(context.signal.reason)));
    });
    await started;
    await db.database.inWorkspace(workspaceId, (tx) => cancelRun(tx, { workspaceId, runId }));
    await done;
    expect(await look(runId)).toMatchObject({ status: 'cancelled', cancelRequested: true });
  });

  it('cancels at once what has not begun, and never starts it', async () => {
    const runId = await ask();
    await db.database.inWorkspace(workspaceId, (tx) => cancelRun(tx, { workspaceId, runId }));
    expect(await look(runId)).toMatchObject({ status: 'cancelled' });
    let calls = 0;
    await handle(runId, async () => ++calls);
    expect(calls).toBe(0);
  });

  it('goes back to the queue at a shutdown, and on from its checkpoint afterwards', async () => {
    const runId = await ask();
    const shutdown = new AbortController();
    const first = handle(
      runId,
      async (context) => {
        await db.database.inWorkspace(workspaceId, (tx) => saveCheckpoint(tx, context.fence, { row: 7 }));
        shutdown.abort(new AppError({ code: 'QUEUE_SHUTDOWN', kind: 'cancelled', message: 'down' }));
        throw context.signal.reason;
      },
      { signal: shutdown.signal },
    );
    await expect(first).rejects.toMatchObject({ code: 'QUEUE_SHUTDOWN' });
    expect(await look(runId)).toMatchObject({ status: 'queued', error: null });
    let from: Json = null;
    await handle(runId, async (context) => (from = context.run.checkpoint));
    expect(from).toEqual({ row: 7 });
  });

  it('counts starts anew from each checkpoint', async () => {
    const runId = await ask();
    const starts = (): Promise<number> => startsWithoutProgress(db.database, { workspaceId, runId });
    expect(await starts()).toBe(0);
    await start(runId);
    const second = await start(runId);
    expect(await starts()).toBe(2);
    await db.database.inWorkspace(workspaceId, (tx) => saveCheckpoint(tx, second.context.fence, { row: 7 }));
    expect(await starts()).toBe(0);
    await start(runId);
    expect(await starts()).toBe(1);
  });
});
