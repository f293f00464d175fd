import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { sourceIdSchema, type SourceId, type WorkspaceId } from '@kohort/kernel-contracts';
import { addToLedger, ledgerResidual, type LedgerCounts } from './ledger';
import { startTestDatabase, type TestDatabase } from './test-database';

const none: LedgerCounts = { stored: 0, duplicate: 0, rejected: 0, suppressed: 0, quarantined: 0 };

describe('the ledger', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  const sourceId: SourceId = sourceIdSchema.parse(randomUUID());
  const batchId = randomUUID();
  const noon = Date.UTC(2026, 4, 1, 12);

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
    await db.database.inWorkspace(workspaceId, async (tx) => {
      await tx
        .insertInto('source')
        .values({ workspace_id: workspaceId, id: sourceId, key: 's', name: 's', kind: 'http' })
        .execute();
      await tx.insertInto('batch').values({ workspace_id: workspaceId, id: batchId, kind: 'events' }).execute();
    });
  });

  afterAll(() => db.stop());

  const add = (at: number, counts: Partial<LedgerCounts>): Promise<void> =>
    db.database.inWorkspace(workspaceId, (tx) =>
      addToLedger(tx, { workspaceId, sourceId, at, counts: { ...none, ...counts } }),
    );
  const balance = (since?: number) =>
    db.database.inWorkspace(workspaceId, (tx) => ledgerResidual(tx, { workspaceId, since }));

  it('adds up within a minute, and keeps minutes apart', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => add(noon + i * 1_000, { stored: 1, duplicate: 2 })));
    await add(noon + 60_000, { rejected: 3, suppressed: 1, quarantined: 5 });
    await add(noon + 120_000, none);
    const rows = await db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('ledger_minute').select(['minute', 'received', 'stored']).orderBy('minute').execute(),
    );
    expect(rows).toEqual([
      { minute: new Date(noon), received: '60', stored: '20' },
      { minute: new Date(noon + 60_000), received: '9', stored: '0' },
    ]);
  });

  it('is balanced when each stored record has its event, and shows what is missing or pending', async () => {
    expect(await balance()).toMatchObject({ received: 69, residual: 0, storedResidual: 20, pending: 0 });
    const event = {
      workspace_id: workspaceId,
      received_at: new Date(noon),
      batch_id: batchId,
      source_id: sourceId,
      ts: new Date(noon),
    };
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('event')
        .values([
          { ...event, id: randomUUID(), message_id: 'a', type: 'track', row_weight: 19 },
          { ...event, id: randomUUID(), message_id: 'b', type: 'track' },
        ])
        .execute(),
    );
    expect(await balance()).toMatchObject({ residual: 0, storedResidual: 0, pending: 20 });
    expect(await balance(noon + 60_000)).toMatchObject({ received: 9, stored: 0, storedResidual: 0, pending: 0 });
  });

  it('refuses a row that would break the law', async () => {
    const broken = db.database.inWorkspace(workspaceId, (tx) =>
      sql`update ledger_minute set stored = stored + 1`.execute(tx),
    );
    await expect(broken).rejects.toMatchObject({ code: '23514' });
  });
});
