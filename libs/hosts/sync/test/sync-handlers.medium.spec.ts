import { systemClock } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { createRun, getRun, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { createSecretBox } from '@kohort/plugin-kit-host';
import { faults } from '@kohort/plugin-kit-testkit';
import { syncHandlers, type SyncHost } from '../src';
import { SECRET, SyncWorld } from './sync-world';

describe('the jobs, as the worker runs them', () => {
  const secrets = createSecretBox([Buffer.alloc(32, 9)]);
  const control = { signal: new AbortController().signal, isLastAttempt: false };
  let db: TestDatabase;
  let world: SyncWorld;
  let host: SyncHost;
  beforeAll(async () => {
    db = await startTestDatabase();
    world = await SyncWorld.create(db);
    world.clock.set(systemClock.now());
    host = syncHandlers({
      engines: { database: db.database, clock: systemClock, logger: silentLogger },
      secrets,
      filesDir: null,
      egressAllow: [world.shop.pair],
    });
    const sealed = secrets.seal({ workspaceId: world.workspaceId, destinationKey: 'hook' }, { secret: SECRET });
    await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx
        .updateTable('destination')
        .set({ settings: JSON.stringify({ url: world.shop.url }), secrets: Buffer.from(sealed) })
        .execute(),
    );
  });
  afterAll(async () => {
    await host.close();
    await world.close();
    await db.stop();
  });
  const runStatus = (): Promise<{ run: string; sync: string }[]> =>
    db.database.inWorkspace(world.workspaceId, (tx) =>
      tx
        .selectFrom('run')
        .innerJoin('sync_run', 'sync_run.id', 'run.id')
        .select(['run.status as run', 'sync_run.status as sync'])
        .orderBy('run.created_at')
        .execute(),
    );
  const carryOut = async (): Promise<void> => {
    for (const { id } of await world.openRuns())
      await host.handlers['sync.run']?.({ workspaceId: world.workspaceId, runId: id }, control);
  };

  it('deliver a batch with sealed credentials, and doing it twice does nothing twice', async () => {
    await world.turn(await world.addPeople(25), true, false);
    const input = { workspaceId: world.workspaceId, batchIds: [world.lastBatch!] };
    await host.handlers['sync.track']?.(input, control);
    await host.handlers['sync.track']?.(input, control);
    expect(await world.openRuns()).toHaveLength(1);
    await carryOut();
    expect(world.held()).toEqual(world.desired());
    expect(await runStatus()).toEqual([{ run: 'succeeded', sync: 'succeeded' }]);
    await host.handlers['sync.track']?.(input, control);
    expect(await world.openRuns()).toEqual([]);
    expect(world.receiver.operations.length).toBe(25);
  });

  it('answer a check and a dry run as results of their own, and send nothing for a dry run', async () => {
    const result = async (job: 'sync.preview' | 'destinations.check', params: Json): Promise<unknown> => {
      const { workspaceId } = world;
      const { runId } = await db.database.inWorkspace(workspaceId, (tx) => createRun(tx, { workspaceId, job, params }));
      await host.handlers[job]?.({ workspaceId, runId }, control);
      const run = await db.database.inWorkspace(workspaceId, (tx) => getRun(tx, { workspaceId, runId }));
      return { status: run?.status, result: run?.result };
    };
    const [{ id: destinationId }] = (await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('destination').select('id').execute(),
    )) as [{ id: string }];
    const sent = world.receiver.operations.length;
    const checked = await result('destinations.check', { destinationId });
    expect(checked).toMatchObject({ status: 'succeeded', result: { ok: true, diagnoses: [{ ok: true }] } });
    const preview = await result('sync.preview', { syncId: world.ids.syncId, limit: 5 });
    expect(preview).toMatchObject({
      status: 'succeeded',
      result: { requests: expect.any(Array), counts: { held: 25 } },
    });
    expect(JSON.stringify([checked, preview])).not.toContain(SECRET);
    expect(world.receiver.operations.length).toBe(sent);
  });

  it('say that a run failed, and leave a task that is due when the destination may be asked again', async () => {
    await world.turn(await world.addPeople(1), true);
    world.shop.script(faults.tooMany('90'));
    await carryOut();
    expect(await runStatus()).toEqual([
      { run: 'succeeded', sync: 'succeeded' },
      { run: 'succeeded', sync: 'failed' },
      { run: 'queued', sync: 'queued' },
    ]);
    const [task] = await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('task').selectAll().orderBy('due_at', 'desc').execute(),
    );
    expect(task).toMatchObject({ job: 'sync.run', status: 'waiting', enqueued_at: null });
    expect(task?.due_at.getTime()).toBeGreaterThan(systemClock.now() + 60_000);
  });

  it('close what a person cancelled before it began', async () => {
    await db.database.inWorkspace(world.workspaceId, (tx) =>
      tx
        .updateTable('run')
        .set({ status: 'cancelled', finished_at: new Date() })
        .where('status', '=', 'queued')
        .execute(),
    );
    await world.turn(await world.addPeople(1), true);
    expect((await runStatus()).slice(-2)).toEqual([
      { run: 'cancelled', sync: 'cancelled' },
      { run: 'queued', sync: 'queued' },
    ]);
  });
});
