import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { isAppError } from '@kohort/kernel-errors';
import { fuzzedData, fuzzedJson, fuzzParser } from '@kohort/testing-hostile';
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

/** What a caller can be told of; everything else is a crash. */
const isTold = (thrown: unknown): boolean =>
  isAppError(thrown) && thrown.kind === 'invalid-input' && thrown.code.startsWith('INGEST_');

async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (thrown) {
    if (isTold(thrown)) return 'told';
    throw thrown;
  }
}

describe('whatever is in a file', () => {
  it('is records and reasons, or an error that says why: 50,000 files', async () => {
    const random = seededRandom(11);
    let [files, told, rows] = [0, 0, 0];
    for (; files < 50_000; files += 1) {
      const content = bytes(random, 10);
      const outcome = await outcomeOf(async () => {
        const plan = { sourceId: 's', receivedAt: Date.UTC(2026, 0, 1), mapping, mappings: [mapping] };
        const reading = await importRecords(memoryFile(content), plan);
        let next = 1;
        for await (const { units } of reading.batches()) {
          for (const unit of units) {
            // No row is lost, none is told twice: units follow each other without a gap.
            if (unit.firstRow !== next) throw new RangeError(`row ${next} is missing in file ${files}`);
            next += unit.rows;
          }
        }
        rows += next - 1;
      });
      if (outcome === 'told') told += 1;
    }
    expect(told).toBeGreaterThan(1_000);
    expect(files - told).toBeGreaterThan(1_000);
    expect(rows).toBeGreaterThan(2_000);
  });

  it('is cut into records of CSV without losing a line: 50,000 texts', () => {
    const random = seededRandom(12);
    let found50k = 0;
    for (let i = 0; i < 50_000; i += 1) {
      const lines = text(random, 20)
        .split('\n')
        .map((line, n) => ({ number: n + 1, text: line }));
      const records = new CsvRecords(',', 1_000);
      const found = [...records.feed(lines.slice(0, 3)), ...records.feed(lines.slice(3)), ...records.end()];
      // Each record begins on a line behind that of the one before.
      const back = found.some(({ line }, n) => n > 0 && line <= (found[n - 1]?.line ?? 0));
      const blank = lines.every((line) => line.text === '' || line.text === '\r');
      if (back || (!blank && found.length === 0)) throw new RangeError(`lines are lost in text ${i}`);
      found50k += found.length;
    }
    expect(found50k).toBeGreaterThan(20_000);
  });

  it('is lines, however it is cut into chunks: 50,000 files', async () => {
    const random = seededRandom(13);
    const collect = async (chunks: readonly Uint8Array[]): Promise<unknown[]> => {
      async function* feed(): AsyncGenerator<Uint8Array> {
        yield* chunks;
      }
      const found: unknown[] = [];
      for await (const block of readLines(feed(), 64)) found.push(...block);
      return found;
    };
    let seen = 0;
    for (let i = 0; i < 50_000; i += 1) {
      const content = bytes(random, 12);
      const at = random.int(content.length + 1);
      const whole = await collect([content]);
      const parts = await collect([content.subarray(0, at), content.subarray(at)]);
      if (JSON.stringify(parts) !== JSON.stringify(whole)) throw new RangeError(`file ${i} differs in parts`);
      seen += whole.length;
    }
    expect(seen).toBeGreaterThan(2_000);
  });
});

describe('whatever is in a mapping', () => {
  const YAML = ['name: ', 'version: 1', 'format: table', 'fields:', '  a: { column: b, type: text }', '\n', '  ', '- ', '? ', '&a ', '*a', '!!js ', '<<: ', '{', '}', '[', ']', '|', '>', '"', "'", '#', '%', '@', '`', '\t', '\0', 'match: { columns: [x] }', 'message: { type: track }', 'group: { by: [a] }']; // prettier-ignore

  it('is a mapping, or an error that says why: 50,000 texts of YAML', () => {
    const random = seededRandom(14);
    let told = 0;
    for (let i = 0; i < 50_000; i += 1) {
      const yaml = Array.from({ length: random.int(8) }, () => YAML[random.int(YAML.length)] ?? '').join(
        random.int(2) ? '\n' : '',
      );
      try {
        parseMapping(yaml);
      } catch (thrown) {
        if (!isTold(thrown)) throw thrown;
        told += 1;
      }
    }
    expect(told).toBeGreaterThan(45_000);
  });

  it('is a mapping, or an error that says why: 50,000 as data', async () => {
    const fields = { id: { column: 'id', type: 'text' }, at: { column: 'at', type: 'timestamp', format: 'iso' } };
    const good = {
      ...{ name: 'a', version: 1, format: 'table', match: { columns: ['id'] }, fields },
      clean: [{ reason: 'no_id', when: { field: 'id', missing: true } }],
      message: { type: 'track', event: 'E', userId: { field: 'id' }, timestamp: { field: 'at' } },
    };
    const { accepted, refused } = await fuzzParser({
      seed: 15,
      runs: 50_000,
      make: (random) => fuzzedData(random, [good]),
      parse: mappingFromData,
    });
    expect(Math.min(accepted, refused)).toBeGreaterThan(2_000);
  });
});

describe('whatever is in lines of JSON', () => {
  it('is records and reasons: 50,000 files', async () => {
    const rows: [unknown, ...unknown[]] = [
      { id: '1', name: '2', at: '2026-01-01T00:00:00Z' },
      { id: 7, name: null, at: { x: [1] } },
    ];
    let [taken, left] = [0, 0];
    await fuzzParser({
      seed: 16,
      runs: 50_000,
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
