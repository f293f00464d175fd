import type { Matrix } from '@kohort/ml-core';

/** Centres in the space of codes: k × cols, row-major. */
export interface Centres {
  readonly data: Float64Array;
  readonly k: number;
  readonly cols: number;
}

/** Squared distances of every code to every centre. Shape: answers n × k, row-major. */
export function squaredDistances({ data: codes, rows }: Matrix, { data, k, cols }: Centres): Float64Array {
  const out = new Float64Array(rows * k);
  for (let at = 0; at < out.length; at += 1) {
    const [row, centre] = [Math.floor(at / k) * cols, (at % k) * cols];
    let squared = 0;
    for (let c = 0; c < cols; c += 1) squared += ((codes[row + c] as number) - (data[centre + c] as number)) ** 2;
    out[at] = squared;
  }
  return out;
}

/**
 * How much each row belongs to each centre: Student's t with one degree of freedom, 1 / (1 + squared distance), as shares.
 *
 * Shape   squared: n × k, as `squaredDistances` gives them; so is the answer; its rows sum to 1
 * Source  Xie, Girshick & Farhadi 2016, equation 1
 */
export function softAssignments(squared: Float64Array, k: number): Float64Array {
  const shares = squared.map((distance) => 1 / (1 + distance));
  for (let from = 0; from < shares.length; from += k) {
    let total = 0;
    for (let j = 0; j < k; j += 1) total += shares[from + j] as number;
    for (let j = 0; j < k; j += 1) shares[from + j] = (shares[from + j] as number) / total;
  }
  return shares;
}

/**
 * What the shares shall become: squared, so that sure rows become surer, and divided by each cluster's total, so that large
 * clusters do not swallow small ones.
 *
 * Shape   shares and answer: n × k, rows sum to 1
 * Source  Xie, Girshick & Farhadi 2016, equation 3
 */
export function targetShares(shares: Float64Array, k: number): Float64Array {
  const totals = new Float64Array(k);
  shares.forEach((share, at) => (totals[at % k] = (totals[at % k] as number) + share));
  const target = shares.map((share, at) => (share * share) / (totals[at % k] as number));
  for (let from = 0; from < target.length; from += k) {
    const row = target.subarray(from, from + k);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, j) => (row[j] = value / total));
  }
  return target;
}

/** The likeliest centre of every row. Ties: the lowest. */
export function likeliest(shares: Float64Array, k: number): Uint16Array {
  return Uint16Array.from({ length: shares.length / k }, (_, i) => {
    let best = 0;
    for (let j = 1; j < k; j += 1) if ((shares[i * k + j] as number) > (shares[i * k + best] as number)) best = j;
    return best;
  });
}

/** How far shares are from their targets, and how that grows with codes and centres. */
export interface ShareCost {
  /** Divergence of Kullback and Leibler, a row's mean, in nats. */
  readonly loss: number;
  /** n × cols: of the codes. */
  readonly gradients: Float32Array;
  /** k × cols. */
  readonly ofCentres: Float64Array;
}

/**
 * The divergence of targets from the shares of codes, with its gradients.
 *
 * Shape   target: n × k, for the rows of `codes`
 * Source  Xie, Girshick & Farhadi 2016, equations 2, 4 and 5; divided by n, so that it does not grow with the batch
 */
export function shareCost(codes: Matrix, centres: Centres, target: ArrayLike<number>): ShareCost {
  const { k, cols, data } = centres;
  const { rows } = codes;
  const squared = squaredDistances(codes, centres);
  const shares = softAssignments(squared, k);
  const gradients = new Float64Array(rows * cols);
  const ofCentres = new Float64Array(k * cols);
  let loss = 0;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < k; j += 1) {
      const [wanted, share] = [target[i * k + j] as number, shares[i * k + j] as number];
      if (wanted > 0) loss += wanted * Math.log(wanted / share);
      const pull = (2 * (wanted - share)) / (1 + (squared[i * k + j] as number)) / rows;
      for (let c = 0; c < cols; c += 1) {
        const slope = pull * ((codes.data[i * cols + c] as number) - (data[j * cols + c] as number));
        gradients[i * cols + c] = (gradients[i * cols + c] as number) + slope;
        ofCentres[j * cols + c] = (ofCentres[j * cols + c] as number) - slope;
      }
    }
  }
  return { loss: loss / rows, gradients: Float32Array.from(gradients), ofCentres };
}
