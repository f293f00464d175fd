import { digamma, logGamma } from '../special-functions';

/** What is believed of the weights: parameters of Beta distributions of stick breaks, or of one Dirichlet distribution. */
export interface WeightPosterior {
  readonly prior: 'process' | 'finite';
  readonly first: Float64Array;
  /** Of the Beta distributions; empty for a finite prior. */
  readonly second: Float64Array;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** The posterior from the components' counts. */
export function weightPosterior(
  prior: 'process' | 'finite',
  concentration: number,
  counts: Float64Array,
): WeightPosterior {
  if (prior === 'finite') {
    return { prior, first: counts.map((count) => count + concentration), second: new Float64Array(0) };
  }
  const second = new Float64Array(counts.length);
  let later = 0;
  for (let c = counts.length - 1; c >= 0; c -= 1) {
    second[c] = concentration + later;
    later += counts[c] as number;
  }
  return { prior, first: counts.map((count) => 1 + count), second };
}

/** Expected logarithms of the weights. */
export function expectedLogWeights({ prior, first, second }: WeightPosterior): Float64Array {
  if (prior === 'finite') {
    const all = digamma(sum(first));
    return first.map((value) => digamma(value) - all);
  }
  let broken = 0;
  return first.map((value, c) => {
    const other = second[c] as number;
    const both = digamma(value + other);
    const log = digamma(value) - both + broken;
    broken += digamma(other) - both;
    return log;
  });
}

/** Expected weights; they sum to one. */
export function expectedWeights({ prior, first, second }: WeightPosterior): Float64Array {
  if (prior === 'finite') return first.map((value) => value / sum(first));
  let left = 1;
  const weights = first.map((value, c) => {
    const share = value / (value + (second[c] as number));
    const weight = share * left;
    left *= 1 - share;
    return weight;
  });
  return weights.map((weight) => weight / sum(weights));
}

/** The logarithm of the posterior's norming constant, as the lower bound takes it. */
export function logNorm({ prior, first, second }: WeightPosterior): number {
  if (prior === 'finite') return logGamma(sum(first)) - first.reduce((total, value) => total + logGamma(value), 0);
  return -first.reduce((total, value, c) => {
    const other = second[c] as number;
    return total + logGamma(value) + logGamma(other) - logGamma(value + other);
  }, 0);
}
