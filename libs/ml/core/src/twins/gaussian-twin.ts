import type { GaussianComponents, GaussianSums, GaussianUse } from '../gaussian-workspace';
import type { Matrix } from '../matrix';

/** One row's log density under each component. */
function densities(gap: Float64Array, { factors, constants }: GaussianComponents, triangle: boolean): number[] {
  const k = constants.length;
  const d = gap.length / k;
  return Array.from(constants, (constant, c) => {
    let squared = 0;
    let at = c * (triangle ? (d * (d + 1)) / 2 : d);
    for (let a = 0; a < d; a += 1) {
      let sum = 0;
      for (let b = triangle ? 0 : a; b <= a; b += 1) {
        sum += (factors[at] as number) * (gap[c * d + b] as number);
        at += 1;
      }
      squared += sum * sum;
    }
    return constant - squared / 2;
  });
}

/**
 * The pass of `GaussianWorkspace` row by row: the oracle of the kernel, equal but for the order of sums. Not exported by
 * the package.
 */
export function gaussianPassTwin(
  matrix: Matrix,
  origin: Float64Array,
  use: GaussianUse,
  components: GaussianComponents,
): GaussianSums & { readonly shares: Float64Array; readonly logLikelihoods: Float64Array } {
  const { data, rows: n, cols: d } = matrix;
  const { k, moments } = use;
  const wide = moments === 'products' ? d * d : moments === 'squares' ? d : 0;
  const [counts, firsts, seconds] = [new Float64Array(k), new Float64Array(k * d), new Float64Array(k * wide)];
  const [shares, logLikelihoods] = [new Float64Array(n * k), new Float64Array(n)];
  let negativeEntropy = 0;
  const add = (to: Float64Array, at: number, value: number): void => {
    to[at] = (to[at] as number) + value;
  };
  for (let i = 0; i < n; i += 1) {
    const gap = components.means.map(
      (mean, at) => (data[i * d + (at % d)] as number) - (origin[at % d] as number) - mean,
    );
    const logs = densities(gap, components, use.factor === 'triangle');
    const most = Math.max(...logs);
    const sum = logs.reduce((total, log) => total + Math.exp(log - most), 0);
    logLikelihoods[i] = most + Math.log(sum);
    logs.forEach((log, c) => {
      const share = Math.exp(log - most) / sum;
      shares[i * k + c] = share;
      negativeEntropy += share > 0 ? share * Math.log(share) : 0;
      if (moments === 'none') return;
      add(counts, c, share);
      for (let a = 0; a < d; a += 1) {
        const part = share * (gap[c * d + a] as number);
        add(firsts, c * d + a, part);
        if (moments === 'squares') add(seconds, c * d + a, part * (gap[c * d + a] as number));
        if (moments !== 'products') continue;
        for (let b = 0; b < d; b += 1) add(seconds, (c * d + a) * d + b, part * (gap[c * d + b] as number));
      }
    });
  }
  const logLikelihood = logLikelihoods.reduce((total, value) => total + value, 0);
  return { logLikelihood, negativeEntropy, counts, firsts, seconds, shares, logLikelihoods };
}
