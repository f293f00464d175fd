import type { BlockPass } from '../blocking/block-index';
import { linkageErrors } from '../linkage-errors';

const { abs, floor, imul, max, min } = Math;

/** A run of blocks (under a window: of places) of one pass with about as many pairs as the others: what a thread takes at a time. */
export interface WalkUnit {
  readonly pass: number;
  readonly from: number;
  readonly to: number;
}

/** Cuts passes into units of about so many pairs. */
export function walkUnits(passes: readonly BlockPass[], pairsPerUnit = 250_000): WalkUnit[] {
  const units: WalkUnit[] = [];
  passes.forEach(({ starts, window, order }, pass) => {
    let from = 0;
    let pairs = 0;
    if (window > 0) {
      const step = max(1, floor(pairsPerUnit / window));
      for (; from < order.length; from += step) units.push({ pass, from, to: min(order.length, from + step) });
      return;
    }
    const blocks = starts.length - 1;
    for (let block = 0; block < blocks; block += 1) {
      const size = (starts[block + 1] as number) - (starts[block] as number);
      pairs += (size * (size - 1)) / 2;
      if (pairs < pairsPerUnit && block < blocks - 1) continue;
      units.push({ pass, from, to: block + 1 });
      from = block + 1;
      pairs = 0;
    }
  });
  return units;
}

/** How pairs are walked. */
export interface WalkOptions {
  /** Record from which on the second file begins; undefined for one file. */
  readonly split: number | undefined;
  /** `first`: a pair only in the first pass that has it. `all`: in every pass that has it. */
  readonly passes: 'first' | 'all';
  /** Share of a pass's blocks that is walked, chosen by their number; all without it. */
  readonly shares?: readonly number[];
  readonly isCancelled?: () => boolean;
}

/** A fair coin of a block: the same on every thread and in every run. */
function drawOf(pass: number, block: number): number {
  let x = imul(block + 1, 0x9e3779b1) ^ imul(pass + 1, 0x85ebca6b);
  x = imul(x ^ (x >>> 16), 0x7feb352d);
  x = imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

function isTogether(earlier: readonly BlockPass[], i: number, j: number): boolean {
  for (let p = 0; p < earlier.length; p += 1) {
    const { blockOf, window } = earlier[p] as BlockPass;
    const block = blockOf[i] as number;
    if (block < 0) continue;
    const other = blockOf[j] as number;
    if (window === 0 ? block === other : other >= 0 && abs(block - other) < window) return true;
  }
  return false;
}

type Visit = (i: number, j: number, isFirst: boolean) => void;

function walkWindow(
  { order, window }: BlockPass,
  { from, to }: WalkUnit,
  { split, visit }: { readonly split: number | undefined; readonly visit: (i: number, j: number) => void },
): void {
  for (let x = from; x < to; x += 1) {
    const a = order[x] as number;
    const end = min(order.length, x + window);
    for (let y = x + 1; y < end; y += 1) {
      const b = order[y] as number;
      const i = min(a, b);
      const j = max(a, b);
      if (split === undefined || (i < split && j >= split)) visit(i, j);
    }
  }
}

/**
 * Visits the pairs of a unit, i < j, and tells whether this is the first pass that has them; of two files only pairs across. No set of seen pairs is kept: whether an earlier
 * pass has the pair is read from the blocks of its records in that pass. Returns the pairs visited.
 *
 * Throws  LINKAGE_CANCELLED
 */
export function walkPairs(
  { passes, unit }: { readonly passes: readonly BlockPass[]; readonly unit: WalkUnit },
  options: WalkOptions,
  visit: Visit,
): number {
  const pass = passes[unit.pass] as BlockPass;
  const earlier = passes.slice(0, unit.pass);
  const { split } = options;
  let visited = 0;
  const visitOne = (i: number, j: number): void => {
    const isFirst = earlier.length === 0 || !isTogether(earlier, i, j);
    if (!isFirst && options.passes === 'first') return;
    visit(i, j, isFirst);
    visited += 1;
  };
  if (pass.window > 0) {
    if (options.isCancelled?.()) throw linkageErrors.LINKAGE_CANCELLED();
    walkWindow(pass, unit, { split, visit: visitOne });
    return visited;
  }
  const { starts, order } = pass;
  const share = options.shares?.[unit.pass] ?? 1;
  for (let block = unit.from; block < unit.to; block += 1) {
    if (share < 1 && drawOf(unit.pass, block) >= share) continue;
    if ((block & 255) === 0 && options.isCancelled?.()) throw linkageErrors.LINKAGE_CANCELLED();
    const start = starts[block] as number;
    const end = starts[block + 1] as number;
    let second = start;
    if (split !== undefined) while (second < end && (order[second] as number) < split) second += 1;
    const last = split === undefined ? end : second;
    for (let x = start; x < last; x += 1) {
      const i = order[x] as number;
      for (let y = split === undefined ? x + 1 : second; y < end; y += 1) visitOne(i, order[y] as number);
    }
  }
  return visited;
}
