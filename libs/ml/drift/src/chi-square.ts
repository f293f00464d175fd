/** Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const STEPS = 1_000;
const EPSILON = 1e-15;
/** Cells with fewer expected rows are pooled (Cochran 1954). */
const FEWEST_EXPECTED = 5;

function logGamma(x: number): number {
  const z = x - 1;
  let sum = LANCZOS[0] ?? 0;
  for (let i = 1; i < LANCZOS.length; i += 1) sum += (LANCZOS[i] ?? 0) / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

function lowerSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; n < STEPS && Math.abs(term) > Math.abs(sum) * EPSILON; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(-x + a * Math.log(x) - logGamma(a));
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < STEPS; i += 1) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    h *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return Math.exp(-x + a * Math.log(x) - logGamma(a)) * h;
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);

/**
 * Probability that a chi-square variable of these degrees of freedom exceeds a value.
 *
 * Source  the regularised upper incomplete gamma function Q(df/2, x/2): series below a + 1, Lentz's continued fraction
 *         above; held to SciPy by reference/drift.golden.json
 */
export function chiSquareTail(x: number, df: number): number {
  if (x <= 0 || df <= 0) return 1;
  const [a, half] = [df / 2, x / 2];
  return half < a + 1 ? 1 - lowerSeries(a, half) : upperFraction(a, half);
}

/** A test that two counts over the same categories come from one distribution. */
export interface ChiSquareResult {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
}

/**
 * Chi-square test of homogeneity of two rows of counts; categories with less than five expected rows are pooled. null
 * with fewer than two categories left.
 *
 * Shape  before, after: counts by category, of one length
 */
export function chiSquareTest(before: readonly number[], after: readonly number[]): ChiSquareResult | null {
  const n = [before, after].map((counts) => counts.reduce((a, b) => a + b, 0));
  const [nBefore = 0, nAfter = 0] = n;
  const total = nBefore + nAfter;
  if (nBefore === 0 || nAfter === 0) return null;
  const kept: [number, number][] = [];
  const pool: [number, number] = [0, 0];
  before.forEach((b, i) => {
    const a = after[i] ?? 0;
    if (((a + b) * Math.min(nBefore, nAfter)) / total >= FEWEST_EXPECTED) kept.push([b, a]);
    else {
      pool[0] += b;
      pool[1] += a;
    }
  });
  if (pool[0] + pool[1] > 0) kept.push(pool);
  if (kept.length < 2) return null;
  const statistic = kept.reduce((sum, [b, a]) => {
    const [eb, ea] = [((a + b) * nBefore) / total, ((a + b) * nAfter) / total];
    return sum + (b - eb) ** 2 / eb + (a - ea) ** 2 / ea;
  }, 0);
  const df = kept.length - 1;
  return { statistic, df, pValue: chiSquareTail(statistic, df) };
}
