import type { Dendrogram } from '@kohort/ml-clustering';

/**
 * How clusters of at least some size split as density rises. Density is λ = 1 / distance; cluster 0 is all rows, and
 * parents come before their children.
 */
export interface CondensedTree {
  /** -1 for cluster 0. */
  readonly parent: Int32Array;
  /** λ at which each cluster appears. */
  readonly birth: Float64Array;
  /** Largest λ at which it loses a row or splits. */
  readonly death: Float64Array;
  readonly size: Float64Array;
  /** Least distance at which any two of its rows are joined. */
  readonly densest: Float64Array;
  /** The last cluster each row belongs to, and the λ at which it leaves it. */
  readonly rowCluster: Int32Array;
  readonly rowLambda: Float64Array;
}

/** A smallest height: that of rows that coincide would make λ infinite. */
function heightFloor(height: Float64Array): number {
  const highest = height[height.length - 1] ?? 0;
  return highest > 0 ? highest * 1e-12 : 1;
}

/** By node of the tree: the least height of the joins below it, its own included; Infinity for a row. */
function leastHeights({ items, left, right, height }: Dendrogram): Float64Array {
  const least = new Float64Array(items + height.length).fill(Infinity);
  height.forEach((own, at) => {
    const [a, b] = [least[left[at] as number] as number, least[right[at] as number] as number];
    least[items + at] = Math.min(own, a, b);
  });
  return least;
}

/** Clusters while they are found. */
class Growing {
  readonly parent: number[] = [-1];
  readonly birth: number[] = [0];
  readonly death: number[] = [0];
  readonly size: number[];
  readonly densest: number[];
  readonly rowCluster: Int32Array;
  readonly rowLambda: Float64Array;
  private readonly least: Float64Array;

  constructor(private readonly tree: Dendrogram) {
    this.size = [tree.items];
    this.least = leastHeights(tree);
    this.densest = [Math.min(this.least.at(-1) ?? 0, Number.MAX_VALUE)];
    this.rowCluster = new Int32Array(tree.items);
    this.rowLambda = new Float64Array(tree.items);
  }

  sizeOf(node: number): number {
    return node < this.tree.items ? 1 : (this.tree.size[node - this.tree.items] as number);
  }

  split(cluster: number, node: number, lambda: number): number {
    this.parent.push(cluster);
    this.birth.push(lambda);
    this.death.push(lambda);
    this.size.push(this.sizeOf(node));
    this.densest.push(this.least[node] as number);
    return this.parent.length - 1;
  }

  /** All rows below a node leave a cluster. */
  drop(cluster: number, node: number, lambda: number): void {
    const { items, left, right } = this.tree;
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next < items) {
        this.rowCluster[next] = cluster;
        this.rowLambda[next] = lambda;
      } else open.push(right[next - items] as number, left[next - items] as number);
    }
  }
}

/**
 * Condenses a dendrogram: a join of two clusters of at least `minClusterSize` rows is a split; smaller parts are rows
 * that fall out of the larger one.
 *
 * Shape   tree: the joins of n rows by mutual reachability
 * Cost    O(n)
 * Source  Campello, Moulavi & Sander 2013; McInnes & Healy 2017
 */
export function condenseTree(tree: Dendrogram, minClusterSize: number): CondensedTree {
  const { items, left, right, height } = tree;
  const floor = heightFloor(height);
  const growing = new Growing(tree);
  const open: [number, number][] = items > 1 ? [[2 * items - 2, 0]] : [];
  for (let at = open.pop(); at; at = open.pop()) {
    const [node, cluster] = at;
    const lambda = 1 / Math.max(height[node - items] as number, floor);
    growing.death[cluster] = Math.max(growing.death[cluster] as number, lambda);
    const halves = [left[node - items] as number, right[node - items] as number];
    const large = halves.filter((half) => growing.sizeOf(half) >= minClusterSize);
    if (large.length === 2) {
      const made = large.map((half): [number, number] => [half, growing.split(cluster, half, lambda)]);
      open.push(...made.reverse());
      continue;
    }
    for (const half of halves) {
      if (half === large[0]) open.push([half, cluster]);
      else growing.drop(cluster, half, lambda);
    }
  }
  return {
    parent: Int32Array.from(growing.parent),
    birth: Float64Array.from(growing.birth),
    death: Float64Array.from(growing.death),
    size: Float64Array.from(growing.size),
    densest: Float64Array.from(growing.densest),
    rowCluster: growing.rowCluster,
    rowLambda: growing.rowLambda,
  };
}

/** Excess of mass of each cluster: Σ over its rows of the λ range in which they belong to it. */
function stabilities({ parent, birth, size, rowCluster, rowLambda }: CondensedTree): Float64Array {
  const out = new Float64Array(parent.length);
  for (let row = 0; row < rowCluster.length; row += 1) {
    const cluster = rowCluster[row] as number;
    out[cluster] = (out[cluster] as number) + ((rowLambda[row] as number) - (birth[cluster] as number));
  }
  for (let cluster = 1; cluster < parent.length; cluster += 1) {
    const above = parent[cluster] as number;
    const gain = ((birth[cluster] as number) - (birth[above] as number)) * (size[cluster] as number);
    out[above] = (out[above] as number) + gain;
  }
  return out;
}

/**
 * The clusters that are answered, none within another.
 *
 * Shape   returns cluster numbers, rising
 * Ties    a cluster as stable as its parts together is taken whole
 */
export function selectClusters(
  tree: CondensedTree,
  { selection, allowSingleCluster }: { selection: 'eom' | 'leaf'; allowSingleCluster: boolean },
): number[] {
  const { parent } = tree;
  const count = parent.length;
  const first = allowSingleCluster ? 0 : 1;
  const taken = new Uint8Array(count);
  const own = stabilities(tree);
  const below = new Float64Array(count);
  const children = new Int32Array(count);
  for (let cluster = count - 1; cluster >= first; cluster -= 1) {
    const leaf = children[cluster] === 0;
    const whole = leaf || (selection === 'eom' && (own[cluster] as number) >= (below[cluster] as number));
    if (whole) taken[cluster] = 1;
    const above = parent[cluster] as number;
    if (above < 0) continue;
    children[above] = (children[above] as number) + 1;
    below[above] = (below[above] as number) + (whole ? (own[cluster] as number) : (below[cluster] as number));
  }
  // Parents come first: what lies within a cluster already taken is not taken again.
  const covered = new Uint8Array(count);
  const chosen: number[] = [];
  for (let cluster = first; cluster < count; cluster += 1) {
    const above = parent[cluster] as number;
    const inside = above >= 0 && covered[above] === 1;
    if (inside || taken[cluster] === 1) covered[cluster] = 1;
    if (!inside && taken[cluster] === 1) chosen.push(cluster);
  }
  return chosen;
}

/** For each cluster of the tree the chosen one it lies in, as a place in `chosen`; -1 for none. */
export function chosenAbove({ parent }: { readonly parent: ArrayLike<number> }, chosen: readonly number[]): Int32Array {
  const out = new Int32Array(parent.length).fill(-1);
  chosen.forEach((cluster, at) => {
    out[cluster] = at;
  });
  for (let cluster = 1; cluster < parent.length; cluster += 1) {
    if (out[cluster] === -1) out[cluster] = out[parent[cluster] as number] as number;
  }
  return out;
}
