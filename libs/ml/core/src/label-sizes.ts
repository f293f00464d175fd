/**
 * How many rows bear each label 0..k-1; labels below 0 (noise, rows without a cluster) are counted nowhere.
 *
 * Shape   labels: one below k a row; returns k counts
 */
export function labelSizes(labels: ArrayLike<number>, k: number): number[] {
  const sizes = new Array<number>(k).fill(0);
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    if (label >= 0) sizes[label] = (sizes[label] as number) + 1;
  }
  return sizes;
}
