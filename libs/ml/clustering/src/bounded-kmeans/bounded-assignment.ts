/** Costs of n rows at k clusters, row after row, and how many rows each cluster takes at least and at most. */
export interface AssignmentInput {
  readonly costs: Float64Array;
  readonly k: number;
  readonly minSize: number;
  readonly maxSize: number;
}

/** Rows of one cluster by what moving them to another would cost; rows that have left are passed over. */
class MoveHeap {
  private readonly rows: number[] = [];

  constructor(
    private readonly costOf: (row: number) => number,
    private readonly isHere: (row: number) => boolean,
  ) {}

  private before(a: number, b: number): boolean {
    const [p, q] = [this.costOf(a), this.costOf(b)];
    return p < q || (p === q && a < b);
  }

  push(row: number): void {
    const { rows } = this;
    let at = rows.length;
    rows.push(row);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.before(row, rows[above] as number)) break;
      rows[at] = rows[above] as number;
      at = above;
    }
    rows[at] = row;
  }

  private pop(): void {
    const { rows } = this;
    const last = rows.pop() as number;
    if (rows.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= rows.length) break;
      if (below + 1 < rows.length && this.before(rows[below + 1] as number, rows[below] as number)) below += 1;
      if (!this.before(rows[below] as number, last)) break;
      rows[at] = rows[below] as number;
      at = below;
    }
    rows[at] = last;
  }

  /** The cheapest row to move that is still here; the lowest of equals. */
  top(): number | undefined {
    while (this.rows.length > 0 && !this.isHere(this.rows[0] as number)) this.pop();
    return this.rows[0];
  }
}

/** Clusters as nodes: to move a row from a to b costs what the cheapest row of a would pay more at b. */
class MoveGraph {
  readonly labels: Int32Array;
  readonly sizes: number[];
  private readonly heaps: MoveHeap[][];
  /** Gains below this are rounding: they would let two equal ways go round each other. */
  private readonly rounding: number;

  constructor(private readonly input: AssignmentInput) {
    const { costs, k } = input;
    const n = costs.length / k;
    this.rounding = 1e-12 * costs.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0);
    this.labels = new Int32Array(n);
    this.sizes = new Array<number>(k).fill(0);
    this.heaps = Array.from({ length: k }, (_, a) =>
      Array.from({ length: k }, (_v, b) => {
        const moveCost = (row: number): number => (costs[row * k + b] as number) - (costs[row * k + a] as number);
        return new MoveHeap(moveCost, (row) => this.labels[row] === a);
      }),
    );
    for (let row = 0; row < n; row += 1) {
      let best = 0;
      for (let c = 1; c < k; c += 1) {
        if ((costs[row * k + c] as number) < (costs[row * k + best] as number)) best = c;
      }
      this.enter(row, best);
    }
  }

  private enter(row: number, cluster: number): void {
    this.labels[row] = cluster;
    this.sizes[cluster] = (this.sizes[cluster] as number) + 1;
    this.heaps[cluster]?.forEach((heap, other) => {
      if (other !== cluster) heap.push(row);
    });
  }

  /** Cheapest way from any cluster of `from` to every other: what it costs, and the cluster before each. */
  private waysFrom(from: readonly number[]): { cost: Float64Array; before: Int32Array } {
    const { costs, k } = this.input;
    const edges = new Float64Array(k * k).fill(Infinity);
    for (let a = 0; a < k; a += 1) {
      for (let b = 0; b < k; b += 1) {
        const row = a === b ? undefined : this.heaps[a]?.[b]?.top();
        if (row !== undefined) edges[a * k + b] = (costs[row * k + b] as number) - (costs[row * k + a] as number);
      }
    }
    const cost = new Float64Array(k).fill(Infinity);
    const before = new Int32Array(k).fill(-1);
    for (const cluster of from) cost[cluster] = 0;
    // Bellman and Ford: a move may cost less than nothing once others have been made.
    for (let round = 1, changed = true; round < k && changed; round += 1) {
      changed = false;
      for (let a = 0; a < k; a += 1) {
        for (let b = 0; b < k; b += 1) {
          const through = (cost[a] as number) + (edges[a * k + b] as number);
          if (!(through < (cost[b] as number) - this.rounding)) continue;
          cost[b] = through;
          before[b] = a;
          changed = true;
        }
      }
    }
    return { cost, before };
  }

  /** Moves one row out of a cluster of `from` and one into one of `to`, along the cheapest way between them. */
  shift(from: readonly number[], to: readonly number[]): void {
    const { cost, before } = this.waysFrom(from);
    const end = to.reduce((best, c) => ((cost[c] as number) < (cost[best] as number) ? c : best), to[0] as number);
    const seen = new Set([end]);
    const way = [end];
    for (let at = before[end] as number; at !== -1 && !seen.has(at); at = before[at] as number) {
      seen.add(at);
      way.push(at);
    }
    // A way that goes round has no start: the sum of many roundings. One move from a start to the end always helps.
    const sound = from.includes(way[way.length - 1] as number) ? way : [end, from[0] as number];
    const moves: [number, number][] = [];
    for (let at = 0; at + 1 < sound.length; at += 1) {
      const cluster = sound[at] as number;
      const row = this.heaps[sound[at + 1] as number]?.[cluster]?.top();
      if (row !== undefined) moves.push([row, cluster]);
    }
    for (const [row, cluster] of moves) {
      const old = this.labels[row] as number;
      this.sizes[old] = (this.sizes[old] as number) - 1;
      this.enter(row, cluster);
    }
  }
}

/**
 * The cheapest assignment of rows to clusters in which every cluster has from minSize to maxSize rows. Starts from each
 * row's cheapest cluster and moves rows along cheapest ways from clusters that are too large, then to those too small:
 * successive shortest paths of the minimum cost flow, so the result is optimal.
 *
 * Shape   costs: n × k, finite; k·minSize ≤ n ≤ k·maxSize; returns n labels
 * Ties    the lowest cluster and row first
 * Cost    O(n·k·log n) and O(k³) for each row over or under a bound; about 16·n·k bytes
 * Source  Bradley, Bennett & Demiriz 2000; Ahuja, Magnanti & Orlin 1993, section 9.7
 */
export function assignWithin(input: AssignmentInput): Int32Array {
  const { k, minSize, maxSize } = input;
  const graph = new MoveGraph(input);
  const { sizes } = graph;
  const clusters = Array.from({ length: k }, (_, c) => c);
  const where = (test: (size: number) => boolean): number[] => clusters.filter((c) => test(sizes[c] as number));
  for (let over = where((size) => size > maxSize); over.length > 0; over = where((size) => size > maxSize)) {
    graph.shift(
      over,
      where((size) => size < maxSize),
    );
  }
  for (let under = where((size) => size < minSize); under.length > 0; under = where((size) => size < minSize)) {
    graph.shift(
      where((size) => size > minSize),
      under,
    );
  }
  return graph.labels;
}
