import { seededRandom } from '@kohort/kernel-clock-random';
import { zScored } from '@kohort/ml-conformance';
import { matrixOf, type Matrix } from '@kohort/ml-core';

/** How groups are bent and hidden. */
export interface BentGroups {
  readonly rows: number;
  readonly groups: number;
  /** Columns that show where a row lies, each as a wave over the plane. */
  readonly waves: number;
  /** Columns of chance alone. */
  readonly nuisance: number;
  /** How often a wave rises and falls across the plane. */
  readonly bend: number;
  /** Deviation of a group around its middle; the middles lie 1.4 apart where there are five. */
  readonly spread: number;
}

export const bentGroupsDefaults: BentGroups = { rows: 1000, groups: 5, waves: 20, nuisance: 10, bend: 3, spread: 0.25 };

/**
 * Round groups in a plane that is seen only through waves over it: a bent surface in as many columns, on which rows of one group
 * may be as far from each other as from the next group; beside columns of chance.
 *
 * Shape   row i is of group i % groups; columns have mean 0 and variance 1
 */
export function bentGroups(seed: number, given: Partial<BentGroups> = {}): { matrix: Matrix; truth: number[] } {
  const { rows, groups, waves, nuisance, bend, spread } = { ...bentGroupsDefaults, ...given };
  const random = seededRandom(seed);
  const seen = Array.from({ length: waves }, () => ({
    x: bend * random.normal(),
    y: bend * random.normal(),
    phase: 2 * Math.PI * random.next(),
  }));
  const truth = Array.from({ length: rows }, (_, i) => i % groups);
  const table = truth.map((group) => {
    const angle = (2 * Math.PI * group) / groups;
    const [x, y] = [Math.cos(angle), Math.sin(angle)].map((middle) => 1.2 * middle + spread * random.normal());
    return [
      ...seen.map((wave) => Math.sin(wave.x * (x ?? 0) + wave.y * (y ?? 0) + wave.phase) + 0.1 * random.normal()),
      ...Array.from({ length: nuisance }, () => random.normal()),
    ];
  });
  return { matrix: matrixOf(zScored(table)), truth };
}
