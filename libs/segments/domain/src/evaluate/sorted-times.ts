/** Index of the first element above `x` in an ascending array; its length when there is none. */
export function firstAbove(sorted: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first element above `x`, or null. */
export function nextAbove(sorted: ArrayLike<number>, x: number): number | null {
  return sorted[firstAbove(sorted, x)] ?? null;
}

/** The smaller of two instants of which either may be missing. */
export function earlier(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
