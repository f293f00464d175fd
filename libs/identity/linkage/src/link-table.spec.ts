import fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { buildPass } from './blocking/block-index';
import { namedRules } from './blocking/named-rules';
import { sortedNeighbourhood } from './blocking/sorted-neighbourhood';
import { PairComparison } from './compare/pair-comparison';
import { TableEncoder, type EncodedTable } from './encode/table-encoder';
import { FIELD_TYPES, LEVEL, LEVELS } from './field-types';
import { inferFields, inferFieldType, parseFieldList } from './infer-fields';
import { linkTable } from './link-table';
import { measureLinkage } from './measure-linkage';
import { inlineRunner } from './pairs/pair-shard';
import { walkPairs, walkUnits } from './pairs/walk-pairs';
import { allPairs } from './weights/random-agreement';

const fields = inferFields(
  parseFieldList([
    'given_name',
    'surname',
    'address_1',
    'postcode:code',
    'state:category',
    'date_of_birth',
    'soc_sec_id',
  ]),
  () => [],
);

/** A register in which every third person stands twice, the second time with one slip and one hole. */
function people(records: number): { table: EncodedTable; truth: { first: number[]; second: number[] } } {
  const random = seededRandom(5);
  const encoder = new TableEncoder(fields);
  const word = (syllables: number): string =>
    Array.from({ length: syllables }, () => 'bdfgklmnprst'.charAt(random.int(12)) + 'aeiou'.charAt(random.int(5))).join(
      '',
    );
  const truth: { first: number[]; second: number[] } = { first: [], second: [] };
  for (let record = 0; record < records; record += 1) {
    const person = [
      word(2),
      word(3),
      `${word(3)} street`,
      String(1000 + random.int(9000)),
      ['nsw', 'vic', 'qld'][random.int(3)] ?? '',
      `19${10 + random.int(90)}${10 + random.int(3)}${10 + random.int(19)}`,
      String(1_000_000 + random.int(8_999_999)),
    ];
    encoder.add(person);
    if (record % 3 > 0 || record + 1 >= records) continue;
    const copy = [...person];
    const slip = random.int(copy.length);
    copy[slip] = `${copy[slip]?.slice(1)}${word(1)}`;
    copy[random.int(copy.length)] = '';
    encoder.add(copy);
    truth.first.push(record);
    truth.second.push(record + 1);
    record += 1;
  }
  return { table: encoder.finish(), truth };
}

describe('linkage of a table', () => {
  const { table, truth } = people(1500);

  it('finds planted repeats, twice the same', async () => {
    const outcome = await linkTable(table, { seed: 1 }, { runner: inlineRunner() });
    const sizes = { records: table.records, allPairs: allPairs(table) };
    const quality = measureLinkage(truth, outcome, sizes);
    expect(quality.f1).toBeGreaterThan(0.99);
    expect(quality.pairsCompleteness).toBeGreaterThan(0.98);
    expect(quality.reductionRatio).toBeGreaterThan(0.98);
    const again = await linkTable(table, { seed: 1 }, { runner: inlineRunner() });
    expect(again.decided).toEqual(outcome.decided);
    expect(again.clusters).toEqual(outcome.clusters);
  });

  it('visits each pair once over all passes, as a plain double loop would', () => {
    const rules = namedRules(table, ['surname:start', 'postcode + state', 'date_of_birth:month']);
    const passes = [...rules.map((rule) => buildPass(table, rule, 4)), sortedNeighbourhood(table, 'surname', 4)];
    const seen = new Set<number>();
    let twice = 0;
    for (const unit of walkUnits(passes, 500)) {
      walkPairs({ passes, unit }, { split: undefined, passes: 'first' }, (i, j) => {
        if (i >= j || seen.has(i * table.records + j)) twice += 1;
        seen.add(i * table.records + j);
      });
    }
    let expected = 0;
    for (let i = 0; i < table.records; i += 1) {
      for (let j = i + 1; j < table.records; j += 1) {
        const isTogether = passes.some(({ blockOf, window }) => {
          const [a = -1, b = -1] = [blockOf[i], blockOf[j]];
          return a >= 0 && b >= 0 && (window > 0 ? Math.abs(a - b) < window : a === b);
        });
        if (isTogether) expected += 1;
      }
    }
    expect(twice).toBe(0);
    expect(seen.size).toBe(expected);
    expect(passes[0]?.skippedBlocks).toBeGreaterThan(0);
  });

  it.each([
    [{ threshold: 1 }, 'LINKAGE_BAD_PARAMETER'],
    [{ threshold: 0.5, reviewLow: 0.6 }, 'LINKAGE_BAD_PARAMETER'],
    [{ blocking: ['nothing'] }, 'LINKAGE_BAD_PARAMETER'],
    [{ sortedBy: { column: 'surname', window: 1 } }, 'LINKAGE_BAD_PARAMETER'],
  ])('refuses %j', async (params, code) => {
    await expect(linkTable(table, params, { runner: inlineRunner() })).rejects.toMatchObject({ code });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(linkTable(table, {}, { runner: inlineRunner(signal), signal })).rejects.toMatchObject({
      code: 'LINKAGE_CANCELLED',
    });
  });

  it('refuses tables in which there is nothing to find', async () => {
    const alone = new TableEncoder(fields);
    alone.add(['a']);
    await expect(linkTable(alone.finish(), {}, { runner: inlineRunner() })).rejects.toMatchObject({
      code: 'LINKAGE_TOO_FEW_RECORDS',
    });
    const same = new TableEncoder([{ column: 'x', type: 'category' }]);
    for (let i = 0; i < 5000; i += 1) same.add(['yes']);
    await expect(linkTable(same.finish(), {}, { runner: inlineRunner() })).rejects.toMatchObject({
      code: 'LINKAGE_NO_BLOCKING',
    });
    expect(() => new TableEncoder([])).toThrow(expect.objectContaining({ code: 'LINKAGE_BAD_FIELDS' }));
  });
});

