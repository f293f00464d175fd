/**
 * The place of the largest number in each row of k; −1 for a row without any above 0.
 *
 * Shape   shares: n × k, row-major, at least 0
 * Ties    the lowest place wins
 */
export function largestShares(shares: Float64Array, k: number): Int32Array {
  return Int32Array.from({ length: shares.length / k }, (_, i) => {
    let label = -1;
    let most = 0;
    for (let c = 0; c < k; c += 1) {
      const share = shares[i * k + c] as number;
      if (share <= most) continue;
      most = share;
      label = c;
    }
    return label;
  });
}
