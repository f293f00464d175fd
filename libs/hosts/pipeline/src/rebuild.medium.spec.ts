import { parseIdentityRules } from '@kohort/identity-domain';
import { sql } from 'kysely';
import { seededRandom, shuffle, systemClock } from '@kohort/kernel-clock-random';
import { cancelRun, databaseHealth, resumeSwitches, startTestDatabase } from '@kohort/platform-postgres';
import { openColumnLoader } from '@kohort/platform-columns';
import { startTestColumns } from '@kohort/testing-columns';
import { IdentityWorld, type Draft, type WorldParts } from '../test/identity-world';
import { rebuildThroughStops, RULE_SETS } from '../test/rebuild-worlds';
import { cut, draftOf, limited } from '../test/random-drafts';

jest.setTimeout(300_000);

describe('everybody made anew', () => {
  let parts: WorldParts;
  beforeAll(async () => {
    const [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    const loader = openColumnLoader({ database: db.database, columns: store.columns });
    parts = { db, store, loader, sizes: { events: 4, rows: 5 } };
  });
  afterAll(async () => {
    await parts.loader.close();
    await parts.store.stop();
    await parts.db.stop();
  });

  // Many more of them, under all sets of rules, are in the long run.
  it.each([3])(
    'world %i: stopped after every step, with events and decisions in between, it ends as if it had been so from the start',
    async (seed) => {
      expect(await rebuildThroughStops(parts, seed)).toBeGreaterThan(4);
    },
  );

  it('leaves nobody half done to be seen while it goes on, and decisions wait for the switch alone', async () => {
    const world = await IdentityWorld.open(parts, null);
    const drafts = Array.from({ length: 40 }, (_, n): Draft => ({ n, userId: `u${n % 8}`, anonymousId: 'kiosk' }));
    for (const batch of cut(drafts, 20)) await world.accept(batch);
    const runId = await world.rebuildRun(await world.saveRules(limited, 'draft'));
    const seen = new Set<string>();
    let isDone = false;
    const watch = async (): Promise<void> => {
      while (!isDone) {
        const odd = await world.query(sql<{ owners: number; n: number }>`
          select owners, count(*)::int as n from (
            select event_id, count(*)::int as owners from (
              select event_id, profile_id from event_assignment group by 1, 2 having sum(sign) > 0) a
            join profile p on p.id = a.profile_id and p.merged_into is null group by event_id) b group by 1`);
        for (const { owners, n } of odd) seen.add(`${owners} ${n}`);
      }
    };
    const watching = Promise.all([watch(), watch()]);
    await world.goOn(runId);
    isDone = true;
    await watching;
    expect([...seen]).toEqual(['1 40']);
    const left = await world.query(sql`select 1 from identity_slice union all select 1 from identity_switch`);
    expect(left).toEqual([]);
  });

  it('that failed for good in its switch is named, taken up once, and goes on where it was', async () => {
    const { database } = parts.db;
    const world = await IdentityWorld.open(parts, null);
    const drafts = Array.from({ length: 24 }, (_, n): Draft => ({ n, userId: `u${n % 6}`, anonymousId: 'kiosk' }));
    await world.accept(drafts);
    const runId = await world.rebuildRun(await world.saveRules(limited, 'draft'));
    const abort = new AbortController();
    const onProgress = ({ phase }: { readonly phase: string }): void => void (phase === 'judging' && abort.abort());
    await expect(world.goOn(runId, { signal: abort.signal, onProgress })).rejects.toThrow(/abort/i);
    const stranded = async (): Promise<number> => (await databaseHealth(database, systemClock)).strandedSwitches;
    expect([await stranded(), await resumeSwitches(database, 0)]).toEqual([0, []]);
    // As a job that has failed for good is left: run and task have ended.
    await world.query(sql`insert into task (workspace_id, id, job, entity, payload, status, failures, last_error)
      values (${world.workspaceId}, gen_random_uuid(), 'identity.rebuild', ${runId}, '{}', 'quarantined', 3, '{}')`);
    expect(await stranded()).toBe(1);
    await world.query(sql`update run set status = 'failed', finished_at = now() where id = ${runId}`);
    expect(await stranded()).toBe(1);
    // Not before its time.
    expect(await resumeSwitches(database, 3_600_000)).toEqual([]);
    const late: Draft = { n: 98, userId: 'u0' };
    await expect(world.accept([late])).rejects.toMatchObject({ code: 'IDENTITY_SWITCHING' });
    const twice = await Promise.all([resumeSwitches(database, 0), resumeSwitches(database, 0)]);
    expect(twice.flat()).toEqual([world.workspaceId]);
    expect(await stranded()).toBe(0);
    const tasks = await world.query(
      sql<{ job: string; status: string }>`select job, status, failures, enqueued_at from task where entity = ${runId}`,
    );
    // It is due again, and the relay has yet to hand it to its queue.
    expect(tasks).toEqual([{ job: 'identity.rebuild', status: 'waiting', failures: 0, enqueued_at: null }]);
    expect(await world.goOn(runId)).toMatchObject({ events: 24, profilesBefore: 1 });
    const never = await IdentityWorld.open(parts, limited);
    // It was stored, and counts with the others now.
    await never.accept([...drafts, late]);
    expect(await world.picture()).toEqual(await never.picture());
  });

  it('is cancelled while it reads, and not any more when it switches; until then everybody is as before', async () => {
    const world = await IdentityWorld.open(parts, null);
    const random = seededRandom(7);
    for (const batch of cut(
      shuffle(
        Array.from({ length: 30 }, (_, n) => draftOf(random, n)),
        random,
      ),
      10,
    )) {
      await world.accept(batch);
    }
    const before = await world.picture();
    const { workspaceId } = world;
    const runId = await world.rebuildRun(await world.saveRules(limited, 'draft'));
    const stopIn = async (phase: string): Promise<void> => {
      const abort = new AbortController();
      const onProgress = (at: { readonly phase: string }): void => void (at.phase === phase && abort.abort());
      await expect(world.goOn(runId, { signal: abort.signal, onProgress })).rejects.toThrow(/abort/i);
    };
    const wish = async (): Promise<boolean> => {
      await parts.db.database.inWorkspace(workspaceId, (tx) => cancelRun(tx, { workspaceId, runId }));
      const [run] = await world.query(sql<{ asked: boolean }>`select cancel_requested as asked from run`);
      return run?.asked ?? false;
    };
    await stopIn('reading history');
    expect(await world.picture()).toEqual(before);
    await stopIn('judging');
    expect(await world.picture()).toEqual(before);
    expect(await wish()).toBe(false);
    await expect(world.accept([{ n: 99, userId: 'u0' }])).rejects.toMatchObject({ code: 'IDENTITY_SWITCHING' });
    await expect(world.rebuild(await world.saveRules(parseIdentityRules(RULE_SETS[1]), 'draft'))).rejects.toMatchObject(
      { code: 'IDENTITY_SWITCHING' },
    );
    await world.goOn(runId);
    expect(await world.picture()).not.toEqual(before);
    const second = await world.rebuildRun(0);
    await world.query(sql`update run set cancel_requested = true where id = ${second}`);
    await expect(world.goOn(second)).rejects.toThrow('ended');
  });
});
