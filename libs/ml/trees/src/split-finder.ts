import type { BinnedColumn } from './bin-columns';

/** The best way to part a node's rows. */
export interface FoundSplit {
  readonly column: number;
  /** Bins up to this go left. */
  readonly bin: number;
  /** The next bin that holds rows of the node; -1 when only missing values go right. */
  readonly nextBin: number;
  readonly missingLeft: boolean;
  /** Fall of n·Gini: rows of the node × fall of its impurity. */
  readonly gain: number;
}

/** Rows of a node, as a stretch of the order of all rows. */
export interface NodeRows {
  readonly start: number;
  readonly end: number;
  /** Rows of each class. */
  readonly counts: Float64Array;
}

interface Scan {
  readonly column: number;
  /** Cells of a column that hold rows, in rising order of bin: bin × classes + class, and how many. */
  readonly cells: Uint32Array;
  readonly amounts: Float64Array;
  readonly used: number;
  /** Missing values of each class; undefined when there are none. */
  readonly missing: Float64Array | undefined;
}

/**
 * Finds the best split of a node by Gini impurity. Allocates its scratch space once.
 *
 * Ties    the first column, then the lowest threshold, then missing values to the right
 * Cost    of one node of m rows and one column: O(m + bins · classes), or O(m · log m) where that is less
 */
export class SplitFinder {
  private readonly histogram: Float64Array;
  private readonly keys: Uint32Array;
  private readonly cells: Uint32Array;
  private readonly amounts: Float64Array;
  private readonly nodeClasses: Uint16Array;
  private readonly left: Float64Array;
  private best: FoundSplit | undefined;

  constructor(
    private readonly columns: readonly BinnedColumn[],
    private readonly classOf: Uint16Array,
    private readonly classes: number,
    private readonly minLeafRows: number,
  ) {
    const rows = classOf.length;
    const mostBins = Math.max(...columns.map(({ count }) => count + 1));
    this.histogram = new Float64Array(mostBins * classes);
    this.keys = new Uint32Array(rows);
    this.cells = new Uint32Array(Math.max(mostBins * classes, rows));
    this.amounts = new Float64Array(this.cells.length);
    this.nodeClasses = new Uint16Array(rows);
    this.left = new Float64Array(classes);
  }

  /** The best split of a node; undefined when no column parts its rows in two large enough groups. */
  find(order: Uint32Array, node: NodeRows): FoundSplit | undefined {
    this.best = undefined;
    for (let i = node.start; i < node.end; i += 1) {
      this.nodeClasses[i - node.start] = this.classOf[order[i] as number] as number;
    }
    this.columns.forEach((_, column) => this.scanColumn(order, node, column));
    return this.best;
  }

  private scanColumn(order: Uint32Array, node: NodeRows, column: number): void {
    const { count } = this.columns[column] as BinnedColumn;
    const rows = node.end - node.start;
    const bySorting = rows * Math.log2(rows + 1) < (count + 1) * this.classes;
    const used = bySorting ? this.cellsBySorting(order, node, column) : this.cellsByCounting(order, node, column);
    // Cells of missing values come last.
    const firstMissing = count * this.classes;
    let present = used;
    while (present > 0 && (this.cells[present - 1] as number) >= firstMissing) present -= 1;
    let missing: Float64Array | undefined;
    if (present < used) {
      missing = new Float64Array(this.classes);
      for (let at = present; at < used; at += 1) {
        missing[(this.cells[at] as number) - firstMissing] = this.amounts[at] as number;
      }
    }
    const scan: Scan = { column, cells: this.cells, amounts: this.amounts, used: present, missing };
    this.scanCells(node, scan, false);
    if (missing) this.scanCells(node, scan, true);
  }

  private cellsByCounting(order: Uint32Array, node: NodeRows, column: number): number {
    const { bins, count } = this.columns[column] as BinnedColumn;
    const { histogram, nodeClasses, classes } = this;
    const size = (count + 1) * classes;
    histogram.fill(0, 0, size);
    for (let i = node.start; i < node.end; i += 1) {
      const cell = (bins[order[i] as number] as number) * classes + (nodeClasses[i - node.start] as number);
      histogram[cell] = (histogram[cell] as number) + 1;
    }
    let used = 0;
    for (let cell = 0; cell < size; cell += 1) {
      const amount = histogram[cell] as number;
      if (amount === 0) continue;
      this.cells[used] = cell;
      this.amounts[used] = amount;
      used += 1;
    }
    return used;
  }

  private cellsBySorting(order: Uint32Array, node: NodeRows, column: number): number {
    const { bins } = this.columns[column] as BinnedColumn;
    const keys = this.keys.subarray(0, node.end - node.start);
    for (let i = node.start; i < node.end; i += 1) {
      keys[i - node.start] =
        (bins[order[i] as number] as number) * this.classes + (this.nodeClasses[i - node.start] as number);
    }
    keys.sort();
    let used = 0;
    for (let i = 0; i < keys.length; i += 1) {
      if (i > 0 && keys[i] === keys[i - 1]) this.amounts[used - 1] = (this.amounts[used - 1] as number) + 1;
      else {
        this.cells[used] = keys[i] as number;
        this.amounts[used] = 1;
        used += 1;
      }
    }
    return used;
  }

  /** Moves one bin after another to the left side and keeps the best place to stop. */
  private scanCells(node: NodeRows, scan: Scan, missingLeft: boolean): void {
    const { classes, left, minLeafRows } = this;
    const rows = node.end - node.start;
    const start = missingLeft ? scan.missing : undefined;
    let [leftRows, leftSquares, rightSquares, whole] = [0, 0, 0, 0];
    for (let c = 0; c < classes; c += 1) {
      const all = node.counts[c] as number;
      const own = start ? (start[c] as number) : 0;
      left[c] = own;
      leftRows += own;
      leftSquares += own * own;
      rightSquares += (all - own) ** 2;
      whole += all * all;
    }
    whole /= rows;
    for (let at = 0; at < scan.used;) {
      const bin = Math.floor((scan.cells[at] as number) / classes);
      for (; at < scan.used; at += 1) {
        const c = (scan.cells[at] as number) - bin * classes;
        if (c >= classes) break;
        const amount = scan.amounts[at] as number;
        const before = left[c] as number;
        const right = (node.counts[c] as number) - before;
        leftSquares += amount * (2 * before + amount);
        rightSquares -= amount * (2 * right - amount);
        left[c] = before + amount;
        leftRows += amount;
      }
      const rightRows = rows - leftRows;
      if (leftRows < minLeafRows || rightRows < minLeafRows || rightRows === 0) continue;
      const gain = leftSquares / leftRows + rightSquares / rightRows - whole;
      // Sums of squares differ in the last digits by the order of columns only through this division.
      if (this.best && gain <= this.best.gain + 1e-12 * whole) continue;
      const nextBin = at < scan.used ? Math.floor((scan.cells[at] as number) / classes) : -1;
      this.best = { column: scan.column, bin, nextBin, missingLeft, gain };
    }
  }
}