describe('comparison of records', () => {
  const table = (rows: readonly (readonly string[])[]): PairComparison => {
    const encoder = new TableEncoder([
      { column: 'given', type: 'name' },
      { column: 'surname', type: 'name' },
      { column: 'addr', type: 'address' },
      { column: 'born', type: 'date' },
      { column: 'phone', type: 'phone' },
      { column: 'email', type: 'email' },
      { column: 'house', type: 'house' },
      { column: 'paid', type: 'amount' },
    ]);
    for (const row of rows) encoder.add(row);
    return new PairComparison(encoder.finish());
  };
  const levelsOf = (a: readonly string[], b: readonly string[]): number[] => {
    const levels = new Uint8Array(8);
    table([a, b]).compare(0, 1, levels);
    return [...levels];
  };
  const { exact, close, alike, exchanged, differs, missing } = LEVEL;

  it('tells slips, exchanges, holes and differences apart', () => {
    expect(
      levelsOf(
        ['Anna', 'Lindqvist', '12 High St', '1990-03-04', '030 1234567', 'a.b@x.org', '12', '100'],
        ['anna', 'lindquist', '12 high street', '19900403', '+49 30 1234567', 'a.b@y.org', '21', '101'],
      ),
    ).toEqual([exact, close, exact, close, close, close, close, close]);
    expect(
      levelsOf(
        ['Anna', 'Berg', '14 High St', '1990-03-04', '', 'a@x.org', '7', '100'],
        ['Berg', 'Anna', '12 High St', '1990-03-28', '555', 'zz@q.net', '9', '900'],
      ),
    ).toEqual([exchanged, missing, alike, alike, missing, differs, differs, differs]);
  });

  it('50,000 pairs of any text are compared without a failure, and symmetrically', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '',
        ' ',
        '0',
        '\u0000',
        '👩‍👩‍👧',
        'é',
        '19990229',
        '+1',
        '()',
        'NaN',
        '1e999',
        'x'.repeat(5000),
        '٣٤',
      ),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    );
    let compared = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 10, maxLength: 10 }), { minLength: 33, maxLength: 33 }),
        (rows) => {
          const encoder = new TableEncoder(
            FIELD_TYPES.map((type) => ({ column: type, type })),
            { phoneCountry: 'US' },
          );
          for (const row of rows) encoder.add(row);
          const comparison = new PairComparison(encoder.finish());
          const [there, back] = [new Uint8Array(10), new Uint8Array(10)];
          for (let i = 0; i < rows.length; i += 1) {
            for (let j = i + 1; j < rows.length; j += 1) {
              comparison.compare(i, j, there);
              comparison.compare(j, i, back);
              compared += 1;
              if (there.some((level, f) => level !== back[f] || level >= LEVELS))
                throw new TypeError(JSON.stringify([rows[i], rows[j]]));
            }
          }
        },
      ),
      { numRuns: 96, seed: 11 },
    );
    expect(compared).toBeGreaterThanOrEqual(50_000);
  });
});

describe('types of fields', () => {
  it.each([
    ['E-Mail', [], 'email'],
    ['date_of_birth', [], 'date'],
    ['given_name', [], 'name'],
    ['street_number', [], 'house'],
    ['address_1', [], 'address'],
    ['soc_sec_id', [], 'code'],
    ['x', ['310/246-1501', '310-246-1501'], 'phone'],
    ['x', ['1990-01-02', '02/03/1991'], 'date'],
    ['x', ['12 high street', '3 low road'], 'address'],
    ['x', ['ada', 'grace'], 'name'],
    ['x', Array.from({ length: 100 }, (_, i) => (i % 2 ? 'yes' : 'no')), 'category'],
  ])('%s %j is %s', (column, values, type) => {
    expect(inferFieldType(column, values)).toBe(type);
  });

  it('refuses a type that there is not', () => {
    expect(() => parseFieldList(['a:colour'])).toThrow(expect.objectContaining({ code: 'LINKAGE_BAD_PARAMETER' }));
    expect(parseFieldList(['a:name', 'b'])).toEqual([
      { column: 'a', type: 'name' },
      { column: 'b', type: undefined },
    ]);
  });
});
