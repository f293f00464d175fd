import type { ColumnProfile } from './column-profile';
import type { SampledRow } from './row-sample';
import type { TableProfile } from './table-profile';
import { isMissingWord } from './missing-words';
import { readValue } from './value-kind';

/** Pairs are looked at among this many columns of each sort. */
const MOST_COLUMNS = 30;
/** Values beyond it make a table of two columns too thin to say anything. */
const MOST_LEVELS = 50;
const FEWEST_ROWS = 30;
/** Correlations weaker than this are not listed. */
export const CORRELATION_SHOWN = 0.5;
/** Breaks to be expected of two columns that know nothing of each other, at least. */
const FEWEST_CHANCES = 10;
/** A dependency is listed when it holds on this share of the rows that could break it. */
export const DEPENDENCY_HELD = 0.99;
const SHOWN = 50;

interface LevelColumn {
  readonly name: string;
  /** −1 for a hole. */
  readonly codes: Int32Array;
  readonly levels: number;
}

/** A column's numbers in sampled rows; NaN where there is none, or where it stands for "missing". */
export function numbersOf(column: ColumnProfile, rows: readonly SampledRow[]): readonly number[] {
  const holes = new Set(column.missing.sentinels.map(({ value }) => Number(value)));
  return rows.map(({ cells }) => {
    const text = (cells[column.position] ?? '').trim();
    if (text === '' || isMissingWord(text)) return NaN;
    const number = readValue(text).number;
    return number === null || holes.has(number) ? NaN : number;
  });
}

function levelColumn(column: ColumnProfile, rows: readonly SampledRow[]): LevelColumn {
  const codes = new Map<string, number>();
  const coded = Int32Array.from(rows, ({ cells }) => {
    const text = (cells[column.position] ?? '').trim();
    if (text === '' || isMissingWord(text)) return -1;
    const known = codes.get(text) ?? codes.size;
    codes.set(text, known);
    return known;
  });
  return { name: column.name, codes: coded, levels: codes.size };
}

/**
 * Pearson's correlation over the rows where both are numbers; null without spread or with fewer than 30 such rows.
 */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  let [n, meanX, meanY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [a, b] = [x[i] ?? NaN, y[i] ?? NaN];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    n += 1;
    const [dx, dy] = [a - meanX, b - meanY];
    meanX += dx / n;
    meanY += dy / n;
    xx += dx * (a - meanX);
    yy += dy * (b - meanY);
    xy += dx * (b - meanY);
  }
  return n < FEWEST_ROWS || xx <= 0 || yy <= 0 ? null : xy / Math.sqrt(xx * yy);
}

function crossTable(a: LevelColumn, b: LevelColumn): { readonly table: Float64Array; readonly n: number } {
  const table = new Float64Array(a.levels * b.levels);
  let n = 0;
  for (let i = 0; i < a.codes.length; i += 1) {
    const [u, v] = [a.codes[i] ?? -1, b.codes[i] ?? -1];
    if (u < 0 || v < 0) continue;
    const at = u * b.levels + v;
    table[at] = (table[at] ?? 0) + 1;
    n += 1;
  }
  return { table, n };
}

/**
 * Cramér's V, not corrected for bias; null when a column has one level or there are fewer than 30 rows.
 *
 * Source  Cramér 1946, √(χ² ⁄ (n·(min(r, c) − 1)))
 */
export function cramersV(a: LevelColumn, b: LevelColumn): number | null {
  const { table, n } = crossTable(a, b);
  const [rowSums, colSums] = [new Float64Array(a.levels), new Float64Array(b.levels)];
  table.forEach((count, at) => {
    const [u, v] = [Math.floor(at / b.levels), at % b.levels];
    rowSums[u] = (rowSums[u] ?? 0) + count;
    colSums[v] = (colSums[v] ?? 0) + count;
  });
  const smaller = Math.min(rowSums.filter((sum) => sum > 0).length, colSums.filter((sum) => sum > 0).length) - 1;
  if (n < FEWEST_ROWS || smaller < 1) return null;
  let chi = 0;
  table.forEach((count, at) => {
    const expected = ((rowSums[Math.floor(at / b.levels)] ?? 0) * (colSums[at % b.levels] ?? 0)) / n;
    if (expected > 0) chi += (count - expected) ** 2 / expected;
  });
  return Math.sqrt(chi / (n * smaller));
}

