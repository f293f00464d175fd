import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { LEVEL, LEVELS } from '../field-types';
import { VectorTally } from '../pairs/vector-counts';
import { chanceModel } from './chance-model';
import { classShares } from './class-shares';
import { estimateMatches } from './expectation-maximisation';
import { jointBits, probabilityOf, weightOf } from './match-model';

function drawn(shares: readonly number[], random: Random): number {
  let rest = random.next();
  const at = shares.findIndex((share) => (rest -= share) < 0);
  return at < 0 ? LEVEL.differs : at;
}

const M = [
  [0.7, 0.15, 0.05, 0.02, 0.08],
  [0.85, 0.05, 0.02, 0.01, 0.07],
  [0.6, 0.2, 0.1, 0.02, 0.08],
  [0.9, 0.04, 0.02, 0.01, 0.03],
];
const U = [
  [0.01, 0.01, 0.02, 0.001, 0.959],
  [0.002, 0.01, 0.01, 0.001, 0.977],
  [0.05, 0.02, 0.05, 0.001, 0.879],
  [0.2, 0.01, 0.01, 0.001, 0.779],
];
const f64 = (shares: readonly (readonly number[])[]): Float64Array[] => shares.map((row) => Float64Array.from(row));
const chance = chanceModel({ drawn: f64(U), clean: f64(U), agreeing: [], m: [], lambda: 0 });

function planted(pairs: number, lambda: number, seed: number): ReturnType<VectorTally['finish']> {
  const random = seededRandom(seed);
  const tally = new VectorTally();
  for (let p = 0; p < pairs; p += 1) {
    const shares = random.next() < lambda ? M : U;
    let code = 0;
    for (let f = shares.length - 1; f >= 0; f -= 1) {
      const level = random.next() < 0.05 ? LEVEL.missing : drawn(shares[f] ?? [], random);
      code = code * LEVELS + level;
    }
    tally.add(code);
  }
  return tally.finish();
}

describe('learning of weights', () => {
  it.each([0.01, 0.1, 0.6])('EM recovers planted levels and a share of matches of %d', (lambda) => {
    const found = estimateMatches({ vectors: planted(60_000, lambda, 3), chance, heldOut: new Set() });
    expect(found.hasConverged).toBe(true);
    expect(Math.abs(found.lambda / lambda - 1)).toBeLessThan(0.12);
    found.m.forEach((shares, f) =>
      shares?.forEach((share, level) => expect(Math.abs(share - (M[f]?.[level] ?? 0))).toBeLessThan(0.06)),
    );
  });

  it('leaves out what the blocking holds fixed', () => {
    const found = estimateMatches({ vectors: planted(50_000, 0.1, 4), chance, heldOut: new Set([3]) });
    expect(found.m[3]).toBeNull();
    expect(Math.abs(found.lambda - 0.1)).toBeLessThan(0.02);
  });

  it('the classes cannot change places: without a match none is found', () => {
    const found = estimateMatches({ vectors: planted(50_000, 0, 5), chance, heldOut: new Set() });
    expect(found.lambda).toBeLessThan(0.002);
  });

  it('finds the share of matches among all pairs, and no neighbours where there are none', () => {
    const vectors = planted(60_000, 0.02, 6);
    const found = classShares({ vectors, chance, m: f64(M), all: 60_000 });
    expect(Math.abs(found.lambda / 0.02 - 1)).toBeLessThan(0.15);
    expect(found.neighbours).toBeLessThan(found.lambda);
  });

  it('sets a large class of neighbours apart', () => {
    const random = seededRandom(8);
    // Same house and street (fields 2 and 3), other name and birthday.
    const NEAR = [U[0] ?? [], U[1] ?? [], [0.95, 0.02, 0.01, 0.001, 0.019], [0.97, 0.01, 0.01, 0.001, 0.009]];
    const tally = new VectorTally();
    for (let p = 0; p < 60_000; p += 1) {
      const draw = random.next();
      const shares = draw < 0.005 ? M : draw < 0.05 ? NEAR : U;
      let code = 0;
      for (let f = shares.length - 1; f >= 0; f -= 1) code = code * LEVELS + drawn(shares[f] ?? [], random);
      tally.add(code);
    }
    const found = classShares({ vectors: tally.finish(), chance, m: f64(M), all: 60_000 });
    expect(Math.abs(found.neighbours - 0.045)).toBeLessThan(0.008);
    expect(found.n[0]?.[LEVEL.exact] ?? 1).toBeLessThan(0.1);
  });

  it('makes a field depend on the one that explains it, and takes matches off first', () => {
    const agreeing = [
      {
        field: 2,
        pairs: 60_000,
        shares: f64([U[0] ?? [], U[1] ?? [], [1, 0, 0, 0, 0], [0.99, 0.002, 0.002, 0.001, 0.005]]),
      },
    ];
    const model = chanceModel({ drawn: f64(U), clean: f64(U), agreeing, m: f64(M), lambda: 1e-4 });
    expect([...model.parents]).toEqual([-1, -1, -1, 2]);
    expect(model.given[3]?.[LEVEL.exact]).toBeCloseTo(0.99, 2);
    expect(model.otherwise[3]?.[LEVEL.exact] ?? 1).toBeLessThan(0.2);
    // Were most of the agreeing pairs matches, they would say nothing about strangers.
    const rare = chanceModel({ drawn: f64(U), clean: f64(U), agreeing, m: f64(M), lambda: 0.06 });
    expect([...rare.parents]).toEqual([-1, -1, -1, -1]);
  });

  it('weights and probabilities are two words for one thing', () => {
    expect(probabilityOf(0)).toBe(0.5);
    expect(probabilityOf(weightOf(0.9))).toBeCloseTo(0.9, 12);
    expect(jointBits(10, Infinity)).toBe(10);
    expect(jointBits(10, 10)).toBeCloseTo(9, 12);
    expect(jointBits(20, -3)).toBeCloseTo(-3, 5);
  });
});
