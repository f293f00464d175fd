/** Shares below this count as this, so that an empty bin does not make the index infinite. */
const FLOOR = 1e-4;

const sharesOf = (counts: readonly number[]): number[] => {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
};

/**
 * Population stability index of counts over the same bins.
 *
 * Shape   before, after: counts by bin, of one length
 * Source  Siddiqi 2006, Credit Risk Scorecards: Σ (a − b)·ln(a ⁄ b), shares floored at 1e-4
 */
export function populationStability(before: readonly number[], after: readonly number[]): number {
  const [p, q] = [sharesOf(before), sharesOf(after)];
  return p.reduce((sum, share, i) => {
    const [b, a] = [Math.max(share, FLOOR), Math.max(q[i] ?? 0, FLOOR)];
    return sum + (a - b) * Math.log(a / b);
  }, 0);
}

/**
 * Jensen–Shannon divergence of counts over the same categories.
 *
 * Units   bits: 0 for equal shares, 1 for none in common; the square of SciPy's distance in base 2
 * Source  Lin 1991, Divergence measures based on the Shannon entropy
 */
export function jensenShannon(before: readonly number[], after: readonly number[]): number {
  const [p, q] = [sharesOf(before), sharesOf(after)];
  const towards = (share: number, middle: number): number =>
    share === 0 ? 0 : (share * Math.log2(share / middle)) / 2;
  return p.reduce((sum, share, i) => {
    const other = q[i] ?? 0;
    const middle = (share + other) / 2;
    return sum + towards(share, middle) + towards(other, middle);
  }, 0);
}
