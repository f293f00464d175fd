import { sql } from 'kysely';
import { cancelRun } from '@kohort/platform-postgres';
import { PEOPLE, useBackfillWorld } from '../test/backfill-world';
import type { BackfillDeps } from './index';

jest.setTimeout(240_000);
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const buyers = rule({ event: { name: 'Order Completed', count: { op: 'gte', n: 2 } } });

describe('the end of a fill of a segment that serves nothing yet', () => {
  const world = useBackfillWorld();
  const { addSegment, addVersion, ask, run, runAll, segment, query } = world;
  const broken = (): BackfillDeps => ({
    ...world.deps,
    store: { ...world.deps.store, applyDiff: () => Promise.reject(new TypeError('broken')) },
  });
  const republish = (): Promise<unknown> => query(sql`update segment set status = 'backfilling' where key = 'buyers'`);

  it('is told as failed, and publishing it again makes it serve', async () => {
    const id = await addSegment('buyers', buyers);
    expect(await run(await ask(id, 1), broken())).toMatchObject({ status: 'failed' });
    expect(await segment('buyers')).toMatchObject({ status: 'failed', live_version: null });
    await republish();
    expect(await run(await ask(id, 1))).toMatchObject({ status: 'succeeded' });
    expect(await segment('buyers')).toMatchObject({ status: 'live', live_version: 1, n: String(PEOPLE / 2) });
  });

  it('leaves what serves alone', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    await addVersion(id, 2, rule({ event: { name: 'Order Completed' } }));
    expect(await run(await ask(id, 2), broken())).toMatchObject({ status: 'failed' });
    expect(await segment('buyers')).toMatchObject({ status: 'live', live_version: 1 });
  });

  it('is a draft again when a person did not want it, before it began or while it was under way', async () => {
    const id = await addSegment('buyers', buyers);
    const cancel = (runId: Parameters<typeof cancelRun>[1]['runId']): Promise<void> =>
      world.db.database.inWorkspace(world.workspaceId, (tx) =>
        cancelRun(tx, { workspaceId: world.workspaceId, runId }),
      );
    await cancel(await ask(id, 1));
    expect(await segment('buyers')).toMatchObject({ status: 'draft' });
    // Asked to stop while a worker had it that is gone by now: the next one finds the wish.
    await republish();
    const orphan = await ask(id, 1);
    await query(sql`update run set status = 'running', cancel_requested = true where id = ${orphan}::uuid`);
    expect(await run(orphan)).toMatchObject({ status: 'cancelled' });
    expect(await segment('buyers')).toMatchObject({ status: 'draft' });
    await republish();
    const runId = await ask(id, 1);
    const { store } = world.deps;
    const asking: BackfillDeps = {
      ...world.deps,
      store: {
        ...store,
        mark: async (workspaceId) => {
          await cancel(runId);
          return store.mark(workspaceId);
        },
        applyDiff: async () => {
          // The wish is heard at the next beat.
          const { signal } = world.started[0] ?? { signal: AbortSignal.abort() };
          if (!signal.aborted)
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          throw signal.reason;
        },
      },
    };
    expect(await run(runId, asking)).toMatchObject({ status: 'cancelled' });
    expect(await segment('buyers')).toMatchObject({ status: 'draft', live_version: null });
  });

  it('waits for the last of several fills', async () => {
    const id = await addSegment('buyers', buyers);
    await addVersion(id, 2, rule({ event: { name: 'Order Completed' } }));
    const [first, second] = [await ask(id, 1), await ask(id, 2)];
    await run(first, broken());
    expect(await segment('buyers')).toMatchObject({ status: 'backfilling' });
    await runAll([second], broken()).catch(() => undefined);
    expect(await segment('buyers')).toMatchObject({ status: 'failed' });
  });
});
