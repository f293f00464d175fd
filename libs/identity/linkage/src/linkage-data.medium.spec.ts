import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { TableEncoder } from './encode/table-encoder';
import { inferFields, parseFieldList } from './infer-fields';
import { linkTable } from './link-table';
import { measureLinkage, type LinkageQuality } from './measure-linkage';
import { inlineRunner } from './pairs/pair-shard';
import { allPairs } from './weights/random-agreement';

const folder = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');
const has = existsSync(join(folder, 'febrl', 'README.md'));
const read = (file: string): string[][] => parse(gunzipSync(readFileSync(join(folder, file))));

interface DataSet {
  readonly files: readonly string[];
  readonly truth: string;
  readonly fields: string;
}

const PEOPLE = 'given_name,surname,street_number,address_1,address_2,suburb,postcode,state,date_of_birth,soc_sec_id';
const febrl = (n: number): DataSet => ({
  files: [`febrl/dataset${n}.csv.gz`],
  truth: `febrl/dataset${n}_true_pairs.csv.gz`,
  fields: PEOPLE,
});
const FEBRL_4: DataSet = {
  files: ['febrl/dataset4a.csv.gz', 'febrl/dataset4b.csv.gz'],
  truth: 'febrl/dataset4_true_pairs.csv.gz',
  fields: PEOPLE,
};
const RESTAURANTS: DataSet = {
  files: ['restaurants/records.csv.gz'],
  truth: 'restaurants/true_pairs.csv.gz',
  fields: 'name:text,addr,city,phone,type',
};

async function quality(name: string, set: DataSet): Promise<LinkageQuality> {
  const tables = set.files.map(read);
  const [header = [], ...head] = tables[0] ?? [];
  const fields = inferFields(parseFieldList(set.fields.split(',')), (column) =>
    head.map((row) => row[header.indexOf(column)] ?? ''),
  );
  const encoder = new TableEncoder(fields);
  const at = new Map<string, number>();
  tables.forEach(([names = [], ...rows], file) => {
    if (file > 0) encoder.startSecondFile();
    const places = fields.map(({ column }) => names.indexOf(column));
    for (const row of rows) {
      at.set(row[0] ?? '', at.size);
      encoder.add(places.map((place) => row[place]));
    }
  });
  const table = encoder.finish();
  const [, ...pairs] = read(set.truth);
  const ordered = pairs.map(([a = '', b = '']) => [at.get(a) ?? -1, at.get(b) ?? -1].sort((x, y) => x - y));
  const truth = { first: ordered.map(([i = -1]) => i), second: ordered.map(([, j = -1]) => j) };
  const outcome = await linkTable(table, { seed: 1 }, { runner: inlineRunner() });
  const found = measureLinkage(truth, outcome, { records: table.records, allPairs: allPairs(table) });
  const { precision, recall, f1, pairsCompleteness, reductionRatio } = found;
  const figures = { precision, recall, f1, pairsCompleteness, reductionRatio };
  process.stderr.write(
    `${name}: ${Object.entries(figures)
      .map(([key, x]) => `${key} ${x.toFixed(4)}`)
      .join(', ')}\n`,
  );
  return found;
}

(has ? describe : describe.skip)('kohort link on public data, one threshold for all', () => {
  it.each([
    ['FEBRL 1', febrl(1), 0.998],
    ['FEBRL 2', febrl(2), 0.997],
    ['FEBRL 3', febrl(3), 0.997],
    ['FEBRL 4', FEBRL_4, 0.998],
    ['restaurants', RESTAURANTS, 0.92],
  ] as const)('%s', async (name, set, floor) => {
    const { f1, pairsCompleteness, truePairs } = await quality(name, set);
    expect(f1).toBeGreaterThanOrEqual(floor);
    expect(pairsCompleteness).toBeGreaterThanOrEqual(0.998);
    expect(truePairs).toBe(read(set.truth).length - 1);
  });

  it('FEBRL 3 without its identifier, where names, places and birthdays alone must tell', async () => {
    const { f1 } = await quality('FEBRL 3 without soc_sec_id', {
      ...febrl(3),
      fields: PEOPLE.replace(',soc_sec_id', ''),
    });
    expect(f1).toBeGreaterThanOrEqual(0.995);
  });
});
