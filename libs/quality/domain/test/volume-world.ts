import { seededRandom, type Random } from '@kohort/kernel-clock-random';

/** A Monday, 00:00 UTC. */
export const WORLD_START = Date.UTC(2026, 0, 5);
export const HOUR = 3_600_000;

function poisson(random: Random, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random.next()];
  while (product > limit) {
    count += 1;
    product *= random.next();
  }
  return count;
}

/** Gamma of mean 1 and variance `tau2` (Marsaglia and Tsang 2000, with the boost for shapes below 1). */
function gamma(random: Random, tau2: number): number {
  const shape = 1 / tau2;
  const boosted = shape < 1 ? shape + 1 : shape;
  const d = boosted - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = random.next();
    if (Math.log(u) >= 0.5 * x * x + d - d * v + d * Math.log(v)) continue;
    return (d * v * (shape < 1 ? random.next() ** (1 / shape) : 1)) / shape;
  }
}

/** What a simulated source is like. `level`: events an hour by day; `tau2`: beyond chance; `growth`: a week. */
export interface WorldOptions {
  readonly seed: number;
  readonly level: number;
  readonly tau2: number;
  readonly growth: number;
  readonly weeks: number;
}

/** Days and nights, weekends, growth, chance and more than chance; nothing is wrong in it. */
export function hourlyWorld({ seed, level, tau2, growth, weeks }: WorldOptions): number[] {
  const random = seededRandom(seed);
  const peak = 11 + random.int(8);
  const weekend = 0.4 + 0.8 * random.next();
  const night = 0.05 + 0.3 * random.next();
  return Array.from({ length: weeks * 168 }, (_, hour) => {
    const day = (1 + Math.cos((2 * Math.PI * ((hour % 24) - peak)) / 24)) / 2;
    const season = (night + (1 - night) * day) * (hour % 168 >= 120 ? weekend : 1);
    const mean = level * season * (1 + growth) ** (hour / 168);
    return poisson(random, mean * (tau2 > 0 ? gamma(random, tau2) : 1));
  });
}