/** On which share of the rows beyond each value's first does `from` name the same `to` as its most frequent one. */
function heldShare(from: LevelColumn, to: LevelColumn): number | null {
  const seen = new Map<number, Map<number, number>>();
  for (let i = 0; i < from.codes.length; i += 1) {
    const [u, v] = [from.codes[i] ?? -1, to.codes[i] ?? -1];
    if (u < 0) continue;
    const values = seen.get(u) ?? new Map<number, number>();
    values.set(v, (values.get(v) ?? 0) + 1);
    seen.set(u, values);
  }
  let [tested, held] = [0, 0];
  for (const values of seen.values()) {
    const counts = [...values.values()];
    tested += counts.reduce((sum, each) => sum + each, 0) - 1;
    held += Math.max(...counts) - 1;
  }
  // With so few chances to break it, a dependency that holds says nothing.
  return tested * (1 - modeShare(to)) < FEWEST_CHANCES ? null : held / tested;
}

const NUMERIC: readonly string[] = ['integer', 'decimal'];
const LEVELLED: readonly string[] = ['category', 'boolean', 'integer', 'code', 'postal_code', 'text'];

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

function dependenciesOf(columns: readonly LevelColumn[]): TableProfile['dependencies'] {
  const found: TableProfile['dependencies'][number][] = [];
  for (const from of columns) {
    for (const to of columns) {
      if (from === to || to.levels < 2 || from.levels < to.levels || from.levels >= from.codes.length) continue;
      const held = heldShare(from, to);
      // What a constant would achieve is no dependency.
      if (held !== null && held >= DEPENDENCY_HELD && held > modeShare(to) + 0.005)
        found.push({ from: from.name, to: to.name, heldShareOfOne: held });
    }
  }
  return found.sort((a, b) => b.heldShareOfOne - a.heldShareOfOne).slice(0, SHOWN);
}

function modeShare(column: LevelColumn): number {
  const counts = new Float64Array(column.levels + 1);
  column.codes.forEach((code) => (counts[code + 1] = (counts[code + 1] ?? 0) + 1));
  return counts.reduce((a, b) => Math.max(a, b), 0) / column.codes.length;
}

/** What looks at several columns at once, from a sample of the rows. */
export function associations(
  columns: readonly ColumnProfile[],
  rows: readonly SampledRow[],
): Pick<TableProfile, 'correlations' | 'dependencies' | 'isolated'> {
  const numeric = columns
    .filter((column) => NUMERIC.includes(column.type) && !column.isIdentifier && column.distinct.count > 2)
    .slice(0, MOST_COLUMNS)
    .map((column) => ({ name: column.name, values: numbersOf(column, rows) }));
  const levelled = columns
    .filter((column) => LEVELLED.includes(column.type) && column.distinct.count > 1)
    .slice(0, MOST_COLUMNS)
    .map((column) => levelColumn(column, rows));
  const few = levelled.filter(({ levels }) => levels <= MOST_LEVELS);
  const measured = new Set(numeric.map(({ name }) => name));
  const correlations = [
    ...pairs(numeric).map(([a, b]) => ({
      a: a.name,
      b: b.name,
      measure: 'pearson' as const,
      value: pearson(a.values, b.values),
    })),
    ...pairs(few)
      .filter(([a, b]) => !(measured.has(a.name) && measured.has(b.name)))
      .map(([a, b]) => ({ a: a.name, b: b.name, measure: 'cramers_v' as const, value: cramersV(a, b) })),
  ].flatMap((each) =>
    each.value !== null && Math.abs(each.value) >= CORRELATION_SHOWN ? [{ ...each, value: each.value }] : [],
  );
  return {
    correlations: correlations.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, SHOWN),
    dependencies: dependenciesOf(levelled),
    isolated: null,
  };
}
