import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { batchIdSchema, type ProfileId, type SuppressionRequest } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { noteMoved, privacyStore, withClient } from '@kohort/platform-postgres';
import { useBackfillWorld } from '../test/backfill-world';
import { MOMENTS, beside } from '../test/beside-fills';
import { editList, evaluateTouched, runDueTimers, type BackfillDeps } from './index';

jest.setTimeout(240_000);
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const atLeast = (n: number): object => rule({ event: { name: 'Order Completed', count: { op: 'gte', n } } });

describe('what happens beside a fill', () => {
  const world = useBackfillWorld();
  const { query, addSegment, addVersion, ask, run, runAll, numbers, members } = world;

  /** Nobody is asked in a statement, but everybody person by person. */
  const walking = (deps: BackfillDeps): BackfillDeps => {
    const tooHeavy = new AppError({ code: 'COLUMNS_TOO_HEAVY', kind: 'unsuitable-data', message: 'memory' });
    return { ...deps, columns: { ...deps.columns, fill: () => Promise.reject(tooHeavy) } };
  };
  const idOf = async (name: string): Promise<ProfileId> => {
    const [row] = await query(sql<{ id: ProfileId }>`select id from profile where canonical_id = ${name}`);
    if (!row) throw new TypeError('nobody');
    return row.id;
  };
  const identify = () =>
    query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      select ${world.workspaceId}, id, 'user_id', canonical_id, now() from profile`);
  const naming = (...ids: readonly string[]): SuppressionRequest => ({
    identifiers: [],
    lookup: { ids, emails: [], phones: [] },
    reason: 'asked for it',
    digestsOf: () => [],
  });
  const suppress = (...ids: readonly string[]) =>
    privacyStore(world.db.database).suppress(world.workspaceId, naming(...ids));
  const unsuppress = (...ids: readonly string[]) =>
    privacyStore(world.db.database).unsuppress(world.workspaceId, naming(...ids));
  const waiting = async (): Promise<number> => {
    // Other specs may have databases of their own on the same server.
    const found = await query(sql<{ n: number }>`select count(distinct pid)::int as n
      from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`);
    return found[0]?.n ?? 0;
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await query(sql`select pg_sleep(0.01)`);
  };
  /** Somebody else holds something until told to let go. */
  const hold = async (statement: ReturnType<typeof sql>): Promise<() => Promise<void>> => {
    let letGo = (): void => undefined;
    let isHeld = (): void => undefined;
    const [told, held] = [new Promise<void>((go) => (letGo = go)), new Promise<void>((go) => (isHeld = go))];
    const ended = world.db.database.inWorkspace(world.workspaceId, async (tx) => {
      await statement.execute(tx);
      isHeld();
      await told;
    });
    await held;
    return () => (letGo(), ended);
  };
  const takePerson = (name: string) =>
    hold(sql`select 1 from profile where canonical_id = ${name} and workspace_id = ${world.workspaceId} for update`);

  it.each(MOMENTS.flatMap((moment) => [false, true].map((isWalked) => ({ moment, isWalked }))))(
    'who is put on the suppression list and taken off it when the first version is $moment stands right (person by person: $isWalked)',
    async ({ moment, isWalked }) => {
      await identify();
      await run(await ask(await addSegment('all', atLeast(0)), 1));
      await suppress('u1', 'u2', 'u7');
      const id = await addSegment('buyers', atLeast(2));
      const deps = beside(world.deps, moment, async () => {
        await suppress('u3', 'u6');
        await unsuppress('u1', 'u2', 'u6');
      });
      expect(await run(await ask(id, 1), isWalked ? walking(deps) : deps)).toMatchObject({ status: 'succeeded' });
      await runDueTimers(world.deps, 100);
      expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2 && i !== 3 && i !== 7));
      expect(await members('all')).toEqual(numbers((i) => i !== 3 && i !== 7));
    },
  );

  it.each(['before', 'beside, first', 'beside, second'] as const)(
    'who is taken off the suppression list is asked by the version that serves in the end, where their timer is due %s its turn',
    async (when) => {
      await identify();
      const id = await addSegment('buyers', atLeast(3));
      await run(await ask(id, 1));
      await suppress('u2', 'u6');
      await addVersion(id, 2, atLeast(2));
      const { store } = world.deps;
      const deps = walking(beside(world.deps, 'answered', async () => undefined));
      const applyDiff = async (diff: Parameters<typeof store.applyDiff>[0]) => {
        await unsuppress('u2');
        if (when === 'before') await runDueTimers(world.deps, 100);
        if (when === 'before') return store.applyDiff(diff);
        const isFirst = when === 'beside, first';
        const letGo = await (isFirst ? takePerson('u2') : hold(sql`select 1 from segment where id = ${id} for update`));
        const flip = () => store.applyDiff(diff);
        const turn = () => runDueTimers(world.deps, 100);
        const first = isFirst ? turn() : flip();
        await until(async () => (await waiting()) === 1);
        const second = isFirst ? flip() : turn();
        await until(async () => (await waiting()) === 2);
        await letGo();
        const outcomes = await Promise.all([first, second]);
        return outcomes[isFirst ? 1 : 0] as Awaited<ReturnType<typeof flip>>;
      };
      const done = await run(await ask(id, 2), { ...deps, store: { ...deps.store, applyDiff } });
      expect(done).toMatchObject({ status: 'succeeded' });
      await runDueTimers(world.deps, 100);
      expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2 && i !== 6));
    },
  );

  it.each(['put on', 'taken off'] as const)(
    'who is just being %s the suppression list when a version begins to serve is not missed by both',
    async (way) => {
      await identify();
      const isOn = way === 'put on';
      if (!isOn) await suppress('u2');
      // Whoever changes a person waits with the commit while somebody holds what the trigger asks for.
      const key = 4_242;
      await withClient({ connectionString: world.db.url }, async (client) => {
        await client.query(`create function kohort.wait_with_commit() returns trigger language plpgsql as
          $$ begin perform pg_advisory_xact_lock_shared(${key}); return null; end $$`);
        await client.query(`create constraint trigger wait_with_commit after update on kohort.profile
          deferrable initially deferred for each row execute function kohort.wait_with_commit()`);
      });
      const { store } = world.deps;
      let letGo: (() => Promise<void>) | null = null;
      let asked: Promise<unknown> = Promise.resolve();
      const deps: BackfillDeps = {
        ...world.deps,
        store: {
          ...store,
          applyDiff: async (diff) => {
            if (letGo === null) {
              letGo = await hold(sql`select pg_advisory_xact_lock(${key})`);
              asked = isOn ? suppress('u2') : unsuppress('u2');
              await until(async () => (await waiting()) === 1);
            }
            let isApplied = false;
            const applied = store.applyDiff(diff).finally(() => (isApplied = true));
            await until(async () => isApplied || (await waiting()) === 2);
            if (!isApplied) await letGo();
            return applied;
          },
          changedSince: async (...args) => {
            const found = await store.changedSince(...args);
            await letGo?.();
            return found;
          },
        },
      };
      const done = await run(await ask(await addSegment('buyers', atLeast(2)), 1), deps);
      await asked;
      await withClient({ connectionString: world.db.url }, (client) =>
        client.query('drop function kohort.wait_with_commit() cascade'),
      );
      expect(done).toMatchObject({ status: 'succeeded' });
      await runDueTimers(world.deps, 100);
      expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2 && (i !== 2 || !isOn)));
    },
  );

  /** One becomes another, as identity says it, and is asked about. */
  const merge = async (from: string, to: string): Promise<void> => {
    const batchId = batchIdSchema.parse(randomUUID());
    const { workspaceId } = world;
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await query(sql`with made as (
        insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events') returning id),
      moved as (
        insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select workspace_id, event_id, p.id, ${batchId}, received_at, ts, p.sign from event_assignment,
          (values (${fromId}::uuid, -1), (${toId}::uuid, 1)) as p (id, sign) where profile_id = ${fromId})
      update profile set merged_into = ${toId} where id = ${fromId}`);
    await evaluateTouched(world.deps, { workspaceId, batchIds: [batchId], computedTraits: [] });
  };
  const consent = async (userId: string): Promise<void> => {
    const said = { subject: { type: 'user_id', value: userId }, purpose: 'email', state: 'granted' } as const;
    const { workspaceId } = world;
    const { batchId } = await privacyStore(world.db.database).record(workspaceId, [
      { ...said, kind: 'explicit', at: 1_000, basis: 'consent', source: 'api', proof: '' },
    ]);
    if (batchId !== null) await evaluateTouched(world.deps, { workspaceId, batchIds: [batchId], computedTraits: [] });
  };
  const list = (add: readonly string[], remove: readonly string[]) =>
    editList(world.deps, world.workspaceId, {
      ...{ key: 'vips', add, remove, identifierType: 'user_id', cause: 'edit' },
    });

  const named = rule({ segment: { key: 'vips' } });
  const notNamed = rule({ none: [{ segment: { key: 'named' } }] });

  it.each(MOMENTS)(
    'who is merged, consents, states an identifier or is listed when the first version is %s stands right',
    async (moment) => {
      await identify();
      await consent('u8');
      await consent('nobody yet');
      await addSegment('vips', rule({ any: [] }), 'list');
      await list(['u4', 'u5', 'u9'], []);
      const ids = [
        await addSegment('buyers', atLeast(2)),
        await addSegment('mail', rule({ consent: { purpose: 'email' } })),
        await addSegment('listed', named),
      ];
      const deps = beside(world.deps, moment, async () => {
        await merge('u1', 'u5');
        await merge('u6', 'u7');
        await merge('u9', 'u0');
        await consent('u2');
        const id = await idOf('u3');
        await query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
          values (${world.workspaceId}, ${id}, 'user_id', 'nobody yet', now())`);
        await world.db.database.inWorkspace(world.workspaceId, (tx) =>
          noteMoved(tx, world.workspaceId, { batchIds: [], profileIds: [id] }),
        );
        await list(['u12'], ['u4']);
      });
      for (const one of await runAll(await Promise.all(ids.map((id) => ask(id, 1))), deps))
        expect(one).toMatchObject({ status: 'succeeded' });
      await runDueTimers(world.deps, 100);
      expect(await members('buyers')).toEqual(numbers((i) => i === 5 || (i % 4 >= 2 && i !== 6)));
      expect(await members('mail')).toEqual(['u2', 'u3', 'u8']);
      for (const key of ['vips', 'listed']) expect(await members(key)).toEqual(['u0', 'u12', 'u5']);
    },
  );

  it.each(MOMENTS)(
    'who is listed when a version is %s that looks at the list through another stands right',
    async (moment) => {
      await identify();
      await addSegment('vips', rule({ any: [] }), 'list');
      await list(['u4', 'u9'], []);
      await run(await ask(await addSegment('named', named), 1));
      const deps = beside(world.deps, moment, async () => {
        await merge('u9', 'u0');
        await list(['u12'], ['u4']);
      });
      const id = await addSegment('not-named', notNamed);
      expect(await run(await ask(id, 1), deps)).toMatchObject({ status: 'succeeded' });
      await runDueTimers(world.deps, 100);
      expect(await members('named')).toEqual(['u0', 'u12']);
      expect(await members('not-named')).toEqual(numbers((i) => ![0, 9, 12].includes(i)));
    },
  );

  it.each(MOMENTS)(
    'whatever becomes of the rule of another when a version is %s that names it, it is heard',
    async (moment) => {
      const bought = await addSegment('bought', atLeast(1));
      const often = await addSegment('often', atLeast(2));
      const later = await addSegment('later', atLeast(3));
      for (const id of [bought, often]) await run(await ask(id, 1));
      await addVersion(bought, 2, atLeast(3));
      const deps = beside(world.deps, moment, async () => {
        await run(await ask(bought, 2, { released: true }));
        await query(sql`update segment set status = 'archived' where id = ${often}`);
        await run(await ask(often, 1, { emptied: true }));
        await run(await ask(later, 1));
      });
      const not = (key: string) => rule({ none: [{ segment: { key } }] });
      const keys = ['bought', 'often', 'later'];
      const ids = await Promise.all(keys.map((key) => addSegment(`not-${key}`, not(key))));
      for (const one of await runAll(await Promise.all(ids.map((id) => ask(id, 1))), deps))
        expect(one).toMatchObject({ status: 'succeeded' });
      expect(await members('not-bought')).toEqual(numbers((i) => i % 4 < 3));
      expect(await members('not-often')).toEqual(numbers(() => true));
      expect(await members('not-later')).toEqual(numbers((i) => i % 4 < 3));
    },
  );
});
