import type { Random } from '@kohort/kernel-clock-random';
import type { JobControl } from '@kohort/kernel-contracts';
import { featureTable, isolationForest } from '@kohort/ml-preprocessing';
import type { ColumnProfile } from './column-profile';
import { numbersOf } from './associations';
import type { SampledRow } from './row-sample';
import type { TableProfile } from './table-profile';

/** Liu, Ting & Zhou 2008, section 3: scores well above 0.5 isolate; 0.6 is their contour of possible anomalies. */
export const ISOLATED_FROM = 0.65;
const FEWEST_COLUMNS = 2;
const MOST_COLUMNS = 30;
const FEWEST_ROWS = 100;
const MOST_ROWS = 10_000;
const SHOWN = 10;

interface ValuedColumn {
  readonly name: string;
  readonly values: readonly number[];
}

/** A value as far out as this share of its column's is what sets a row apart. */
const RARE = 0.02;
const MOST_REASONS = 5;

/** In which columns a row is rare, rarest first; where it is in none, the one in which it is rarest. */
function rareColumns(columns: readonly ValuedColumn[], at: number) {
  const tails = columns.flatMap(({ name, values }) => {
    const value = values[at] ?? NaN;
    if (Number.isNaN(value)) return [];
    let [below, above, known] = [0, 0, 0];
    for (const other of values) {
      if (Number.isNaN(other)) continue;
      known += 1;
      if (other <= value) below += 1;
      if (other >= value) above += 1;
    }
    const side = below < above ? ('low' as const) : ('high' as const);
    return [{ column: name, side, tailShareOfOne: Math.min(below, above) / known }];
  });
  const sorted = tails.sort((a, b) => a.tailShareOfOne - b.tailShareOfOne);
  const rare = sorted.filter(({ tailShareOfOne }) => tailShareOfOne <= RARE);
  return (rare.length > 0 ? rare : sorted.slice(0, 1)).slice(0, MOST_REASONS);
}

/**
 * The rows that stand alone when all numeric columns are seen together, by an isolation forest of 100 trees; most alone
 * first. Missing numbers count as the column's median. null where there are fewer than two such columns or 100 rows.
 *
 * Cost    at most 10,000 rows of the sample
 * Throws  ML_CANCELLED
 */
export async function isolatedRows(
  columns: readonly ColumnProfile[],
  sampled: readonly SampledRow[],
  { random, ...control }: JobControl & { readonly random: Random },
): Promise<TableProfile['isolated']> {
  const numeric = columns
    .filter(({ type, isIdentifier }) => (type === 'integer' || type === 'decimal') && !isIdentifier)
    .filter(({ numbers }) => (numbers?.sd ?? 0) > 0)
    .slice(0, MOST_COLUMNS);
  const step = Math.max(1, Math.ceil(sampled.length / MOST_ROWS));
  const rows = sampled.filter((_row, i) => i % step === 0);
  if (numeric.length < FEWEST_COLUMNS || rows.length < FEWEST_ROWS) return null;
  const table = featureTable(
    rows.length,
    numeric.map((column) => {
      const median = column.numbers?.quantiles.p50 ?? 0;
      const values = Float64Array.from(numbersOf(column, rows), (value) => (Number.isNaN(value) ? median : value));
      return { kind: 'numeric', name: column.name, values };
    }),
  );
  const forest = await isolationForest.fit(table, isolationForest.readParams({}), { ...control, random });
  const [scores] = isolationForest.transform(forest, table).columns;
  const found = rows
    .map(({ line, id }, at) => ({ line, id, at, score: scores?.kind === 'numeric' ? (scores.values[at] ?? 0) : 0 }))
    .filter(({ score }) => score >= ISOLATED_FROM)
    .sort((a, b) => b.score - a.score || a.line - b.line);
  const values = numeric.map((column) => ({ name: column.name, values: numbersOf(column, rows) }));
  return {
    columns: numeric.map(({ name }) => name),
    found: found.length,
    rows: found.slice(0, SHOWN).map(({ line, id, at, score }) => ({
      ...{ line, score, by: rareColumns(values, at) },
      ...(id === undefined ? {} : { id }),
    })),
  };
}
