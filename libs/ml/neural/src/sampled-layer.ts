import { strideOf, type LayerViews } from './layer-arena';

/** Writes what goes on of the first `count` rows: the means, moved by the noise where there is some. */
export function drawRows({ units, values, onward }: LayerViews, count: number, noise?: Float32Array): void {
  const width = units / 2;
  const [from, to] = [strideOf(units), strideOf(width)];
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const mean = values[i * from + j] as number;
      const deviation = noise ? Math.exp((values[i * from + width + j] as number) / 2) : 0;
      onward[i * to + j] = mean + deviation * (noise?.[i * width + j] ?? 0);
    }
    onward[i * to + width] = 1;
  }
}

/**
 * Turns gradients of what went on into those of means and logarithms of variances, and adds those of the divergence of each
 * row's normal distribution from the standard one, weighed by `pull`. Answers that divergence, a row's mean, unweighed.
 *
 * Units   nats
 * Source  Kingma & Welling 2014, appendix B
 */
export function sampledSlopes(
  { units, values, slopes, onwardSlopes }: LayerViews,
  { count, noise, pull }: { count: number; noise: Float32Array | undefined; pull: number },
): number {
  const width = units / 2;
  const [stride, onward] = [strideOf(units), strideOf(width)];
  let divergence = 0;
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const at = i * stride + j;
      const [mean, log] = [values[at] as number, values[at + width] as number];
      const variance = Math.exp(log);
      divergence += (mean * mean + variance - log - 1) / 2;
      const slope = onwardSlopes[i * onward + j] as number;
      const drawn = (Math.sqrt(variance) * (noise?.[i * width + j] ?? 0)) / 2;
      slopes[at] = slope + (pull * mean) / count;
      slopes[at + width] = slope * drawn + (pull * (variance - 1)) / (2 * count);
    }
  }
  return divergence / count;
}
