import { checkShape, mlErrors, type Matrix, type WideMatrix } from '@kohort/ml-core';
import { fitMedianImputer } from '@kohort/ml-preprocessing';
import type { ClusteringWarning } from '../clustering-warning';
import { columnValues, profileColumn, type ColumnProfile } from './column-profile';
import { scalingOf, type ColumnScale, type FittedScaling, type ScalingMode } from './scaling-pipeline';

export interface ScalingOptions {
  readonly mode: ScalingMode;
  /** What to do with NaN; default `refuse`. */
  readonly missing?: 'refuse' | 'median';
  /** Columns of category codes: they stay what they are, and nothing is put in place of a missing one. */
  readonly categories?: readonly string[];
}

/** Skewness above which a non-negative column counts as heavy-tailed. */
const HEAVY_TAIL = 1;
/** Spread of one column over another's above which unscaled distances are ruled by one column. */
const SCALES_DIFFER = 10;

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

interface ScaledColumn {
  readonly column: ColumnScale;
  readonly profile: ColumnProfile;
  readonly warnings: readonly ClusteringWarning[];
  /** Skewness before and after the logarithm, where one was taken. */
  readonly skews?: readonly [number, number];
}

function scaleColumn(
  matrix: Matrix | WideMatrix,
  { at, name, options }: { at: number; name: string; options: ScalingOptions },
): ScaledColumn {
  const plain = profileColumn(matrix, at);
  const isCode = options.categories?.includes(name) ?? false;
  const warnings: ClusteringWarning[] = [];
  const fill =
    options.missing === 'median' && plain.present > 0 && !isCode
      ? fitMedianImputer(columnValues(matrix, at)).median
      : null;
  const raw = options.mode === 'raw';
  if (plain.spread === 0 && (!raw || plain.present === 0)) {
    const code = plain.present === 0 ? 'COLUMN_EMPTY' : 'COLUMN_CONSTANT';
    const reason = plain.present === 0 ? 'holds no value' : 'has the same value in every row';
    warnings.push({ code, message: `Column "${name}" ${reason} and was left out.` });
    return { column: { name, kept: false, log1p: false, shift: 0, divisor: 1, fill }, profile: plain, warnings };
  }
  if (isCode) {
    return { column: { name, kept: true, log1p: false, shift: 0, divisor: 1, fill }, profile: plain, warnings };
  }
  if (plain.missing > 0) {
    const message = `Column "${name}": ${count(plain.missing, 'missing value')} replaced by the median.`;
    warnings.push({ code: 'COLUMN_FILLED', message });
  }
  const logged = profileColumn(matrix, at, Math.log1p);
  const heavy = plain.min >= 0 && plain.skewness > HEAVY_TAIL && Math.abs(logged.skewness) < 0.9 * plain.skewness;
  const log1p = options.mode === 'auto' && heavy;
  const profile = log1p ? logged : plain;
  const divisor = options.mode === 'none' || raw ? 1 : profile.spread;
  return {
    column: { name, kept: true, log1p, shift: raw ? 0 : profile.mean, divisor, fill },
    profile,
    warnings,
    ...(log1p ? { skews: [plain.skewness, logged.skewness] as const } : {}),
  };
}

/** One sentence for all columns under a logarithm. */
function loggedWarning(scaled: readonly ScaledColumn[]): ClusteringWarning[] {
  const told = scaled.flatMap(({ column, skews }) =>
    skews ? [`${column.name} (skewness ${skews[0].toFixed(1)}, then ${skews[1].toFixed(1)})`] : [],
  );
  if (told.length === 0) return [];
  return [{ code: 'COLUMN_LOGGED', message: `log(1 + x) was taken of heavy-tailed columns: ${told.join(', ')}.` }];
}

function scaleDifference(names: readonly string[], profiles: readonly ColumnProfile[]): ClusteringWarning[] {
  const spreads = profiles
    .map(({ spread }, at) => ({ spread, name: names[at] ?? '' }))
    .filter(({ spread }) => spread > 0);
  const widest = spreads.reduce((a, b) => (b.spread > a.spread ? b : a), { spread: 0, name: '' });
  const narrowest = spreads.reduce((a, b) => (b.spread < a.spread ? b : a), { spread: Infinity, name: '' });
  if (!(widest.spread > SCALES_DIFFER * narrowest.spread)) return [];
  const times = Math.round(widest.spread / narrowest.spread);
  const message =
    `Column "${widest.name}" varies ${times} times as much as "${narrowest.name}" and rules the distances; ` +
    'scale the columns (zscore or auto) unless that is meant.';
  return [{ code: 'SCALES_DIFFER', message }];
}

/**
 * Learns how to scale columns.
 *
 * Shape   matrix: n×d; names: d
 * Units   log1p where skewness > 1, no value is negative and the logarithm is clearly less skewed; population deviations
 * Cost    four passes a column
 * Throws  ML_SHAPE; ML_NOT_FINITE for ±Infinity, and for NaN unless `missing` is `median`; ML_TOO_FEW_ROWS when every
 *         column is constant
 */
export function fitScaling(
  matrix: Matrix | WideMatrix,
  names: readonly string[],
  options: ScalingOptions,
): { scaling: FittedScaling; warnings: ClusteringWarning[] } {
  checkShape(matrix);
  if (names.length !== matrix.cols) {
    throw mlErrors.ML_SHAPE({ what: 'column names', expected: `${matrix.cols}`, got: `${names.length}` });
  }
  for (let at = 0; at < matrix.data.length; at += 1) {
    const value = matrix.data[at] as number;
    if (Number.isFinite(value) || (Number.isNaN(value) && options.missing === 'median')) continue;
    const problem = Number.isNaN(value) ? 'a missing value (NaN)' : 'an infinite value';
    const row = Math.floor(at / matrix.cols);
    throw mlErrors.ML_NOT_FINITE({ what: 'the table', problem, row, column: names[at % matrix.cols] ?? '' });
  }
  const scaled = names.map((name, at) => scaleColumn(matrix, { at, name, options }));
  if (!scaled.some(({ column }) => column.kept)) {
    throw mlErrors.ML_TOO_FEW_ROWS({
      estimator: 'clustering',
      needed: 2,
      of: 'distinct rows',
      rows: Math.min(1, matrix.rows),
    });
  }
  const warnings = [...scaled.flatMap((one) => one.warnings), ...loggedWarning(scaled)];
  if (options.mode === 'none') {
    const numbers = scaled.filter(({ column }) => !options.categories?.includes(column.name));
    const named = numbers.map(({ column }) => column.name);
    warnings.push(
      ...scaleDifference(
        named,
        numbers.map(({ profile }) => profile),
      ),
    );
  }
  return {
    scaling: scalingOf(
      options.mode,
      scaled.map(({ column }) => column),
    ),
    warnings,
  };
}
