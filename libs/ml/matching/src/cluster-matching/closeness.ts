import { matchingErrors } from '../matching-errors';
import type { ClusterSnapshot } from './overlap';

function distance(a: ArrayLike<number>, b: ArrayLike<number>, [i, j, d]: readonly [number, number, number]): number {
  let squared = 0;
  for (let v = 0; v < d; v += 1) squared += ((a[i * d + v] as number) - (b[j * d + v] as number)) ** 2;
  return Math.sqrt(squared);
}

/** Distance of every centroid to the nearest other of its own clustering. */
function separations(centroids: ArrayLike<number>, k: number, d: number): number[] {
  return Array.from({ length: k }, (_, i) => {
    let nearest = Infinity;
    for (let j = 0; j < k; j += 1) if (j !== i) nearest = Math.min(nearest, distance(centroids, centroids, [i, j, d]));
    return nearest;
  }).filter((value) => value > 0 && value < Infinity);
}

/**
 * How near each new centroid lies to each old one: 1 in the same place, 0 from the usual distance between neighbouring
 * clusters on (the median over both dates).
 *
 * Shape   returns before.k × after.k values; undefined where a side has no centroids
 * Throws  MATCHING_CLUSTERINGS when the centroids do not fit k, or each other's width
 */
export function closenessOf(before: ClusterSnapshot, after: ClusterSnapshot): Float64Array | undefined {
  const [old, now] = [before.centroids, after.centroids];
  if (!old || !now || before.k === 0 || after.k === 0) return undefined;
  const d = old.length / before.k;
  if (!Number.isInteger(d) || now.length !== d * after.k) {
    throw matchingErrors.MATCHING_CLUSTERINGS({
      expected: 'centroids of one width, k rows at each date',
      got: `${old.length} values for ${before.k} and ${now.length} for ${after.k} clusters`,
    });
  }
  const apart = [...separations(old, before.k, d), ...separations(now, after.k, d)].sort((a, b) => a - b);
  const usual = apart[Math.floor(apart.length / 2)];
  return Float64Array.from({ length: before.k * after.k }, (_, at) => {
    const far = distance(old, now, [Math.floor(at / after.k), at % after.k, d]);
    if (far === 0) return 1;
    // One cluster at each date leaves no measure of far: members alone decide then.
    return usual === undefined ? 0.5 : Math.max(0, 1 - far / usual);
  });
}
