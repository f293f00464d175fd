import { judgingErrors } from './judging-errors';

/** What is known of one k. */
export interface SpreadOfK {
  readonly k: number;
  /** Within-cluster sum of squares, or any figure that falls with k. */
  readonly inertia: number;
}

/** Where a falling curve stops paying. */
export interface Elbow {
  /** null when the curve has no knee: it falls in a straight line. */
  readonly k: number | null;
  /** How far the knee lies off the straight line from first to last, 0–1 of the curve's height; 0 without a knee. */
  readonly depth: number;
}

/** Knees as far as this off the straight line are rounding. */
const STRAIGHT = 1e-9;

/**
 * The elbow of inertia over k by Kneedle: the k at which the curve, scaled to the unit square, lies farthest below the
 * line from its first to its last point, provided that it comes back towards the line by the mean step afterwards. A knee
 * above that line is none.
 *
 * Shape   spreads: at least 3, k rising
 * Ties    the smallest k
 * Cost    O(entries)
 * Throws  JUDGING_TOO_FEW_K, JUDGING_SERIES_UNSORTED
 * Source  Satopää, Albrecht, Irwin & Raghavan 2011 (convex decreasing, offline, sensitivity 1, no smoothing); held to a
 *         direct transcription in numpy by reference/elbow.golden.json
 */
export function findElbow(spreads: readonly SpreadOfK[], sensitivity = 1): Elbow {
  const count = spreads.length;
  if (count < 3) throw judgingErrors.JUDGING_TOO_FEW_K({ what: 'the elbow', needed: 3, given: count });
  const wrong = spreads.findIndex(({ k }, at) => at > 0 && k <= (spreads[at - 1]?.k ?? -Infinity));
  if (wrong >= 0) throw judgingErrors.JUDGING_SERIES_UNSORTED({ what: 'numbers of clusters', at: wrong });
  const [first, last] = [spreads[0] as SpreadOfK, spreads[count - 1] as SpreadOfK];
  const low = Math.min(...spreads.map(({ inertia }) => inertia));
  const high = Math.max(...spreads.map(({ inertia }) => inertia));
  if (high === low) return { k: null, depth: 0 };
  // Turned upside down the curve rises and bends down: the form in which the method is written.
  const depths = spreads.map(({ k, inertia }) => {
    const x = (k - first.k) / (last.k - first.k);
    return 1 - (inertia - low) / (high - low) - x;
  });
  const meanStep = 1 / (count - 1);
  let best: Elbow = { k: null, depth: 0 };
  for (let at = 1; at < count - 1; at += 1) {
    const here = depths[at] as number;
    if (here < (depths[at - 1] as number) || here <= (depths[at + 1] as number) || here <= best.depth) continue;
    const threshold = here - sensitivity * meanStep;
    const next = depths.slice(at + 1);
    const rising = next.findIndex((depth, i) => depth > (i === 0 ? here : (next[i - 1] as number)));
    const until = rising < 0 ? next : next.slice(0, rising);
    if (here > STRAIGHT && until.some((depth) => depth < threshold))
      best = { k: (spreads[at] as SpreadOfK).k, depth: here };
  }
  return best;
}
