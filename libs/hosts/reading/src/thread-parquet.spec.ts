import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParquetFooter } from '@kohort/ingest-domain';
import { threadParquet } from './thread-parquet';

/** Threads played by hand: each opens every file, and then does one thing with the first column. */
const played = (column: string): string => `
  const { parentPort, threadId } = require('node:worker_threads');
  parentPort.on('message', ({ id, question }) => {
    if (question.kind === 'column') { ${column} }
    parentPort.postMessage({ id, answer: question.kind === 'block' ? { rows: threadId, columns: [] } : null });
  });`;
const entries = {
  fine: played(''),
  endless: played('for (;;) {}'),
  greedy: played('const held = []; for (;;) held.push(new Array(1e6).fill(held.length));'),
};

/** What the threads that are played make nothing of. */
const footer: ParquetFooter = {
  bytes: new Uint8Array(8),
  outline: {
    metadata: { version: 1, schema: [], num_rows: 0n, row_groups: [], metadata_length: 0 },
    columns: [],
    rowCount: 0,
    groups: [],
  },
};

describe('Parquet in a thread', () => {
  const root = mkdtempSync(join(tmpdir(), 'kohort-reading-'));
  afterAll(() => rmSync(root, { recursive: true }));

  async function opened(entry: keyof typeof entries, timeLimitMs = 60_000) {
    const threadsDir = mkdtempSync(join(root, entry));
    writeFileSync(join(threadsDir, 'parquet.thread.cjs'), entries[entry]);
    const decoder = threadParquet({ threadsDir, heapLimitMb: 48, timeLimitMs, idleMs: 60_000 });
    const file = { name: 'orders.parquet', bytes: 100 };
    return { decoder, file, decoding: await decoder.open(file, footer) };
  }
  const column = { group: 2, column: 0, name: 'total' };

  it('takes the bytes of a chunk over and hands rows back', async () => {
    const { decoding } = await opened('fine');
    const chunk = new ArrayBuffer(16);
    await decoding.column(column, [chunk]);
    expect(chunk.byteLength).toBe(0);
    expect(await decoding.block()).toMatchObject({ columns: [] });
    await decoding.close();
  });

  it('gives the thread of a file that is through to the next, and starts another for one beside it', async () => {
    const { decoder, decoding, file } = await opened('fine');
    const [first, second] = [await decoding.block(), await decoder.open(file, footer)];
    expect((await second.block())?.rows).not.toBe(first?.rows);
    await decoding.close();
    const third = await decoder.open(file, footer);
    expect((await third.block())?.rows).toBe(first?.rows);
    await Promise.all([second.close(), third.close()]);
  });

  it('ends a thread that does not end, and names the column', async () => {
    const { decoder, decoding, file } = await opened('endless', 500);
    const thrown = await decoding.column(column, []).then(() => null, String);
    expect(thrown).toContain('orders.parquet: row group 3, column "total" was not read after 0.5 s');
    await expect(decoding.block()).rejects.toMatchObject({ code: 'INGEST_PARQUET_TOO_SLOW' });
    await decoding.close();
    await (await decoder.open(file, footer)).close();
  });

  it('ends a thread that needs too much memory, and lives on', async () => {
    const { decoder, decoding, file } = await opened('greedy');
    await expect(decoding.column(column, [])).rejects.toMatchObject({
      code: 'INGEST_PARQUET_TOO_LARGE',
      kind: 'invalid-input',
      details: { file: 'orders.parquet', rowGroup: 3, column: 'total', limitMb: 48 },
    });
    await decoding.close();
    await (await decoder.open(file, footer)).close();
  });
});
