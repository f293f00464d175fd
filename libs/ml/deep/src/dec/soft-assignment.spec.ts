import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, type Matrix } from '@kohort/ml-core';
import { MovingCentres } from './moving-centres';
import { likeliest, shareCost, softAssignments, squaredDistances, targetShares } from './soft-assignment';

const centres = { data: Float64Array.of(0, 0, 2, 0), k: 2, cols: 2 };
const sharesOf = (codes: Matrix, around = centres) => softAssignments(squaredDistances(codes, around), around.k);
const random = seededRandom(1);
const codes = matrixOf(Array.from({ length: 7 }, () => [2 * random.normal(), random.normal()]));
const three = { data: Float64Array.from({ length: 6 }, () => random.normal()), k: 3, cols: 2 };

describe('shares and targets', () => {
  it('are computed by hand', () => {
    const shares = sharesOf(
      matrixOf([
        [0, 0],
        [1, 1],
      ]),
    );
    // 1 against 1/5; 1/3 against 1/3.
    expect(Array.from(shares, (share) => Number(share.toFixed(12)))).toEqual(
      [5, 1, 3, 3].map((n) => Number((n / 6).toFixed(12))),
    );
    expect([...likeliest(shares, 2)]).toEqual([0, 0]);
    // Squares over totals: 25/36 over 8/6 against 1/36 over 4/6, that is 25/48 against 2/48.
    const target = targetShares(shares, 2);
    [25 / 27, 2 / 27, 1 / 3, 2 / 3].forEach((wanted, at) => expect(target[at]).toBeCloseTo(wanted, 12));
  });

  it('sum to one, and targets are surer than shares', () => {
    const shares = sharesOf(codes, three);
    const target = targetShares(shares, 3);
    for (let from = 0; from < shares.length; from += 3) {
      expect(shares.subarray(from, from + 3).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
      expect(target.subarray(from, from + 3).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
    }
    const most = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    expect(most(target)).toBeGreaterThan(most(shares));
  });
});

describe('what shares cost', () => {
  const target = targetShares(sharesOf(codes, three), 3);
  /** In double precision, from the definition: the mean over rows of Σ p · ln(p / q). */
  const plain = (points: ArrayLike<number>, around: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < 7; i += 1) {
      const kernels = [0, 1, 2].map((j) => {
        const [x, y] = [0, 1].map((c) => (points[2 * i + c] ?? NaN) - (around[2 * j + c] ?? NaN));
        return 1 / (1 + (x ?? NaN) ** 2 + (y ?? NaN) ** 2);
      });
      const total = kernels.reduce((all, one) => all + one, 0);
      kernels.forEach((kernel, j) => {
        const wanted = target[3 * i + j] ?? NaN;
        sum += wanted * Math.log((wanted * total) / kernel);
      });
    }
    return sum / 7;
  };

  it('is the divergence, and its gradients are those of differences', () => {
    const found = shareCost(codes, three, target);
    const [points, around] = [Float64Array.from(codes.data), Float64Array.from(three.data)];
    expect(found.loss).toBeCloseTo(plain(points, around), 12);
    for (const [values, slopes] of [
      [points, found.gradients],
      [around, found.ofCentres],
    ] as const) {
      values.forEach((value, at) => {
        values[at] = value + 1e-5;
        const above = plain(points, around);
        values[at] = value - 1e-5;
        const slope = (above - plain(points, around)) / 2e-5;
        values[at] = value;
        expect(slopes[at]).toBeCloseTo(slope, 6);
      });
    }
  });

  it('falls as centres follow it', () => {
    const moving = new MovingCentres(three, 0.05);
    const before = shareCost(codes, moving, target).loss;
    for (let step = 0; step < 20; step += 1) moving.follow(shareCost(codes, moving, target).ofCentres);
    expect(shareCost(codes, moving, target).loss).toBeLessThan(before);
    expect([...three.data]).not.toEqual([...moving.data]);
  });
});
