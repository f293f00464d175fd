import { nearestNeighbours, rememberedIndex, NO_ROW, type ComputeControl, type Matrix } from '@kohort/ml-core';

/** Rows placed in the clusters of a model, in the estimator's own numbering. */
export interface Placement {
  /** -1: in none. */
  readonly labels: Int32Array;
  /** 0..1; the family says what it means. */
  readonly confidence: Float64Array;
  /** To the own cluster, where the family knows one; NaN for rows in none. */
  readonly distance?: Float64Array;
  /** What outliers are told by when there is no `outlierScore`: larger is farther from its cluster. */
  readonly remoteness?: Float64Array;
  /** 0..1, from 0.5 on an outlier, where the estimator itself tells them. */
  readonly outlierScore?: Float64Array;
}

/** What placing rows is told beside the rows. */
export interface PlaceContext {
  readonly control: ComputeControl;
  /** By cluster: whether a training row is in it; new rows go into no other. */
  readonly used: readonly boolean[];
  /** Clusters that are known already (training rows): only how sure they are is asked for. */
  readonly labels?: ArrayLike<number>;
}

/** The index of the best of row i's values among the clusters in use, but for one; -1 for none. */
function bestOf(
  values: Float64Array,
  { from, used, but }: { from: number; used: readonly boolean[]; but: number },
  sign: 1 | -1,
): number {
  let best = -1;
  for (let c = 0; c < used.length; c += 1) {
    if (c === but || !used[c]) continue;
    if (best < 0 || sign * (values[from + c] as number) < sign * (values[from + best] as number)) best = c;
  }
  return best;
}

const isKnown = (label: number | undefined, used: readonly boolean[]): label is number =>
  label !== undefined && (label < 0 || used[label] === true);

/**
 * Places rows by their distances to all clusters; confidence: 1 − own distance / distance to the next cluster.
 *
 * Shape   distances: n × clusters; `found`: the estimator's own labels, kept where their cluster is in use
 * Ties    the lowest cluster
 */
export function placeByDistance(distances: Float64Array, found: ArrayLike<number>, context: PlaceContext): Placement {
  const { used } = context;
  const rows = found.length;
  const labels = new Int32Array(rows);
  const confidence = new Float64Array(rows);
  const distance = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    const from = i * used.length;
    const given = context.labels?.[i] ?? found[i];
    const label = isKnown(given, used) ? given : bestOf(distances, { from, used, but: -1 }, 1);
    labels[i] = label;
    const own = label < 0 ? NaN : (distances[from + label] as number);
    const other = bestOf(distances, { from, used, but: label }, 1);
    const next = other < 0 ? Infinity : (distances[from + other] as number);
    distance[i] = own;
    if (label >= 0) confidence[i] = next > 0 && Number.isFinite(next) ? Math.max(0, 1 - own / next) : 1;
  }
  return { labels, confidence, distance, remoteness: distance };
}

/**
 * Places rows by their shares of all clusters (probabilities, beliefs, parts); confidence: the own share.
 *
 * Shape   shares: n × clusters, at least 0; a row without any share is in no cluster
 * Ties    the lowest cluster
 */
export function placeByShare(shares: Float64Array, rows: number, context: PlaceContext): Placement {
  const { used } = context;
  const labels = new Int32Array(rows);
  const confidence = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    const from = i * used.length;
    const sum = shares.subarray(from, from + used.length).reduce((total, share) => total + share, 0);
    const given = context.labels?.[i];
    const label = sum > 0 ? (isKnown(given, used) ? given : bestOf(shares, { from, used, but: -1 }, -1)) : -1;
    labels[i] = label;
    confidence[i] = label >= 0 ? (shares[from + label] as number) / sum : 0;
  }
  return { labels, confidence };
}

/** Nearest labelled items that speak for a row. */
const VOTERS = 10;

/**
 * Places rows with the nearest of labelled items; confidence: the share of the ten nearest items that are in the same
 * cluster.
 *
 * Ties    the lowest item
 */
export async function placeByNeighbours(
  { items, itemLabels }: { items: Matrix; itemLabels: ArrayLike<number> },
  matrix: Matrix,
  context: PlaceContext,
): Promise<Placement> {
  const k = Math.min(VOTERS, items.rows);
  const near = await nearestNeighbours(rememberedIndex(items), { queries: matrix, k }, context.control);
  const labels = new Int32Array(matrix.rows);
  const confidence = new Float64Array(matrix.rows);
  const remoteness = new Float64Array(matrix.rows);
  for (let i = 0; i < matrix.rows; i += 1) {
    const voters = Array.from(near.rows.subarray(i * k, i * k + k)).filter((row) => row !== NO_ROW);
    const label = context.labels?.[i] ?? itemLabels[voters[0] ?? 0] ?? -1;
    labels[i] = label;
    confidence[i] = voters.filter((row) => itemLabels[row] === label).length / Math.max(1, voters.length);
    remoteness[i] =
      near.distances.subarray(i * k, i * k + voters.length).reduce((sum, one) => sum + one, 0) /
      Math.max(1, voters.length);
  }
  return { labels, confidence, remoteness };
}

/** Clusters as separate lists become one in the order of rows. */
export function joinPlacements(parts: readonly Placement[], rows: number): Placement {
  const [first] = parts;
  const join = (pick: (part: Placement) => Float64Array | undefined): Float64Array | undefined => {
    if (!first || !pick(first)) return undefined;
    const out = new Float64Array(rows);
    let at = 0;
    for (const part of parts) {
      out.set(pick(part) ?? [], at);
      at += part.labels.length;
    }
    return out;
  };
  const labels = new Int32Array(rows);
  let at = 0;
  for (const part of parts) {
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  const confidence = join((part) => part.confidence) ?? new Float64Array(rows);
  const [distance, remoteness] = [join((part) => part.distance), join((part) => part.remoteness)];
  const outlierScore = join((part) => part.outlierScore);
  return {
    labels,
    confidence,
    ...(distance ? { distance } : {}),
    ...(remoteness ? { remoteness } : {}),
    ...(outlierScore ? { outlierScore } : {}),
  };
}
