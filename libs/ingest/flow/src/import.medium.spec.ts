import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IngestStore, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { IngestWorld } from '../test/ingest-world';
import { dryRunFlow } from './dry-run.flow';
import { importFlow } from './import.flow';

const data = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../shared/data');
const retail = join(data, 'online-retail/transactions.csv.gz');

/** 9,000 rows with refused ones between, so that there are several transactions. */
const lines = Array.from({ length: 9_000 }, (_, i) =>
  i % 9 === 4
    ? `o${i},,2026-01-01T00:00:00Z,1`
    : `o${i},c${i % 400},2026-01-01T00:00:00Z,${i % 13 === 5 ? 'x' : `${i}.25`}`,
);
const orders = Buffer.from(`order_id,customer_id,ordered_at,revenue\n${lines.join('\n')}\n`);

/** Fails once at the nth call: before the transaction, or after it has committed and before anybody has heard of it. */
function faulty(store: IngestStore, at: number, when: 'before' | 'after'): IngestStore {
  let calls = 0;
  return {
    async store(request) {
      calls += 1;
      const crash = (): never => {
        throw new TypeError('the process was killed');
      };
      if (calls === at && when === 'before') crash();
      const outcome = await store.store(request);
      if (calls === at) crash();
      return outcome;
    },
  };
}

describe('importing files', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  let rejectFile: string | null = null;
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
  });

  const params = async (content: Buffer, mapping: string | Record<string, unknown> = 'auto') => ({
    artifactKey: await world.upload(content),
    fileName: 'orders.csv',
    sourceId: origin.sourceId,
    mapping,
  });
  const whole = { events: '7385', rows: '7385', people: '400', orders: '7385' };

  it('accounts for every row and lists those that were refused', async () => {
    const runId = await world.addRun(origin.workspaceId);
    const asked = await params(orders);
    const report = await dryRunFlow(world.deps(), asked);
    const result = await importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), asked);
    expect(result).toMatchObject({ mapping: 'orders@1', format: 'csv', rows: 9_000, messages: 7_385 });
    expect(result.counts).toEqual({
      received: 9_000,
      stored: 7_385,
      duplicate: 0,
      rejected: 1_615,
      suppressed: 0,
      quarantined: 0,
      duplicateConflict: 0,
    });
    expect(result.reasons).toEqual({ missing_value: 1_000, bad_decimal: 615 });
    expect(report).toMatchObject({ rows: 9_000, mappedRows: 7_385, rejectedRows: 1_615, mapping: 'orders@1' });
    expect(await world.totals(origin.workspaceId)).toMatchObject(whole);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 9_000, stored: 7_385, rejected: 1_615 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.artifacts.read(result.rejectFileKey ?? '')) chunks.push(chunk);
    rejectFile = result.rejectFileKey;
    const rejects = Buffer.concat(chunks).toString().trim().split('\n');
    expect(rejects).toHaveLength(1_615);
    expect(rejects[0]).toBe(
      '{"line":6,"row":5,"code":"missing_value","column":"customer_id","message":"missing_value in column \\"customer_id\\""}',
    );
  });

  it.each([1, 2, 3, 4].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'goes on after a crash at transaction %d, %s its commit, as if there had been none',
    async (at, when) => {
      const runId = await world.addRun(origin.workspaceId);
      const asked = await params(orders);
      const first = importFlow(
        world.deps({ store: faulty(world.store(), at, when) }),
        await world.startRun(origin.workspaceId, runId),
        asked,
      );
      await expect(first).rejects.toThrow('killed');
      const context = await world.startRun(origin.workspaceId, runId);
      const result = await importFlow(world.deps(), context, asked);
      expect(result.counts).toMatchObject({ received: 9_000, stored: 7_385, duplicate: 0, rejected: 1_615 });
      expect(result.reasons).toEqual({ missing_value: 1_000, bad_decimal: 615 });
      // Byte for byte what a start without a crash has gathered: artifacts are named by their content.
      expect(result.rejectFileKey).toBe(rejectFile);
      expect(await world.totals(origin.workspaceId)).toMatchObject({ ...whole, batches: '4' });
      expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 9_000, stored: 7_385, duplicate: 0 });
    },
  );

  it('stores nothing twice when the same file is imported again', async () => {
    const asked = await params(orders);
    for (let i = 0; i < 2; i += 1) {
      const runId = await world.addRun(origin.workspaceId);
      await importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), asked);
    }
    expect(await world.totals(origin.workspaceId)).toMatchObject(whole);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({
      received: 18_000,
      stored: 7_385,
      duplicate: 7_385,
      rejected: 3_230,
    });
  });

  it('lets a worker that was overtaken write nothing more', async () => {
    const runId = await world.addRun(origin.workspaceId);
    const asked = await params(orders);
    const stale = await world.startRun(origin.workspaceId, runId);
    await world.startRun(origin.workspaceId, runId);
    await expect(importFlow(world.deps(), stale, asked)).rejects.toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
    expect(await world.totals(origin.workspaceId)).toMatchObject({ events: '0' });
  });

  it('stops when it is cancelled and keeps what was committed', async () => {
    const runId = await world.addRun(origin.workspaceId);
    const asked = await params(orders);
    const controller = new AbortController();
    const store = world.store();
    const cancelling: IngestStore = {
      async store(request) {
        const outcome = await store.store(request);
        controller.abort();
        return outcome;
      },
    };
    const context = await world.startRun(origin.workspaceId, runId, controller.signal);
    await expect(importFlow(world.deps({ store: cancelling }), context, asked)).rejects.toMatchObject({
      kind: 'cancelled',
    });
    const ledger = await world.ledger(origin.workspaceId);
    expect(ledger.received).toBeGreaterThan(0);
    expect(ledger.received).toBeLessThanOrEqual(9_000);
    const result = await importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), asked);
    expect(result.counts).toMatchObject({ received: 9_000, stored: 7_385, duplicate: 0 });
  });

  it('refuses a checkpoint of another file, and a file that is not there', async () => {
    const runId = await world.addRun(origin.workspaceId);
    await importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), await params(orders));
    const other = await params(Buffer.from('order_id,customer_id,ordered_at,revenue\n1,2,2026-01-01,3\n'));
    const again = importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), other);
    await expect(again).rejects.toMatchObject({ code: 'INGEST_FILE_CHANGED' });
    const missing = { ...other, artifactKey: '0'.repeat(64) };
    await expect(dryRunFlow(world.deps(), missing)).rejects.toMatchObject({ code: 'INGEST_FILE_MISSING' });
  });

  (existsSync(retail) ? it : it.skip)('imports the whole of online retail', async () => {
    const runId = await world.addRun(origin.workspaceId);
    const asked = await params(readFileSync(retail), 'online-retail');
    const result = await importFlow(world.deps(), await world.startRun(origin.workspaceId, runId), asked);
    expect(result).toMatchObject({ rows: 541_909, messages: 18_532 });
    expect(result.counts).toMatchObject({ received: 541_909, stored: 397_884, rejected: 144_025, duplicate: 0 });
    expect(await world.totals(origin.workspaceId)).toMatchObject({
      events: '18532',
      rows: '397884',
      people: '4338',
      orders: '18532',
      revenue: '8911407.904',
    });
    expect(await world.ledger(origin.workspaceId)).toMatchObject({
      received: 541_909,
      stored: 397_884,
      rejected: 144_025,
    });
  });
});
