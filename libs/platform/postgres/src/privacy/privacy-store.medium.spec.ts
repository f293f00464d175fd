import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { SuppressionRequest } from '@kohort/kernel-contracts';
import { lockGraph } from '../identity/active-rules';
import { lockPointers } from '../segments/evaluate-people';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { privacyStore } from './privacy-store.adapter';

describe('the suppression list', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  it('waits for a version that begins to serve without keeping identity waiting', async () => {
    const workspaceId = await db.addWorkspace();
    const { database } = db;
    const id = randomUUID();
    await database.inWorkspace(workspaceId, (tx) =>
      sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        values (${workspaceId}, ${id}, 'u1', now(), now())`.execute(tx),
    );
    const request: SuppressionRequest = {
      identifiers: [],
      lookup: { ids: ['u1'], emails: [], phones: [] },
      reason: 'asked for it',
      digestsOf: () => [],
    };
    let asked: Promise<unknown> = Promise.resolve();
    await database.inWorkspace(workspaceId, async (tx) => {
      await lockPointers(tx, workspaceId, true);
      await sql`select 1`.execute(tx);
      asked = privacyStore(database).suppress(workspaceId, request);
      for (let waits = 0; waits === 0;) {
        const { rows } = await sql`select 1 from pg_locks
          where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`.execute(tx);
        waits = rows.length;
      }
      await database.inWorkspace(workspaceId, async (other) => {
        await sql`set local statement_timeout = 5000`.execute(other);
        await lockGraph(other, workspaceId);
        expect((await sql`select 1 as held`.execute(other)).rows).toEqual([{ held: 1 }]);
      });
    });
    await asked;
  });
});
