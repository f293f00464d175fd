import fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { DISTINCT_ERROR_SHARE, DistinctSketch } from './distinct-sketch';
import { hashText } from './hash-text';
import { HashTally } from './hash-tally';
import { HEAVY_CAPACITY, HeavyValues } from './heavy-values';
import { Moments } from './moments';
import { COMPRESSION, QuantileSketch, quantileOf, shareBelow, type Distribution } from './quantile-sketch';
import { RowSample } from './row-sample';

const numbers = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const options = { seed: 20, numRuns: 100 };
const near = (a: number, b: number, scale = 1): boolean => Math.abs(a - b) <= 1e-8 * Math.max(1, Math.abs(scale));

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value, 1);
  return sketch;
}
function distributionOf(sketch: QuantileSketch): Distribution {
  const distribution = sketch.distribution();
  if (!distribution) throw new Error('empty');
  return distribution;
}

describe('moments', () => {
  it('merge to those of the whole', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [left, right, whole] = [new Moments(), new Moments(), new Moments()];
        a.forEach((value) => [left, whole].forEach((moments) => moments.add(value, 1)));
        b.forEach((value) => [right, whole].forEach((moments) => moments.add(value, 1)));
        left.merge(right);
        const [m, w] = [left.summary(), whole.summary()];
        expect([m?.count, m?.min, m?.max]).toEqual([w?.count, w?.min, w?.max]);
        expect(near(m?.mean ?? NaN, w?.mean ?? NaN, w?.max)).toBe(true);
        expect(near(m?.sd ?? 0, w?.sd ?? 0, w?.sd ?? 1)).toBe(true);
        if ((w?.sd ?? 0) > 1e-3) expect(Math.abs((m?.skew ?? 0) - (w?.skew ?? 0))).toBeLessThan(1e-5);
      }),
      options,
    );
  });

  it('a weight is a repetition', () => {
    const [weighted, repeated] = [new Moments(), new Moments()];
    for (const [value, times] of [
      [3, 4],
      [-1, 2],
      [10, 1],
    ] as const) {
      weighted.add(value, times);
      for (let i = 0; i < times; i += 1) repeated.add(value, 1);
    }
    const [a, b] = [weighted.summary(), repeated.summary()];
    expect(a?.mean).toBeCloseTo(b?.mean ?? NaN, 12);
    expect(a?.sd).toBeCloseTo(b?.sd ?? NaN, 12);
    expect(a?.skew).toBeCloseTo(b?.skew ?? NaN, 12);
  });
});

describe('quantiles', () => {
  it('are exact, and merge exactly, while values are few', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, q) => {
        const merged = sketchOf(a);
        merged.merge(sketchOf(b));
        const sorted = [...a, ...b].sort((x, y) => x - y);
        const rank = q * (sorted.length - 1);
        const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
        const wanted = low + (high - low) * (rank - Math.floor(rank));
        expect(near(quantileOf(distributionOf(merged), q), wanted, 1e6)).toBe(true);
      }),
      options,
    );
  });

  it.each<[string, (random: () => number) => number]>([
    ['uniform', (random) => random()],
    ['heavy-tailed', (random) => Math.exp(4 * random()) ** 2],
    ['far from zero', (random) => 1.6e12 + random() * 1e6],
  ])('keep ranks of 60,000 %s values within the stated error, alone and merged from six', (_name, draw) => {
    const random = seededRandom(7);
    const values = Array.from({ length: 60_000 }, () => draw(() => random.next()));
    const merged = new QuantileSketch();
    for (let part = 0; part < 6; part += 1) merged.merge(sketchOf(values.slice(part * 10_000, (part + 1) * 10_000)));
    const sorted = Float64Array.from(values).sort();
    const rankOf = (value: number): number => {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle] ?? 0) < value) low = middle + 1;
        else high = middle;
      }
      return low / sorted.length;
    };
    for (const sketch of [sketchOf(values), merged]) {
      const distribution = distributionOf(sketch);
      expect(distribution.exact).toBe(false);
      expect(distribution.values.length).toBeLessThanOrEqual(2 * COMPRESSION);
      for (const q of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
        const bound = (2 * Math.PI * Math.sqrt(q * (1 - q))) / COMPRESSION + 1e-4;
        expect(Math.abs(rankOf(quantileOf(distribution, q)) - q)).toBeLessThanOrEqual(bound);
        const value = sorted[Math.floor(q * sorted.length)] ?? 0;
        expect(Math.abs(shareBelow(distribution, value, true) - q)).toBeLessThanOrEqual(bound);
      }
      expect([distribution.min, distribution.max]).toEqual([sorted[0], sorted[sorted.length - 1]]);
    }
  });
});

