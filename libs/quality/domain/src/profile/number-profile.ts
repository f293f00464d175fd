import type { NumberProfile } from './column-profile';
import type { ExtremeValue } from './extremes';
import { LINES_SHOWN } from './line-sample';
import type { NumberSketch } from './number-sketch';
import { quantileOf, shareBelow, type Distribution } from './quantile-sketch';

/** A value further than this many standard deviations from the mean is an outlier by z. */
export const Z_LIMIT = 3;
/** Tukey 1977, Exploratory Data Analysis: fences at 1.5 interquartile ranges from the quartiles. */
export const IQR_FACTOR = 1.5;
const BINS = 20;
/** Bins stop at Tukey's outer fences, so that one wild value does not push all others into one bin. */
const OUTER_FENCE = 3;

/** A value that stands for "missing". */
export interface Sentinel {
  readonly value: number;
  readonly rows: number;
  readonly lines: readonly number[];
}

const FEWEST = 2;

/**
 * Tells holes from values among the suspects: a suspect is a hole when it comes at least twice, is the outermost value,
 * and stands apart from all others by more than their whole range; a negative one also when no other is negative.
 */
export function splitSentinels(sketch: NumberSketch): {
  readonly found: readonly Sentinel[];
  readonly sketch: NumberSketch;
} {
  const suspects = [...sketch.suspects].map(([value, counted]) => ({
    value,
    rows: counted.rows,
    lines: counted.lines(),
  }));
  if (suspects.length === 0) return { found: [], sketch };
  const rest = sketch.quantiles.distribution();
  const range = rest ? rest.max - rest.min : 0;
  const isHole = ({ value, rows }: Sentinel): boolean => {
    if (!rest || rows < FEWEST || rest.count < rows) return false;
    if (value < 0) return rest.min >= 0 ? range > 0 : value < rest.min - range;
    return range > 0 && value > rest.max + range;
  };
  const found = suspects.filter(isHole).sort((a, b) => b.rows - a.rows || a.value - b.value);
  for (const { value, rows, lines } of suspects)
    if (!found.some((hole) => hole.value === value)) sketch.take(value, rows, lines);
  sketch.suspects.clear();
  return { found, sketch };
}

function histogramOf(distribution: Distribution, q1: number, q3: number): NumberProfile['histogram'] {
  const { count, min, max, exact, values } = distribution;
  const reach = OUTER_FENCE * (q3 - q1);
  const [low, high] = reach > 0 ? [Math.max(min, q1 - reach), Math.min(max, q3 + reach)] : [min, max];
  const whole = exact && values.length <= BINS && values.every((value) => Number.isInteger(value));
  // Few whole numbers get a bar each, centred on the number.
  const span = max - min + 1;
  if (whole && span <= 2 * BINS) {
    const edges = Array.from({ length: span + 1 }, (_, i) => min + i - 0.5);
    const weights = new Map(values.map((value, i) => [value, distribution.weights[i] ?? 0]));
    return { edges, rows: Array.from({ length: span }, (_, i) => weights.get(min + i) ?? 0), below: 0, above: 0 };
  }
  if (high <= low) return { edges: [low, high], rows: [count], below: 0, above: 0 };
  const edges = Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? high : low + ((high - low) * i) / BINS));
  const cumulative = edges.map((edge, i) => Math.round(count * shareBelow(distribution, edge, i === BINS)));
  const rows = cumulative.slice(1).map((upTo, i) => upTo - (cumulative[i] ?? 0));
  return { edges, rows, below: cumulative[0] ?? 0, above: count - (cumulative[BINS] ?? count) };
}

interface Fences {
  readonly low: number;
  readonly high: number;
}

function outliersOf(distribution: Distribution, sketch: NumberSketch, { low, high }: Fences): NumberProfile['byZ'] {
  const below = shareBelow(distribution, low, false);
  const above = 1 - shareBelow(distribution, high, true);
  const places = (extremes: readonly ExtremeValue[], beyond: (value: number) => boolean): readonly number[] =>
    extremes.filter(({ value }) => beyond(value)).flatMap(({ lines }) => lines);
  const lines = [
    ...places(sketch.extremes.highest(), (value) => value > high),
    ...places(sketch.extremes.lowest(), (value) => value < low),
  ];
  return {
    low,
    high,
    rows: Math.round(distribution.count * (below + above)),
    lines: [...new Set(lines)].slice(0, LINES_SHOWN),
  };
}

/** The figures of a column's numbers; null when it has none. Settle sentinels first. */
export function numberProfile(sketch: NumberSketch): NumberProfile | null {
  const moments = sketch.moments.summary();
  const distribution = sketch.quantiles.distribution();
  if (!moments || !distribution) return null;
  const at = (q: number): number => quantileOf(distribution, q);
  const quantiles = {
    p01: at(0.01),
    p05: at(0.05),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p95: at(0.95),
    p99: at(0.99),
  };
  const { mean, sd } = moments;
  const iqr = quantiles.p75 - quantiles.p25;
  return {
    ...moments,
    zeros: sketch.zeros,
    negatives: sketch.negatives,
    quantiles,
    histogram: histogramOf(distribution, quantiles.p25, quantiles.p75),
    byZ: sd ? outliersOf(distribution, sketch, { low: mean - Z_LIMIT * sd, high: mean + Z_LIMIT * sd }) : null,
    byIqr:
      iqr > 0
        ? outliersOf(distribution, sketch, {
            low: quantiles.p25 - IQR_FACTOR * iqr,
            high: quantiles.p75 + IQR_FACTOR * iqr,
          })
        : null,
    distribution,
  };
}
