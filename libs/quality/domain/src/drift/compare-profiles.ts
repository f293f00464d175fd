import { z } from 'zod';
import type { ColumnProfile } from '../profile/column-profile';
import { quantileOf, shareBelow, type Distribution } from '../profile/quantile-sketch';
import type { TableProfile } from '../profile/table-profile';
import { chiSquareTest, jensenShannon, populationStability } from '@kohort/ml-drift';
import { kolmogorovSmirnov } from './kolmogorov-smirnov';
import { DRIFT_LIMITS, DRIFT_VERDICTS, verdictOf, type DriftVerdict } from './thresholds';

const measure = z.number().nullable();

/** How one column differs from the same column before. Measures that do not apply are null. */
export const columnDriftSchema = z
  .object({
    column: z.string(),
    verdict: z.enum(DRIFT_VERDICTS),
    reasons: z.array(z.string()).readonly(),
    psi: measure,
    ksDistance: measure,
    ksPValue: measure,
    jensenShannon: measure,
    chiSquare: z.object({ statistic: z.number(), df: z.number(), pValue: z.number() }).readonly().nullable(),
    missingBefore: measure,
    missingAfter: measure,
  })
  .readonly();

export type ColumnDrift = z.infer<typeof columnDriftSchema>;

/** What changed between two profiles of tables with the same meaning. */
export interface TableDrift {
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** In the order of the later profile; removed columns last. */
  readonly columns: readonly ColumnDrift[];
}

const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Lists of values are complete up to here; longer ones cannot be compared value by value. */
const COMPLETE_VALUES = 100;
const FEWEST_ROWS = 30;
const WORST: readonly DriftVerdict[] = ['steady', 'not_compared', 'shifting', 'moved'];

const none = { psi: null, ksDistance: null, ksPValue: null, jensenShannon: null, chiSquare: null };

/** Rows in the baseline's tenths: at most ten bins, fewer where values repeat. */
function tenths(of: Distribution, edges: readonly number[]): number[] {
  const upTo = [...edges.map((edge) => shareBelow(of, edge, true)), 1];
  return upTo.map((share, i) => of.count * (share - (upTo[i - 1] ?? 0)));
}

interface Measured {
  readonly measures: Partial<typeof none | ColumnDrift>;
  readonly verdict: DriftVerdict;
  readonly reasons: readonly string[];
}

function numberDrift(before: Distribution, after: Distribution): Measured {
  const edges = [...new Set(DECILES.map((q) => quantileOf(before, q)))];
  const psi = populationStability(tenths(before, edges), tenths(after, edges));
  const { distance, pValue } = kolmogorovSmirnov(before, after);
  const byPsi = verdictOf(psi, DRIFT_LIMITS.psi);
  const byKs = pValue < DRIFT_LIMITS.pValue ? verdictOf(distance, DRIFT_LIMITS.ksDistance) : 'steady';
  const medians = `median ${short(quantileOf(before, 0.5))} → ${short(quantileOf(after, 0.5))}`;
  const reasons = [
    ...(byPsi === 'steady' ? [] : [`PSI ${psi.toFixed(3)}`]),
    ...(byKs === 'steady' ? [] : [`largest distance of ranks ${distance.toFixed(3)}`]),
  ];
  return {
    measures: { psi, ksDistance: distance, ksPValue: pValue },
    verdict: worst([byPsi, byKs]),
    reasons: reasons.length === 0 ? [] : [...reasons, medians],
  };
}

const short = (value: number): string => String(Number(value.toPrecision(5)));

