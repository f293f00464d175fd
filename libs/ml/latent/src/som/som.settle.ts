import { breathe, type ClusterSums, type FitControl, type KmeansWorkspace } from '@kohort/ml-core';
import { neighboursOf } from './som.grid';

/** Rounds of k-means at most after the map is unfolded. */
const SETTLING_ROUNDS = 60;

/** Each unit's summed distance of rows, and its farthest row. */
function worstRows(work: KmeansWorkspace, prototypes: Float64Array) {
  const { rows, labels, k } = work;
  const d = prototypes.length / k;
  const error = new Float64Array(k);
  const farthest = new Float64Array(k).fill(-1);
  const row = new Int32Array(k).fill(-1);
  for (let i = 0; i < labels.length; i += 1) {
    const unit = labels[i] as number;
    let squared = 0;
    for (let j = 0; j < d; j += 1) squared += ((rows[i * d + j] as number) - (prototypes[unit * d + j] as number)) ** 2;
    error[unit] = (error[unit] as number) + squared;
    if (squared <= (farthest[unit] as number)) continue;
    farthest[unit] = squared;
    row[unit] = i;
  }
  return { error, row };
}

/**
 * Moves each unit without rows to the farthest row of that neighbour on the grid whose rows lie farthest from it: the map
 * stays in order, and no unit is wasted. Changes the prototypes; answers how many it moved.
 */
function wakeUnits(
  work: KmeansWorkspace,
  { counts }: ClusterSums,
  { prototypes, distances }: { prototypes: Float64Array; distances: Float64Array },
): number {
  const units = work.k;
  const d = prototypes.length / units;
  const asleep = [...counts.keys()].filter((unit) => counts[unit] === 0);
  if (asleep.length === 0) return 0;
  const { error, row } = worstRows(work, prototypes);
  let moved = 0;
  for (const unit of asleep) {
    const near = neighboursOf(distances, units, unit).filter((other) => (error[other] as number) > 0);
    const from = near.reduce(
      (best, other) => ((error[other] as number) > (error[best] as number) ? other : best),
      near[0] ?? -1,
    );
    if (from < 0) continue;
    const at = (row[from] as number) * d;
    prototypes.set(work.rows.subarray(at, at + d), unit * d);
    // Its rows are now shared: another unit asleep looks elsewhere first.
    error[from] = (error[from] as number) / 4;
    moved += 1;
  }
  return moved;
}

/** Settles the unfolded map: each unit becomes the mean of its own rows, until no row changes its unit. */
export async function settle(
  work: KmeansWorkspace,
  { unfolded, distances }: { unfolded: Float64Array; distances: Float64Array },
  control: FitControl,
): Promise<Float64Array> {
  const totals = { sums: new Float64Array(unfolded.length), counts: new Float64Array(work.k) };
  const d = unfolded.length / work.k;
  let prototypes = unfolded;
  work.clearLabels();
  for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
    work.setCentroids(prototypes);
    const changed = work.assign(totals);
    prototypes = prototypes.map((value, at) => {
      const count = totals.counts[Math.floor(at / d)] as number;
      return count > 0 ? (totals.sums[at] as number) / count : value;
    });
    const moved = round < SETTLING_ROUNDS - 1 ? wakeUnits(work, totals, { prototypes, distances }) : 0;
    if (changed === 0 && moved === 0) break;
    await breathe(control);
  }
  return prototypes;
}
