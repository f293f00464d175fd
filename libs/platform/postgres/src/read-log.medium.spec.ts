import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import { batchIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { seededRandom } from '@kohort/kernel-clock-random';
import { appendOutbox } from './outbox';
import { logEpoch, logHorizon, raiseLogEpoch, readLog, type LogPosition } from './read-log';
import { startTestDatabase, type TestDatabase } from './test-database';

const WRITERS = 16;
const WRITES_EACH = 60;

describe('readLog', () => {
  let db: TestDatabase;
  let workspace: WorkspaceId;

  beforeAll(async () => {
    db = await startTestDatabase();
    workspace = await db.addWorkspace();
  });

  afterAll(() => db.stop());

  /** A writer that holds each of its transactions open for a random while between writing and committing. */
  async function write(seed: number): Promise<void> {
    const random = seededRandom(seed);
    const client = new Client({ connectionString: db.url, options: '-c search_path=kohort -c role=kohort_app' });
    await client.connect();
    for (let i = 0; i < WRITES_EACH; i += 1) {
      const payload = JSON.stringify({ workspaceId: workspace, batchId: randomUUID() });
      await client.query('begin');
      await client.query(`select set_config('app.ws', $1, true)`, [workspace]);
      await client.query(`insert into outbox (workspace_id, topic, payload) values ($1, 'EventsStored', $2)`, [
        workspace,
        payload,
      ]);
      await client.query('select pg_sleep($1)', [random.next() * 0.03]);
      await client.query('commit');
    }
    await client.end();
  }

  it('misses nothing of 16 concurrent writers where a cursor on the sequence alone does', async () => {
    let writing = true;
    const naive = new Set<string>();
    const ours: string[] = [];
    const readNaively = async (): Promise<void> => {
      let cursor = '0';
      for (let last = false; ;) {
        const rows = await db.database.relay
          .selectFrom('outbox')
          .select('seq')
          .where('seq', '>', cursor)
          .orderBy('seq')
          .limit(100)
          .execute();
        for (const row of rows) naive.add(row.seq);
        cursor = rows.at(-1)?.seq ?? cursor;
        if (rows.length === 0 && last) return;
        last = !writing;
      }
    };
    const readSafely = async (): Promise<void> => {
      let after: LogPosition | null = null;
      for (let last = false; ;) {
        const page: Awaited<ReturnType<typeof readLog<'outbox'>>> = await readLog(db.database.relay, {
          table: 'outbox',
          after,
          limit: 100,
        });
        for (const row of page.rows) ours.push(row.seq);
        after = page.next;
        if (page.rows.length === 0 && last) return;
        last = !writing;
      }
    };
    const writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(i))).finally(() => (writing = false));
    await Promise.all([readNaively(), readSafely(), writers]);

    const committed = await db.database.relay.selectFrom('outbox').select('seq').execute();
    expect(committed).toHaveLength(WRITERS * WRITES_EACH);
    const missedNaively = committed.filter((row) => !naive.has(row.seq)).length;
    expect(missedNaively).toBeGreaterThan(0);
    expect(ours).toHaveLength(committed.length);
    expect(new Set(ours).size).toBe(committed.length);
  });

  it('pages without gap or repetition, and stands still at the end', async () => {
    const seen: string[] = [];
    let after: LogPosition | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof readLog<'outbox'>>> = await readLog(db.database.relay, {
        table: 'outbox',
        after,
        limit: 7,
        workspaceId: workspace,
      });
      if (page.rows.length === 0) {
        expect(page.next).toEqual(after);
        break;
      }
      seen.push(...page.rows.map((row) => row.seq));
      after = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(WRITERS * WRITES_EACH);
  });

  it('compares transaction ids as numbers: 9 comes before 10', async () => {
    const at = async (xid: string) =>
      (await sql<{ after: boolean }>`select ${'10'}::xid8 > ${xid}::xid8 as after`.execute(db.database.relay)).rows[0]
        ?.after;
    expect(await at('9')).toBe(true);
    const horizon = await logHorizon(db.database.relay);
    const short = { xid: '9', seq: '0' };
    const all = await readLog(db.database.relay, { table: 'outbox', after: short, limit: 10_000 });
    expect(all.rows).toHaveLength(WRITERS * WRITES_EACH);
    expect((await readLog(db.database.relay, { table: 'outbox', after: horizon, limit: 1 })).rows).toEqual([]);
  });

  it('shows what comes behind the horizon, and to a workspace only its own', async () => {
    const other = await db.addWorkspace();
    const horizon = await logHorizon(db.database.relay);
    await db.database.inWorkspace(other, (tx) =>
      appendOutbox(tx, 'EventsStored', { workspaceId: other, batchId: batchIdSchema.parse(randomUUID()) }),
    );
    const read = (workspaceId: WorkspaceId) =>
      db.database.inWorkspace(workspaceId, (tx) => readLog(tx, { table: 'outbox', after: horizon, limit: 10 }));
    expect((await read(other)).rows).toHaveLength(1);
    expect((await read(workspace)).rows).toEqual([]);
  });

  it('says expired for a place in the future of this server', async () => {
    const future = { xid: '999999999999', seq: '0' };
    await expect(readLog(db.database.relay, { table: 'outbox', after: future, limit: 1 })).rejects.toMatchObject({
      code: 'POSTGRES_CURSOR_EXPIRED',
    });
  });

  it('raises the epoch, which expires the cursors given out before', async () => {
    expect(await logEpoch(db.database.relay)).toBe(1);
    expect(await raiseLogEpoch(db.database.relay)).toBe(2);
    expect(await raiseLogEpoch(db.database.relay)).toBe(3);
    expect(await logEpoch(db.database.relay)).toBe(3);
  });
});
