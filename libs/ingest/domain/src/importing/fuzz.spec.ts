import { isDeepStrictEqual } from 'node:util';
import type { Random } from '@kohort/kernel-clock-random';
import { fuzzedData, fuzzedJson, fuzzParser, type Fuzzing } from '@kohort/testing-hostile';
import { memoryFile } from '../../test/memory-file';
import { mappingFromData, parseMapping } from '../mapping/parse-mapping';
import { CsvRecords } from '../reading/csv-records';
import { openImport } from '../reading/open-import';
import { readLines } from '../reading/read-lines';
import { importRecords } from './import-records';

jest.setTimeout(120_000);

/** Pieces that readers of files stumble over. */
const PIECES = [
  '"', '""', ',', ';', '\t', '|', '\n', '\r\n', '\r', '\0', '\ufeff', '{', '}', '[', ']', ':', '\\', '\\u', '\\ud800', "'", ' ',
  'a', 'id', '1', '-0', '1e400', '.', '2026-01-01', '2026-13-45T99:99:99Z', 'null', 'true', 'ä', '😀', '\u2028', '__proto__',
  'constructor', '0x', '=1+1', '<!--', '\x1f\x8b', 'PK\x03\x04', 'PAR1', '9'.repeat(40), 'x'.repeat(300),
]; // prettier-ignore
const HEADERS = [
  'id,name,at\n',
  'id;name;at\r\n',
  '"id",name,at\n',
  '{"id":"1","name":"n","at":"2026-01-01T00:00:00Z"}\n',
  '',
];

const mapping = mappingFromData({
  name: 'fuzzed',
  version: 1,
  format: 'table',
  match: { columns: ['id'] },
  fields: {
    id: { column: 'id', type: 'text' },
    name: { column: 'name', type: 'decimal' },
    at: { column: 'at', type: 'timestamp', format: 'iso' },
  },
  message: { type: 'identify', userId: { field: 'id' }, traits: { name: { field: 'name' } } },
});

function text(random: Random, pieces: number): string {
  return Array.from({ length: random.int(pieces) + 1 }, () => PIECES[random.int(PIECES.length)] ?? '').join('');
}

/** Text with some of its bytes turned over, so that it is not always UTF-8. */
function bytes(random: Random, pieces: number): Buffer {
  const content = Buffer.from((HEADERS[random.int(HEADERS.length)] ?? '') + text(random, pieces));
  for (let flips = random.int(3); flips > 0 && content.length > 0; flips -= 1) {
    content[random.int(content.length)] = random.int(256);
  }
  return content;
}

const RUNS = 50_000;

/** How many inputs were read and how many refused; a refusal that is none of the import's own is a crash. */
async function outcomes<Input>(
  fuzzing: Omit<Fuzzing<Input>, 'runs'>,
): Promise<{ readonly read: number; readonly told: number }> {
  const { accepted, refused, codes } = await fuzzParser({ ...fuzzing, runs: RUNS });
  expect([...codes.keys()].filter((code) => !code.startsWith('INGEST_'))).toEqual([]);
  return { read: accepted, told: refused };
}

