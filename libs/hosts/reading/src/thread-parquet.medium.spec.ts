import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { IMPORT_LIMITS, openImport, type ImportFile, type ParquetDecoder, type ReadRow } from '@kohort/ingest-domain';
import { threadParquet } from './thread-parquet';

const root = join(__dirname, '../../../..');

function memoryFile(content: Buffer): ImportFile {
  return {
    name: 'orders.parquet',
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    async *read({ start, end } = { start: 0, end: content.length }) {
      yield content.subarray(start, end);
    },
  };
}

async function rowsOf(content: Buffer, decoder?: ParquetDecoder): Promise<ReadRow[]> {
  const opened = await openImport(memoryFile(content), IMPORT_LIMITS, decoder);
  const rows: ReadRow[] = [];
  for await (const block of opened.rows()) rows.push(...block);
  return rows;
}

describe('the built thread that decodes Parquet', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-parquet-'));
  let decoder: ParquetDecoder;

  beforeAll(() => {
    const entry = join(root, 'libs/hosts/reading/src/threads/parquet.thread.ts');
    execFileSync(process.execPath, [join(root, 'tools/scripts/build-thread.mjs'), entry, join(dir, 'dist')]);
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
    decoder = threadParquet({ threadsDir: join(dir, 'dist'), heapLimitMb: 256 });
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const count = 12_000;
  const each = <T>(of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
  const content = Buffer.from(
    parquetWriteBuffer({
      rowGroupSize: 7_000,
      columnData: [
        { name: 'id', data: each((i) => `customer ${i} ä`), type: 'STRING' },
        { name: 'plan', data: each((i) => (i % 3 === 0 ? null : `plan ${i % 2}`)), type: 'STRING' },
        { name: 'spent', data: each((i) => i / 7), type: 'DOUBLE' },
        { name: 'at', data: each((i) => new Date(1.7e12 + i * 1_000)), type: 'TIMESTAMP' },
      ],
    }),
  );

  it('reads what is read without it, group after group', async () => {
    const rows = await rowsOf(content, decoder);
    expect(rows).toHaveLength(count);
    expect(rows).toEqual(await rowsOf(content));
  });

  it('tells of a damaged row group by its name and reads on, also the next file', async () => {
    const damaged = Buffer.from(content);
    damaged.fill(0xff, 4, 24);
    const rows = await rowsOf(damaged, decoder);
    expect(rows).toEqual(await rowsOf(damaged));
    expect(rows[0]).toMatchObject({ kind: 'fault', code: 'damaged_row_group', line: 1 });
    expect(JSON.stringify(rows[0])).toContain('orders.parquet: row group 1, column \\"id\\" is damaged: ');
    expect(rows.filter(({ kind }) => kind === 'cells')).toHaveLength(count - 7_000);
    expect(await rowsOf(content, decoder)).toHaveLength(count);
  });
});
