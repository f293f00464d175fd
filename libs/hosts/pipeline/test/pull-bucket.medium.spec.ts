import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { sql } from 'kysely';
import type { JobRecord, RunId, SourceConnectionView } from '@kohort/kernel-contracts';
import { S3Bucket } from '@kohort/plugin-kit-testkit';
import { PullQueue } from './pull-queue';
import { CUSTOMERS, PullWorld } from './pull-world';

interface Customer {
  readonly id: string;
  readonly plan: string;
  readonly spent: number;
  readonly changed: string;
}

/** Customers whose plans no compression makes small. */
const customers = (prefix: string, count: number): Customer[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${prefix}${i}`,
    plan: createHash('sha256').update(`${prefix}${i}`).digest('base64url'),
    spent: i * 1.25,
    changed: '2026-01-01T00:00:00Z',
  }));
const csv = (rows: readonly Customer[]): string =>
  `id,plan,spent,changed\n${rows.map(({ id, plan, spent, changed }) => `${id},${plan},${spent},${changed}\n`).join('')}`;
const csvGz = (rows: readonly Customer[]): Buffer => gzipSync(csv(rows));
const ndjson = (rows: readonly Customer[]): Buffer =>
  Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

function parquet(rows: readonly Customer[]): Buffer {
  const column = (name: keyof Customer, type: 'STRING' | 'DOUBLE') => ({
    name,
    data: rows.map((row) => row[name]),
    type,
  });
  const columnData = [
    column('id', 'STRING'),
    column('plan', 'STRING'),
    column('spent', 'DOUBLE'),
    column('changed', 'STRING'),
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100 }));
}

describe('pulling a bucket, from the request through outbox, queue and worker', () => {
  let bucket: S3Bucket;
  let world: PullWorld;
  let queue: PullQueue;
  beforeAll(async () => {
    bucket = await S3Bucket.start();
    world = await PullWorld.start([bucket.pair]);
    queue = await PullQueue.start(world);
  });
  afterAll(async () => {
    await queue.stop();
    await world.stop();
    await bucket.stop();
  });
  beforeEach(async () => {
    await world.reset();
    await bucket.clear();
  });

  function connect(mapping = CUSTOMERS): Promise<SourceConnectionView> {
    return world.connectTo({ plugin: 's3-source', settings: bucket.settings(), secrets: bucket.keys }, { mapping });
  }
  async function until<T>(look: () => Promise<T | null>): Promise<T> {
    for (let looks = 0; looks < 12_000; looks += 1) {
      const found = await look();
      if (found !== null) return found;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new TypeError('it did not come about in time');
  }
  const ended = (runId: RunId): Promise<JobRecord> =>
    until(async () => {
      const job = await world.job(runId);
      return ['succeeded', 'failed', 'cancelled'].includes(job.status) ? job : null;
    });
  async function pull(connection: SourceConnectionView): Promise<JobRecord> {
    bucket.calls.length = 0;
    return ended(await world.request(connection));
  }
  const someStored = (): Promise<number> => until(async () => (await world.storedEvents()) || null);
  const people = async (): Promise<number> =>
    (await world.query(sql<{ n: number }>`select count(distinct user_id)::int as n from event`))[0]?.n ?? 0;

  it('reads CSV, NDJSON and Parquet once each, then what is new or changed alone', async () => {
    await bucket.put('in/a.csv.gz', csvGz(customers('a', 300)));
    await bucket.put('in/b.ndjson', ndjson(customers('b', 100)));
    await bucket.put('in/deep/c.parquet', parquet(customers('c', 150)));
    const connection = await connect({
      ...CUSTOMERS,
      message: { ...(CUSTOMERS['message'] as object), messageId: { field: 'plan' } },
    });
    expect(await pull(connection)).toMatchObject({
      status: 'succeeded',
      result: { rows: 550, files: 3, createProfiles: true, counts: { stored: 550 }, rejectFileKey: null },
      progress: { phase: 'pulling rows', done: 550 },
    });
    expect(await people()).toBe(550);
    expect([...bucket.readKeys].sort()).toEqual(['in/a.csv.gz', 'in/b.ndjson', 'in/deep/c.parquet']);

    expect(await pull(connection)).toMatchObject({ status: 'succeeded', result: { rows: 0, files: 0 } });
    expect(bucket.readKeys).toEqual([]);

    await bucket.put('in/d.csv', Buffer.from(csv(customers('d', 7))));
    await bucket.put('in/b.ndjson', ndjson([...customers('b', 100), ...customers('e', 2)]));
    // The rows of the changed object that were there before are known by the ids that the mapping gives them.
    expect(await pull(connection)).toMatchObject({
      result: { rows: 109, files: 2, counts: { stored: 9, duplicate: 100 } },
    });
    expect([...bucket.readKeys].sort()).toEqual(['in/b.ndjson', 'in/d.csv']);
  });

  it('lists what it leaves out with the object and the line', async () => {
    await bucket.put('in/a.csv.gz', gzipSync(`${csv(customers('a', 3))}x,pro,1\n,pro,1,2026-01-01T00:00:00Z\n`));
    await bucket.put('in/b.ndjson', Buffer.from(`${ndjson(customers('b', 1)).toString()}{"id": \n`));
    await bucket.put(
      'in/c.parquet',
      parquet([...customers('c', 2), { id: 'c9', plan: '', spent: 1, changed: 'soon' }]),
    );
    const job = await pull(await connect());
    const { rejectFileKey, reasons } = job.result as { rejectFileKey: string; reasons: object };
    expect(reasons).toEqual({ column_count: 1, missing_value: 1, invalid_json: 1, bad_timestamp: 1 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.artifacts.read(rejectFileKey)) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString().trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ file, line, code, column }) => [file, line, code, column])).toEqual([
      ['in/a.csv.gz', 5, 'column_count', ''],
      ['in/a.csv.gz', 6, 'missing_value', 'id'],
      ['in/b.ndjson', 2, 'invalid_json', ''],
      ['in/c.parquet', 3, 'bad_timestamp', 'changed'],
    ]);
  });

  it('goes on within an object after its worker was stopped in it, and after the connection broke', async () => {
    await bucket.put('a.csv.gz', csvGz(customers('a', 5_500)));
    await bucket.put('b.csv', Buffer.from(csv(customers('b', 500))));
    const connection = await connect();
    const release = bucket.holdAfter(200_000);
    const runId = await world.request(connection);
    const before = await someStored();
    const half = await until(async () => {
      const job = await world.job(runId);
      return job.progress === null ? null : job;
    });
    expect(half).toMatchObject({ status: 'running', progress: { phase: 'pulling rows', done: before } });
    expect(before).toBeLessThan(5_500);
    await queue.stopWorker();
    expect((await world.job(runId)).status).toBe('queued');
    release();
    // The second start is cut off as well: the transfer is taken up where it broke.
    bucket.cutAfter = 150_000;
    await queue.startWorker();
    expect(await ended(runId)).toMatchObject({
      status: 'succeeded',
      result: { rows: 6_000, files: 2, counts: { stored: 6_000, duplicate: 0 } },
    });
    expect(await people()).toBe(6_000);
  });

  it('is cancelled in mid-object, and a later pull takes the rest without storing anything twice', async () => {
    await bucket.put('a.csv.gz', csvGz(customers('a', 5_500)));
    const connection = await connect();
    const release = bucket.holdAfter(200_000);
    const runId = await world.request(connection);
    const before = await someStored();
    await world.commands.cancelRun(runId);
    expect(await ended(runId)).toMatchObject({ status: 'cancelled' });
    release();
    expect(await world.query(sql`select position from source_connection`)).toEqual([{ position: null }]);
    const again = await pull(connection);
    expect(again).toMatchObject({ status: 'succeeded', result: { rows: 5_500, files: 1 } });
    const { counts } = again.result as { counts: { stored: number; duplicate: number } };
    expect(counts.stored + counts.duplicate).toBe(5_500);
    expect(counts.duplicate).toBeGreaterThanOrEqual(before);
    expect(await world.storedEvents()).toBe(5_500);
  });

  it('keeps its credentials to itself', async () => {
    await bucket.put('a.csv', Buffer.from(csv(customers('a', 1))));
    const secrets = { ...bucket.keys, secretAccessKey: 'wrong-secret-3' };
    const job = await pull(await world.connectTo({ plugin: 's3-source', settings: bucket.settings(), secrets }));
    expect(job).toMatchObject({ status: 'failed', error: { code: 'S3_SOURCE_REFUSED', kind: 'configuration' } });
    const [kept] = await world.query(sql<{ row: string }>`select c::text || r.all as row from source_connection c,
      (select string_agg(run::text, '') as all from run) r`);
    expect(kept?.row).not.toContain('wrong-secret-3');
  });
});
