import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from './test-database';

describe('the wall between workspaces', () => {
  let db: TestDatabase;
  let ours: WorkspaceId;
  let theirs: WorkspaceId;
  const theirSource = randomUUID();

  beforeAll(async () => {
    db = await startTestDatabase();
    ours = await db.addWorkspace('ours');
    theirs = await db.addWorkspace('theirs');
    await db.database.inWorkspace(theirs, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: theirs, id: theirSource, key: 'web', name: 'Web', kind: 'http' })
        .execute(),
    );
  });

  afterAll(() => db.stop());

  it('shows only the workspace that the transaction names', async () => {
    const seen = await db.database.inWorkspace(ours, (tx) => tx.selectFrom('workspace').select('name').execute());
    expect(seen).toEqual([{ name: 'ours' }]);
    expect(await db.database.inWorkspace(ours, (tx) => tx.selectFrom('source').selectAll().execute())).toEqual([]);
  });

  it('shows nothing where the setting was never set or was left empty by an earlier transaction', async () => {
    // Every connection of the pool has been through a transaction, so that the setting is '' and no longer unset.
    const counts = await Promise.all(
      Array.from({ length: 10 }, () =>
        db.database.inWorkspace(ours, async (tx) => {
          await sql`select set_config('app.ws', '', true)`.execute(tx);
          return tx.selectFrom('workspace').selectAll().execute();
        }),
      ),
    );
    expect(counts.flat()).toEqual([]);
  });

  it('refuses to write a row of another workspace', async () => {
    const write = db.database.inWorkspace(ours, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: theirs, id: randomUUID(), key: 'x', name: 'x', kind: 'http' })
        .execute(),
    );
    await expect(write).rejects.toMatchObject({ code: '42501' });
    const moved = db.database.inWorkspace(theirs, (tx) =>
      tx.updateTable('source').set({ workspace_id: ours }).where('id', '=', theirSource).execute(),
    );
    await expect(moved).rejects.toMatchObject({ code: '42501' });
  });

  it('changes and deletes nothing of another workspace', async () => {
    const touched = await db.database.inWorkspace(ours, async (tx) => {
      const updated = await tx
        .updateTable('source')
        .set({ name: 'taken' })
        .where('id', '=', theirSource)
        .executeTakeFirst();
      const deleted = await tx.deleteFrom('source').where('id', '=', theirSource).executeTakeFirst();
      return [updated.numUpdatedRows, deleted.numDeletedRows];
    });
    expect(touched).toEqual([0n, 0n]);
  });

  it('refuses a foreign key into another workspace', async () => {
    const link = db.database.inWorkspace(ours, (tx) =>
      tx
        .insertInto('ledger_minute')
        .values({ workspace_id: ours, source_id: theirSource, minute: new Date(0) })
        .execute(),
    );
    await expect(link).rejects.toMatchObject({ code: '23503' });
  });

  it('refuses events whose source or batch is not there or of another workspace, one by one and among others', async () => {
    const theirBatch = randomUUID();
    const insert = (workspace: WorkspaceId, refers: readonly (readonly [source: string, batch: string])[]) =>
      db.database.inWorkspace(workspace, (tx) =>
        sql`
        insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, ts)
        select ${workspace}::uuid, gen_random_uuid(), now(), r.batch, r.source, 'm', 'track', now()
        from unnest(${refers.map(([source]) => source)}::uuid[], ${refers.map(([, batch]) => batch)}::uuid[])
          as r (source, batch)`.execute(tx),
      );
    await db.database.inWorkspace(theirs, (tx) =>
      sql`insert into batch (workspace_id, id, kind) values (${theirs}::uuid, ${theirBatch}::uuid, 'events')`.execute(
        tx,
      ),
    );
    const right = [theirSource, theirBatch] as const;
    await expect(insert(theirs, [right, right])).resolves.toBeDefined();
    const refused = { code: '23503' };
    await expect(insert(theirs, [right, [randomUUID(), theirBatch]])).rejects.toMatchObject(refused);
    await expect(insert(theirs, [[theirSource, randomUUID()], right])).rejects.toMatchObject(refused);
    await expect(insert(ours, [right])).rejects.toMatchObject(refused);
  });

  it('lets both use the same id and the same key, so that neither learns of the other', async () => {
    const insert = db.database.inWorkspace(ours, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: ours, id: theirSource, key: 'web', name: 'Web', kind: 'http' })
        .execute(),
    );
    await expect(insert).resolves.toHaveLength(1);
  });

  it('keeps the app from truncating, from partitions of others and from turning into somebody else', async () => {
    const attempt = (text: string) => db.database.inWorkspace(ours, (tx) => sql.raw(text).execute(tx));
    await expect(attempt('truncate source cascade')).rejects.toMatchObject({ code: '42501' });
    await expect(attempt('alter table source disable row level security')).rejects.toMatchObject({ code: '42501' });
    expect((await attempt('select * from event_default')).rows).toEqual([]);
    const stranger = workspaceIdSchema.parse(randomUUID());
    expect(await db.database.inWorkspace(stranger, (tx) => tx.selectFrom('workspace').selectAll().execute())).toEqual(
      [],
    );
  });
});
