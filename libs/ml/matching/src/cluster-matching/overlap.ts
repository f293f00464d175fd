import { matchingErrors } from '../matching-errors';

/** A clustering at one date. */
export interface ClusterSnapshot {
  readonly k: number;
  /** The cluster of each person, persons in the same order at both dates; −1: not there then, or in no cluster. */
  readonly labels: ArrayLike<number>;
  /** k × d, row-major, in the same columns and units at both dates; left out: matched by members alone. */
  readonly centroids?: ArrayLike<number>;
}

/** How the people of two clusterings fall together; only people who are in a cluster at both dates count. */
export interface Overlap {
  /** before.k × after.k counts, row-major. */
  readonly joint: Float64Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly people: number;
}

function checkLabels({ k, labels }: ClusterSnapshot): void {
  if (!Number.isInteger(k) || k < 0) throw matchingErrors.MATCHING_CLUSTERINGS({ expected: 'k of at least 0', got: k });
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] as number;
    if (Number.isInteger(label) && label >= -1 && label < k) continue;
    throw matchingErrors.MATCHING_CLUSTERINGS({ expected: `labels from -1 to ${k - 1}`, got: `${label} at ${i}` });
  }
}

/** Throws MATCHING_CLUSTERINGS when the labellings differ in length or hold other labels than −1..k−1. */
export function overlapOf(before: ClusterSnapshot, after: ClusterSnapshot): Overlap {
  checkLabels(before);
  checkLabels(after);
  const [old, now] = [before.labels, after.labels];
  if (old.length !== now.length) {
    throw matchingErrors.MATCHING_CLUSTERINGS({ expected: `${old.length} labels, one a person`, got: now.length });
  }
  const joint = new Float64Array(before.k * after.k);
  const overlap = { joint, before: new Float64Array(before.k), after: new Float64Array(after.k) };
  let people = 0;
  for (let i = 0; i < old.length; i += 1) {
    const [a, b] = [old[i] as number, now[i] as number];
    if (a < 0 || b < 0) continue;
    people += 1;
    joint[a * after.k + b] = (joint[a * after.k + b] as number) + 1;
    overlap.before[a] = (overlap.before[a] as number) + 1;
    overlap.after[b] = (overlap.after[b] as number) + 1;
  }
  return { ...overlap, people };
}
