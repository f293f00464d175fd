/** Rows summed up: how many, their mean, and the summed squared distance to it. */
export interface FeatureEntry {
  n: number;
  readonly mean: Float64Array;
  spread: number;
  /** The node these rows are held by; none in a leaf. */
  readonly child: FeatureNode | undefined;
}

/** A node of the tree. */
interface FeatureNode {
  entries: FeatureEntry[];
}

function squaredGap(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += ((a[j] as number) - (b[j] as number)) ** 2;
  return sum;
}

/** Adds the rows of one entry to another. */
function add(to: FeatureEntry, from: FeatureEntry): void {
  const n = to.n + from.n;
  const share = from.n / n;
  to.spread += from.spread + to.n * share * squaredGap(to.mean, from.mean);
  for (let j = 0; j < to.mean.length; j += 1) {
    to.mean[j] = (to.mean[j] as number) + share * ((from.mean[j] as number) - (to.mean[j] as number));
  }
  to.n = n;
}

/** The nearest entry by its mean, the first of equals. */
function nearestEntry(entries: readonly FeatureEntry[], mean: Float64Array): FeatureEntry | undefined {
  let best: FeatureEntry | undefined;
  let least = Infinity;
  for (const entry of entries) {
    const gap = squaredGap(entry.mean, mean);
    if (gap >= least) continue;
    least = gap;
    best = entry;
  }
  return best;
}

function entryOver(node: FeatureNode): FeatureEntry {
  const [first, ...others] = node.entries as [FeatureEntry, ...FeatureEntry[]];
  const whole: FeatureEntry = { n: first.n, mean: Float64Array.from(first.mean), spread: first.spread, child: node };
  for (const entry of others) add(whole, entry);
  return whole;
}

/** Parts a node's entries between the two that lie farthest apart. */
function split({ entries }: FeatureNode): [FeatureEntry, FeatureEntry] {
  let [a, b, most] = [0, 1, -1];
  for (let i = 0; i < entries.length; i += 1) {
    for (let j = i + 1; j < entries.length; j += 1) {
      const gap = squaredGap((entries[i] as FeatureEntry).mean, (entries[j] as FeatureEntry).mean);
      if (gap <= most) continue;
      [a, b, most] = [i, j, gap];
    }
  }
  const [one, two] = [entries[a] as FeatureEntry, entries[b] as FeatureEntry];
  const nearOne = entries.filter(
    (entry) => entry === one || (entry !== two && squaredGap(entry.mean, one.mean) < squaredGap(entry.mean, two.mean)),
  );
  const nearTwo = entries.filter((entry) => !nearOne.includes(entry));
  return [entryOver({ entries: nearOne }), entryOver({ entries: nearTwo })];
}

/**
 * The clustering features of BIRCH: rows are taken in one after another, those close together are held as one entry.
 *
 * Cost    O(branching · d · depth) a row; memory grows with the subclusters, not with the rows
 * Source  Zhang, Ramakrishnan & Livny 1996; spreads kept as in Lang & Schubert 2020, which does not cancel
 */
export class FeatureTree {
  private root: FeatureNode = { entries: [] };
  /** Entries in leaves. */
  leaves = 0;

  constructor(
    private readonly threshold: number,
    private readonly branching: number,
  ) {}

  /** Takes rows in: one, or an entry of another tree. Its mean is copied. */
  insert({ n, mean, spread }: Pick<FeatureEntry, 'n' | 'mean' | 'spread'>): void {
    const entry = { n, mean: Float64Array.from(mean), spread, child: undefined };
    if (!this.insertAt(this.root, entry)) return;
    this.root = { entries: split(this.root) };
  }

  /** Answers whether the node has too many entries now. */
  private insertAt(node: FeatureNode, entry: FeatureEntry): boolean {
    const nearest = nearestEntry(node.entries, entry.mean);
    if (nearest?.child) {
      if (this.insertAt(nearest.child, entry)) {
        const [one, two] = split(nearest.child);
        node.entries = node.entries.map((old) => (old === nearest ? one : old));
        node.entries.push(two);
        return node.entries.length > this.branching;
      }
      add(nearest, entry);
      return false;
    }
    if (nearest) {
      const n = nearest.n + entry.n;
      const between = ((nearest.n * entry.n) / n) * squaredGap(nearest.mean, entry.mean);
      if ((nearest.spread + entry.spread + between) / n <= this.threshold * this.threshold) {
        add(nearest, entry);
        return false;
      }
    }
    node.entries.push(entry);
    this.leaves += 1;
    return node.entries.length > this.branching;
  }

  /** The entries of all leaves, from left to right. */
  entries(): FeatureEntry[] {
    const walk = (node: FeatureNode): FeatureEntry[] =>
      node.entries.flatMap((entry) => (entry.child ? walk(entry.child) : [entry]));
    return walk(this.root);
  }
}