describe('whatever is in a file', () => {
  it('is records and reasons, or an error that says why: 50,000 files', async () => {
    let rows = 0;
    const { read, told } = await outcomes({
      seed: 11,
      make: (random) => bytes(random, 10),
      parse: async (content, file) => {
        const plan = { sourceId: 's', receivedAt: Date.UTC(2026, 0, 1), mapping, mappings: [mapping] };
        const reading = await importRecords(memoryFile(content), plan);
        let next = 1;
        for await (const { units } of reading.batches()) {
          for (const unit of units) {
            // No row is lost, none is told twice: units follow each other without a gap.
            if (unit.firstRow !== next) throw new RangeError(`row ${next} is missing in file ${file}`);
            next += unit.rows;
          }
        }
        rows += next - 1;
      },
    });
    expect(told).toBeGreaterThan(1_000);
    expect(read).toBeGreaterThan(1_000);
    expect(rows).toBeGreaterThan(2_000);
  });

  it('is cut into records of CSV without losing a line: 50,000 texts', async () => {
    let records = 0;
    await outcomes({
      seed: 12,
      make: (random) => text(random, 20),
      parse: (content, run) => {
        const lines = content.split('\n').map((line, n) => ({ number: n + 1, text: line }));
        const reader = new CsvRecords(',', 1_000);
        const found = [...reader.feed(lines.slice(0, 3)), ...reader.feed(lines.slice(3)), ...reader.end()];
        // Each record begins on a line behind that of the one before.
        const back = found.some(({ line }, n) => n > 0 && line <= (found[n - 1]?.line ?? 0));
        const blank = lines.every((line) => line.text === '' || line.text === '\r');
        if (back || (!blank && found.length === 0)) throw new RangeError(`lines are lost in text ${run}`);
        records += found.length;
      },
    });
    expect(records).toBeGreaterThan(20_000);
  });

  it('is lines, however it is cut into chunks: 50,000 files', async () => {
    const collect = async (chunks: readonly Uint8Array[]): Promise<unknown[]> => {
      async function* feed(): AsyncGenerator<Uint8Array> {
        yield* chunks;
      }
      const found: unknown[] = [];
      for await (const block of readLines(feed(), 64)) found.push(...block);
      return found;
    };
    let seen = 0;
    await outcomes({
      seed: 13,
      make: (random) => {
        const content = bytes(random, 12);
        return { content, at: random.int(content.length + 1) };
      },
      parse: async ({ content, at }, run) => {
        const whole = await collect([content]);
        const parts = await collect([content.subarray(0, at), content.subarray(at)]);
        if (!isDeepStrictEqual(parts, whole)) throw new RangeError(`file ${run} differs in parts`);
        seen += whole.length;
      },
    });
    expect(seen).toBeGreaterThan(2_000);
  });
});

describe('whatever is in a mapping', () => {
  const YAML = ['name: ', 'version: 1', 'format: table', 'fields:', '  a: { column: b, type: text }', '\n', '  ', '- ', '? ', '&a ', '*a', '!!js ', '<<: ', '{', '}', '[', ']', '|', '>', '"', "'", '#', '%', '@', '`', '\t', '\0', 'match: { columns: [x] }', 'message: { type: track }', 'group: { by: [a] }']; // prettier-ignore

  it('is a mapping, or an error that says why: 50,000 texts of YAML', async () => {
    const { told } = await outcomes({
      seed: 14,
      make: (random) =>
        Array.from({ length: random.int(8) }, () => YAML[random.int(YAML.length)] ?? '').join(
          random.int(2) ? '\n' : '',
        ),
      parse: parseMapping,
    });
    expect(told).toBeGreaterThan(45_000);
  });

  it('is a mapping, or an error that says why: 50,000 as data', async () => {
    const fields = { id: { column: 'id', type: 'text' }, at: { column: 'at', type: 'timestamp', format: 'iso' } };
    const good = {
      ...{ name: 'a', version: 1, format: 'table', match: { columns: ['id'] }, fields },
      clean: [{ reason: 'no_id', when: { field: 'id', missing: true } }],
      message: { type: 'track', event: 'E', userId: { field: 'id' }, timestamp: { field: 'at' } },
    };
    const { read, told } = await outcomes({
      seed: 15,
      make: (random) => fuzzedData(random, [good]),
      parse: mappingFromData,
    });
    expect(Math.min(read, told)).toBeGreaterThan(2_000);
  });
});

describe('whatever is in lines of JSON', () => {
  it('is records and reasons: 50,000 files', async () => {
    const rows: [unknown, ...unknown[]] = [
      { id: '1', name: '2', at: '2026-01-01T00:00:00Z' },
      { id: 7, name: null, at: { x: [1] } },
    ];
    let [taken, left] = [0, 0];
    await outcomes({
      seed: 16,
      make: (random) => `${JSON.stringify(rows[0])}\n${fuzzedJson(random, rows)}\n`,
      parse: async (text) => {
        const opened = await openImport(memoryFile(text));
        if (opened.format !== 'ndjson') throw new RangeError(`taken for ${opened.format}`);
        for await (const block of opened.rows()) {
          for (const row of block) {
            if (row.kind === 'fault') left += 1;
            else taken += 1;
          }
        }
      },
    });
    expect(taken).toBeGreaterThan(60_000);
    expect(left).toBeGreaterThan(5_000);
  });
});
