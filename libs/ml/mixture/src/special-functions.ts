/** Coefficients of Lanczos' approximation, g = 7, n = 9 (Godfrey). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Terms of the asymptotic series of log Γ: B₂ₙ / (2n(2n − 1)). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];
/** Terms of that of the digamma function: B₂ₙ / 2n. */
const DIGAMMA = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];
const LARGE = 10;

/**
 * The logarithm of the gamma function.
 *
 * Shape   x above 0
 * Units   to 1e-13 of its value, or absolutely where that is below 1
 * Source  Stirling's series from 10 on, Lanczos' approximation below; held to scipy by special.golden.json
 */
export function logGamma(x: number): number {
  if (x >= LARGE) {
    const z = 1 / (x * x);
    const series = STIRLING.reduceRight((total, term) => total * z + term, 0) / x;
    return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
  }
  // The approximation is for x − 1 from −0.5 on: one step up the recurrence keeps small x in range.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  const y = x - 1;
  const base = y + 7.5;
  const sum = LANCZOS.reduce((total, term, i) => total + (i === 0 ? term : term / (y + i)), 0);
  return Math.log(2 * Math.PI) / 2 + (y + 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * The derivative of the logarithm of the gamma function.
 *
 * Shape   x above 0
 * Units   to 1e-12
 * Source  its asymptotic series from 10 on, the recurrence below; held to scipy by special.golden.json
 */
export function digamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < LARGE; at += 1) shift -= 1 / at;
  const z = 1 / (at * at);
  const series = DIGAMMA.reduceRight((total, term) => total * z + term, 0) * z;
  return shift + Math.log(at) - 1 / (2 * at) - series;
}