function categoryDrift(before: ColumnProfile, after: ColumnProfile): Measured {
  const [b, a] = [before, after].map(({ top }) => new Map(top.map(({ value, rows }) => [value, rows])));
  const values = [...new Set([...(b?.keys() ?? []), ...(a?.keys() ?? [])])];
  const counts = (of: ReadonlyMap<string, number> | undefined): number[] => values.map((value) => of?.get(value) ?? 0);
  const [was, is] = [counts(b), counts(a)];
  const js = jensenShannon(was, is);
  const psi = populationStability(was, is);
  const chiSquare = chiSquareTest(was, is);
  const fresh = values.filter((value) => !b?.has(value)).length;
  const gone = values.filter((value) => !a?.has(value)).length;
  const likely = chiSquare === null || chiSquare.pValue < DRIFT_LIMITS.pValue;
  const verdict = likely
    ? worst([verdictOf(js, DRIFT_LIMITS.jensenShannon), verdictOf(psi, DRIFT_LIMITS.psi)])
    : 'steady';
  const reasons = [
    ...(verdict === 'steady' ? [] : [`Jensen–Shannon ${js.toFixed(3)} bits, PSI ${psi.toFixed(3)}`]),
    ...(fresh > 0 ? [`${fresh} new values`] : []),
    ...(gone > 0 ? [`${gone} values gone`] : []),
  ];
  return { measures: { psi, jensenShannon: js, chiSquare }, verdict, reasons };
}

const worst = (verdicts: readonly DriftVerdict[]): DriftVerdict =>
  verdicts.reduce((a, b) => (WORST.indexOf(b) > WORST.indexOf(a) ? b : a));

const isCategorical = ({ type, distinct, topShortBy }: ColumnProfile): boolean =>
  ['category', 'boolean', 'code', 'postal_code', 'text'].includes(type) &&
  distinct.count <= COMPLETE_VALUES &&
  topShortBy === 0;

function measureColumn(before: ColumnProfile, after: ColumnProfile): Measured {
  if (before.numbers && after.numbers && !after.isIdentifier && after.times === null) {
    return numberDrift(before.numbers.distribution, after.numbers.distribution);
  }
  if (isCategorical(before) && isCategorical(after)) return categoryDrift(before, after);
  return { measures: {}, verdict: 'not_compared', reasons: [] };
}

/** Types between which a column may change without anybody noticing. */
const alike = (a: string, b: string): boolean =>
  a === b ||
  [
    'integer decimal',
    'date instant',
    'category text',
    'category code',
    'code text',
    'mixed text',
    'category boolean',
  ].some((pair) => pair === `${a} ${b}` || pair === `${b} ${a}`);

function compareColumns(before: ColumnProfile, after: ColumnProfile): ColumnDrift {
  const [missingBefore, missingAfter] = [before.missing.shareOfOne, after.missing.shareOfOne];
  const base = { column: after.name, ...none, missingBefore, missingAfter };
  if (!alike(before.type, after.type) && before.present > 0 && after.present > 0) {
    return { ...base, verdict: 'retyped', reasons: [`${before.type} → ${after.type}`] };
  }
  const byMissing = verdictOf(Math.abs(missingAfter - missingBefore), DRIFT_LIMITS.missing);
  const points = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const missing = byMissing === 'steady' ? [] : [`missing ${points(missingBefore)} → ${points(missingAfter)}`];
  if (before.present < FEWEST_ROWS || after.present < FEWEST_ROWS) {
    return {
      ...base,
      verdict: byMissing === 'steady' ? 'not_compared' : byMissing,
      reasons: [...missing, 'too few rows'],
    };
  }
  const { measures, verdict, reasons } = measureColumn(before, after);
  return { ...base, ...measures, verdict: worst([verdict, byMissing]), reasons: [...reasons, ...missing] };
}

/** Compares a later profile with an earlier one, column by column. Ids and times are not compared: they move by nature. */
export function compareProfiles(
  before: Pick<TableProfile, 'rows' | 'columns'>,
  after: Pick<TableProfile, 'rows' | 'columns'>,
): TableDrift {
  const earlier = new Map(before.columns.map((column) => [column.name, column]));
  const present = new Set(after.columns.map(({ name }) => name));
  const alone = (column: string, verdict: 'added' | 'removed'): ColumnDrift => ({
    column,
    verdict,
    reasons: [],
    ...none,
    missingBefore: null,
    missingAfter: null,
  });
  const columns = after.columns.map((column) => {
    const known = earlier.get(column.name);
    return known ? compareColumns(known, column) : alone(column.name, 'added');
  });
  const removed = before.columns.filter(({ name }) => !present.has(name)).map(({ name }) => alone(name, 'removed'));
  return { rowsBefore: before.rows, rowsAfter: after.rows, columns: [...columns, ...removed] };
}
