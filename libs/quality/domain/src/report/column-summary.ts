import type { ColumnProfile, NumberProfile } from '../profile/column-profile';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MOST_BARS = 20;
const SHOWN_VALUES = 3;
const VALUE_CHARS = 24;

/** A number as a person reads it: at most five digits that matter. */
export function readableNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-4)) return value.toExponential(2);
  const digits = size >= 1000 ? 0 : size >= 10 ? 1 : 3;
  return (Number.isInteger(value) ? value : Number(value.toFixed(digits))).toLocaleString('en-GB', {
    maximumFractionDigits: 4,
  });
}

/** 0.1234 → "12.3 %"; what is not nothing is never shown as nothing. */
export function readableShare(shareOfOne: number): string {
  if (shareOfOne > 0 && shareOfOne < 0.001) return '<0.1 %';
  return `${(shareOfOne * 100).toFixed(1)} %`;
}

/** Counts as a row of small bars; an empty bin is a blank. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts
    .slice(0, MOST_BARS * 2)
    .map((count) => (count === 0 ? ' ' : (BARS[Math.min(7, Math.floor((count / most) * 7.999))] ?? '')))
    .join('');
}

/** The bars of a column: its histogram, or its most frequent values. */
export function barsOf(column: ColumnProfile): readonly number[] {
  const figures = column.numbers ?? column.times;
  if (figures && !column.isIdentifier) return figures.histogram.rows;
  if (column.isIdentifier || column.distinct.count === column.present) return [];
  return column.top.slice(0, MOST_BARS).map(({ rows }) => rows);
}

const clip = (text: string): string =>
  (text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS - 1)}…` : text).replace(/\s/g, ' ');
const instant = (ms: number, withTime: boolean): string => {
  const text = new Date(ms).toISOString();
  return withTime ? text.slice(0, 16).replace('T', ' ') : text.slice(0, 10);
};

/** Numbers that are times, as epoch milliseconds. */
function instantOf(value: number, format: string | null): number {
  if (format === 'yyyyMMdd') return Date.UTC(Math.floor(value / 1e4), (Math.floor(value / 100) % 100) - 1, value % 100);
  return format === 'epoch_s' ? value * 1000 : value;
}

/** From when to when a date column goes; null for others. Units: epoch milliseconds. */
export function spanOf(column: ColumnProfile): { readonly fromMs: number; readonly toMs: number } | null {
  if (column.times) return { fromMs: column.times.min, toMs: column.times.max };
  if (!['date', 'instant'].includes(column.type) || !column.numbers) return null;
  const { min, max } = column.numbers;
  return { fromMs: instantOf(min, column.dateFormat), toMs: instantOf(max, column.dateFormat) };
}

const range = ({ min, max, quantiles }: NumberProfile): string =>
  `${readableNumber(min)} … ${readableNumber(quantiles.p50)} … ${readableNumber(max)}`;

/** What a column holds in a few words: from, median, to; or its most frequent values with their shares. */
export function typicalOf(column: ColumnProfile): string {
  if (column.present === 0) return '';
  const span = spanOf(column);
  if (span)
    return `${instant(span.fromMs, column.type === 'instant')} … ${instant(span.toMs, column.type === 'instant')}`;
  if (column.numbers && !column.isIdentifier) return range(column.numbers);
  const [first] = column.top;
  if (column.isIdentifier || !first || first.rows === 1) return first ? `e.g. ${clip(first.value)}` : '';
  return column.top
    .slice(0, SHOWN_VALUES)
    .map(({ value, rows }) => `${clip(value)} ${readableShare(rows / column.present)}`)
    .join(', ');
}
