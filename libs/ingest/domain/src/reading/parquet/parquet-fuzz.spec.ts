import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Random } from '@kohort/kernel-clock-random';
import { fuzzParser, mutateBytes } from '@kohort/testing-hostile';
import { memoryFile } from '../../../test/memory-file';
import { dataPage, dictionaryPage, levelRun, plainTexts, rawParquet } from '../../../test/raw-parquet';
import { openImport } from '../open-import';

jest.setTimeout(240_000);

type Options = Parameters<typeof parquetWriteBuffer>[0];
type Column = Options['columnData'][number];

const written = (column: Omit<Column, 'name'>, options: Partial<Options> = {}): Buffer =>
  Buffer.from(parquetWriteBuffer({ codec: 'UNCOMPRESSED', ...options, columnData: [{ name: 'v', ...column }] }));
const gzip: Partial<Options> = { codec: 'GZIP', compressors: { GZIP: (bytes) => gzipSync(bytes) } };
const indexes = Buffer.concat([levelRun(3, 1), Buffer.from([1, 3, 0b101])]);

/** Small files, one column each: what is damaged is a page or its header more often than a name. */
const seeds: readonly [Buffer, ...Buffer[]] = [
  written({ data: ['x', null, 'x', 'y'], type: 'STRING', encoding: 'RLE_DICTIONARY' }, { rowGroupSize: 2 }),
  written({ data: [1, 2, 3, -4], type: 'INT32', encoding: 'DELTA_BINARY_PACKED' }),
  written({ data: [1n, 2n, 3n, 1n << 60n], type: 'INT64', encoding: 'DELTA_BINARY_PACKED' }, gzip),
  written({ data: [1.5, 2.5, 3.5, 4.5], type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT' }, { codec: 'SNAPPY' }),
  written({ data: ['begins a', 'begins b', 'begins c'], type: 'STRING', encoding: 'DELTA_BYTE_ARRAY' }),
  written({ data: [true, false, null, true], type: 'BOOLEAN' }),
  written({ data: [0, 1, 2].map((i) => new Date(i * 1e11)), type: 'TIMESTAMP' }, { codec: 'SNAPPY' }),
  Buffer.from(
    parquetWriteBuffer({
      codec: 'UNCOMPRESSED',
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'v', num_children: 1, repetition_type: 'OPTIONAL', converted_type: 'LIST' },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' },
      ],
      columnData: [{ name: 'v', data: [[1, 2], [], null, [3, null]] }],
    }),
  ),
  rawParquet([3], [{ name: 'v', type: 'BYTE_ARRAY', chunks: [dataPage({ values: 3 }, plainTexts(['a', 'b', 'c']))] }]),
  rawParquet(
    [3],
    [
      {
        ...{ name: 'v', type: 'BYTE_ARRAY', isOptional: true },
        chunks: [
          Buffer.concat([
            dictionaryPage(2, plainTexts(['x', 'y'])),
            dataPage({ values: 3, encoding: 'RLE_DICTIONARY' }, indexes),
          ]),
        ],
      },
    ],
  ),
];

/** Damage in the pages two times of three, else anywhere: most of a small file is footer. */
function damaged(random: Random): Buffer {
  const whole = Buffer.from(seeds[random.int(seeds.length)] ?? seeds[0]);
  if (random.int(3) === 0) return mutateBytes(random, whole);
  const pages = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
  for (let n = random.int(4) + 1; n > 0; n -= 1) {
    const at = 4 + random.int(pages - 4);
    const kind = random.int(3);
    whole[at] = kind === 0 ? random.int(256) : kind === 1 ? (whole[at] ?? 0) ^ (1 << random.int(8)) : 255;
  }
  return whole;
}

describe('whatever is in a Parquet file', () => {
  it('is rows, faults that name a column, or an error that says why: 50,000 files', async () => {
    let [cells, faults] = [0, 0];
    const before = process.memoryUsage().rss;
    const { accepted, refused } = await fuzzParser({
      seed: 21,
      runs: 50_000,
      make: damaged,
      parse: async (content, run) => {
        const opened = await openImport(memoryFile(content));
        // Its first four bytes were damaged: it is lines.
        if (opened.format !== 'parquet') return;
        let next = 1;
        for await (const block of opened.rows()) {
          for (const row of block) {
            // No row is lost, none is told twice.
            if (row.line !== next) throw new RangeError(`row ${next} is missing in file ${run}`);
            next += 1;
            if (row.kind === 'cells') cells += 1;
            else if (row.kind === 'fault' && /row group \d+, column "/.test(row.message)) faults += 1;
          }
        }
      },
    });
    expect(Math.min(accepted, refused)).toBeGreaterThan(5_000);
    expect(Math.min(cells, faults)).toBeGreaterThan(15_000);
    // What is asked for is bounded: files of some hundred bytes leave nothing behind.
    expect(process.memoryUsage().rss - before).toBeLessThan(768 * 1_048_576);
  });
});