describe('distinct counts', () => {
  it.each([1_000, 20_000])('are exact at %i', (n) => {
    const sketch = new DistinctSketch();
    for (let i = 0; i < n * 2; i += 1) sketch.add(hashText(`v${i % n}`));
    expect(sketch.result()).toEqual({ count: n, exact: true });
  });

  it.each([60_000, 120_000])('are within three standard errors at %i, and a merge is the whole', (n) => {
    const [left, right, whole] = [new DistinctSketch(), new DistinctSketch(), new DistinctSketch()];
    for (let i = 0; i < n; i += 1) {
      const hash = hashText(`value-${i}`);
      whole.add(hash);
      if (i < n * 0.6) left.add(hash);
      if (i >= n * 0.4) right.add(hash);
    }
    left.merge(right);
    expect(whole.result().exact).toBe(false);
    expect(Math.abs(whole.result().count / n - 1)).toBeLessThan(3 * DISTINCT_ERROR_SHARE);
    expect(left.result().count).toBe(whole.result().count);
  });
});

describe('frequent values', () => {
  it('are short by no more than stated, whatever the order of merging', () => {
    const random = seededRandom(3);
    const truth = new Map<string, number>();
    const parts = [new HeavyValues(), new HeavyValues(), new HeavyValues()];
    let total = 0;
    for (let i = 0; i < 60_000; i += 1) {
      const value = `v${Math.floor(Math.exp(random.next() * 11))}`;
      truth.set(value, (truth.get(value) ?? 0) + 1);
      parts[i % 3]?.add(value, 1);
      total += 1;
    }
    const [first, second, third] = parts;
    if (!first || !second || !third) throw new Error('three parts');
    second.merge(third);
    first.merge(second);
    expect(first.error()).toBeGreaterThan(0);
    expect(first.error()).toBeLessThanOrEqual(total / (HEAVY_CAPACITY + 1));
    const known = new Map(first.list().map(({ value, rows }) => [value, rows]));
    const broken = [...truth].filter(([value, rows]) => {
      const kept = known.get(value) ?? 0;
      return kept > rows || rows - kept > first.error();
    });
    expect(broken).toEqual([]);
  });
});

describe('repeated rows', () => {
  it('are counted exactly below the limit and nearly so above, merged or not', () => {
    const rowsOf = (tally: HashTally, from: number, to: number): HashTally => {
      // Every third row repeats the one before it.
      for (let i = from; i < to; i += 1) tally.add(hashText(`row ${i % 3 === 1 ? i - 1 : i}`), i + 2);
      return tally;
    };
    const truth = rowsOf(new HashTally(), 0, 40_000).result();
    expect(truth).toMatchObject({ rows: 40_000, exact: true });
    const merged = rowsOf(new HashTally(4_096), 0, 20_000);
    merged.merge(rowsOf(new HashTally(4_096), 20_000, 40_000));
    for (const estimate of [rowsOf(new HashTally(4_096), 0, 40_000).result(), merged.result()]) {
      expect(estimate.exact).toBe(false);
      expect(Math.abs(estimate.repeated / truth.repeated - 1)).toBeLessThan(0.1);
    }
    expect(truth.examples[0]).toEqual({ line: 3, firstLine: 2 });
    expect(truth.repeated).toBe(13_333);
  });
});

describe('a sample of rows', () => {
  it('is the same however the rows are split, and even over the file', () => {
    const [whole, left, right] = [new RowSample(500), new RowSample(500), new RowSample(500)];
    for (let line = 1; line <= 20_000; line += 1) {
      for (const sample of [whole, line % 2 === 0 ? left : right])
        if (sample.wants(line)) sample.add(line, [String(line)]);
    }
    left.merge(right);
    expect(left.rows()).toEqual(whole.rows());
    expect(whole.rows()).toHaveLength(500);
    const early = whole.rows().filter(({ line }) => line <= 10_000).length;
    expect(early).toBeGreaterThan(200);
    expect(early).toBeLessThan(300);
  });
});
