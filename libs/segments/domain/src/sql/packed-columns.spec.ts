import { PackedColumns } from './packed-columns';
import { flagColumn, numberColumn } from './pass';

/** What the engine would add up: the values of rows by the columns' names. */
function added(packed: PackedColumns, rows: readonly ReadonlyMap<string, string>[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    for (const [, sql = '', word = ''] of packed.row(row).matchAll(/(.*?) AS packed(\d+)(?:, |$)/g)) {
      const parts = [...sql.matchAll(/bitShiftLeft\(toUInt\d+\((\d+)\), (\d+)\)/g)];
      const value = parts.reduce((sum, [, n = '0', shift = '0']) => sum + (BigInt(n) << BigInt(shift)), 0n);
      sums.set(word, (sums.get(word) ?? 0n) + value);
    }
  }
  const columns = packed.columns.matchAll(/toUInt(\d+)\(bitShiftRight\(sums(\d+), (\d+)\)\) AS (\w+)/g);
  return new Map(
    [...columns].map(([, bits = '0', word = '', shift = '0', name = '']) => [
      name,
      ((sums.get(word) ?? 0n) >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n),
    ]),
  );
}

describe('columns that are added up together', () => {
  it('keeps each apart, up to the greatest number', () => {
    const names = Array.from({ length: 21 }, (_, i) => `c${i}`);
    const packed = new PackedColumns(names.map((name, i) => (i % 3 === 0 ? flagColumn(name) : numberColumn(name))));
    const most = (i: number): bigint => (i % 3 === 0 ? 255n : 4_294_967_295n);
    const rows = names.flatMap((name, i) => [new Map([[name, String(most(i) - 1n)]]), new Map([[name, '1']])]);
    expect(added(packed, rows)).toEqual(new Map(names.map((name, i) => [name, most(i)])));
    expect(added(packed, rows.slice(2))).toEqual(new Map(names.map((name, i) => [name, i === 0 ? 0n : most(i)])));
  });

  it('takes the narrowest integers', () => {
    const sums = (columns: number): string =>
      new PackedColumns(Array.from({ length: columns }, (_, i) => numberColumn(`c${i}`))).row(new Map());
    expect(sums(2)).toBe('toUInt64(0) AS packed0');
    expect(sums(4)).toBe('toUInt128(0) AS packed0');
    expect(sums(9)).toBe('toUInt256(0) AS packed0, toUInt64(0) AS packed1');
  });
});
