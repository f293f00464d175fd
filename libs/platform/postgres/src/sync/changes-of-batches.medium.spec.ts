import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  profileIdSchema,
  segmentIdSchema,
  type BatchId,
  type ProfileId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { batchPlaces } from '../migrations/0048-batch-places';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { withClient } from '../with-client';
import { syncStore } from './sync-store.adapter';

describe('changes of batches', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  const segmentId = segmentIdSchema.parse(randomUUID());
  const newId = (): ProfileId => profileIdSchema.parse(randomUUID());

  /** So many batches of one person each, all in one transaction. */
  async function write(people: readonly ProfileId[]): Promise<readonly BatchId[]> {
    const batches = people.map((profileId) => ({ profileId, id: batchIdSchema.parse(randomUUID()) }));
    await db.database.inWorkspace(workspaceId, async (tx) => {
      for (const { profileId, id } of batches) {
        await sql`insert into batch (workspace_id, id, kind, row_count) values (${workspaceId}, ${id}, 'membership', 2)`.execute(
          tx,
        );
        await sql`insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind,
            change_version, segment_version, rule_hash, evaluated_at, cause)
          select ${workspaceId}, ${id}, ${segmentId}, 's', ${profileId}, kind, version, 1, '', now(), 'event'
          from (values ('exited', 2), ('entered', 1)) as x (kind, version)`.execute(tx);
      }
    });
    return batches.map(({ id }) => id);
  }
  const changesOf = (...batchIds: readonly (BatchId | undefined)[]) =>
    syncStore(db.database).inWorkspace(workspaceId, (tx) => tx.changesOfBatches(batchIds.flatMap((id) => id ?? [])));
  const both = (profileId: ProfileId | undefined) => [
    { segmentId, profileId, member: true, changeVersion: 1 },
    { segmentId, profileId, member: false, changeVersion: 2 },
  ];

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
  });
  afterAll(() => db.stop());

  it('are told in the order of people and versions, without those of others that were stored in the same transaction', async () => {
    const people = [newId(), newId(), newId()].sort();
    const [first, second, third] = await write(people);
    expect(await changesOf(second)).toEqual(both(people[1]));
    expect(await changesOf(third, first)).toEqual([...both(people[0]), ...both(people[2])]);
    expect(await changesOf(batchIdSchema.parse(randomUUID()))).toEqual([]);
  });

  it('are found of batches that did not name their transaction', async () => {
    const people = [newId(), newId()].sort();
    const [first, second] = await write(people);
    await withClient({ connectionString: db.url, options: '-c search_path=kohort' }, async (client) => {
      await client.query('create index membership_change_batch on membership_change (workspace_id, batch_id)');
      await client.query('update batch set xid = null where id = $1', [first]);
      expect(await changesOf(first)).toEqual([]);
      await client.query(batchPlaces);
    });
    expect(await changesOf(first)).toEqual(both(people[0]));
    expect(await changesOf(second)).toEqual(both(people[1]));
  });
});
