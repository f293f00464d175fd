/** ψ(n) of whole numbers n ≥ 1, by its recurrence; index 0 is not used. */
function digammas(most: number): Float64Array {
  const out = new Float64Array(most + 1);
  out[1] = -0.5772156649015329;
  for (let n = 2; n <= most; n += 1) out[n] = (out[n - 1] as number) + 1 / (n - 1);
  return out;
}

/** The next number towards zero, for a distance. */
function justBelow(distance: number): number {
  if (distance === 0) return 0;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, distance);
  view.setBigInt64(0, view.getBigInt64(0) - 1n);
  return view.getFloat64(0);
}

/** How many of rising values lie within a distance of one of them, itself included. */
function countWithin(sorted: Float64Array, value: number, distance: number): number {
  const find = (inside: (other: number) => boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (inside(sorted[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const before = find((other) => other < value && value - other > distance);
  const upTo = find((other) => other <= value || other - value <= distance);
  return upTo - before;
}

/** The distance of each value to its k-th nearest other one on a line; rising values. */
function kthDistances(sorted: Float64Array, k: number): Float64Array {
  return sorted.map((value, i) => {
    let low = i;
    let high = i;
    let distance = 0;
    for (let taken = 0; taken < k; taken += 1) {
      const left = low > 0 ? value - (sorted[low - 1] as number) : Infinity;
      const right = high + 1 < sorted.length ? (sorted[high + 1] as number) - value : Infinity;
      distance = Math.min(left, right);
      if (left <= right) low -= 1;
      else high += 1;
    }
    return distance;
  });
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/**
 * Mutual information of a continuous and a discrete variable, from the distances to the k nearest rows of the same
 * class.
 *
 * Shape   values and classes of n rows; values without ties (add a little noise first)
 * Units   nats, at least 0; rows of classes with one row alone are left out
 * Cost    O(n log n + n·k)
 * Source  Ross 2014; held to scikit-learn's mutual_info_classif by reference/selection.golden.json
 */
export function nearestClassInformation(values: Float64Array, classes: ArrayLike<number>, k: number): number {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < values.length; i += 1) {
    const group = groups.get(classes[i] as number) ?? [];
    group.push(values[i] as number);
    groups.set(classes[i] as number, group);
  }
  const sorted = [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => Float64Array.from(group).sort());
  const all = Float64Array.from(sorted.flatMap((group) => [...group])).sort();
  const n = all.length;
  if (n === 0) return 0;
  const psi = digammas(n + 1);
  let neighbours = 0;
  let sizes = 0;
  let within = 0;
  for (const group of sorted) {
    const own = Math.min(k, group.length - 1);
    const distances = kthDistances(group, own);
    neighbours += group.length * (psi[own] as number);
    sizes += group.length * (psi[group.length] as number);
    group.forEach((value, i) => {
      within += psi[countWithin(all, value, justBelow(distances[i] as number))] as number;
    });
  }
  return Math.max(0, (psi[n] as number) + (neighbours - sizes - within) / n);
}

/** The distance of each point to its k-th nearest other one, the greater of the two differences; x rising. */
function planeDistances(x: Float64Array, y: Float64Array, k: number): Float64Array {
  const n = x.length;
  const nearest = new Float64Array(k);
  return x.map((here, i) => {
    nearest.fill(Infinity);
    const offer = (j: number): void => {
      const distance = Math.max(Math.abs((x[j] as number) - here), Math.abs((y[j] as number) - (y[i] as number)));
      let at = k - 1;
      if (!(distance < (nearest[at] as number))) return;
      for (; at > 0 && (nearest[at - 1] as number) > distance; at -= 1) nearest[at] = nearest[at - 1] as number;
      nearest[at] = distance;
    };
    let low = i - 1;
    let high = i + 1;
    for (;;) {
      const farthest = nearest[k - 1] as number;
      const left = low >= 0 && here - (x[low] as number) < farthest;
      const right = high < n && (x[high] as number) - here < farthest;
      if (!left && !right) return farthest;
      if (left) offer(low--);
      if (right) offer(high++);
    }
  });
}

/**
 * Mutual information of two continuous variables, from the distances to the k nearest rows.
 *
 * Shape   values of n rows each, k below n; without ties (add a little noise first)
 * Units   nats, at least 0
 * Cost    O(n log n) and, for each row, the rows about as near in the first variable: O(n²) at worst
 * Source  Kraskov, Stögbauer & Grassberger 2004, first estimator; held to scikit-learn's mutual_info_regression by
 *         reference/selection.golden.json
 */
export function nearestInformation(first: Float64Array, second: Float64Array, k: number): number {
  const order = [...first.keys()].sort((a, b) => (first[a] as number) - (first[b] as number) || a - b);
  const x = Float64Array.from(order, (i) => first[i] as number);
  const y = Float64Array.from(order, (i) => second[i] as number);
  const n = x.length;
  const distances = planeDistances(x, y, k).map(justBelow);
  const risingY = y.slice().sort();
  const psi = digammas(n + 1);
  const near = (sorted: Float64Array, values: Float64Array) =>
    mean(values.map((value, i) => psi[countWithin(sorted, value, distances[i] as number)] as number));
  return Math.max(0, (psi[n] as number) + (psi[k] as number) - near(x, x) - near(risingY, y));
}
