import { breathe, type ComputeControl } from '@kohort/ml-core';
import type { BinnedColumn } from './bin-columns';
import type { ClassificationTreeParams } from './classification-tree.params';
import type { ClassificationTree } from './classification-tree.state';
import { SplitFinder, type FoundSplit, type NodeRows } from './split-finder';

/** What a tree is grown from. */
export interface BinnedTable {
  readonly columns: readonly BinnedColumn[];
  /** Class of each row, 0..classes−1. */
  readonly classOf: Uint16Array;
  readonly classes: number;
}

interface OpenNode extends NodeRows {
  readonly node: number;
  readonly depth: number;
  readonly split: FoundSplit;
}

interface Draft {
  feature: number[];
  threshold: number[];
  missingLeft: boolean[];
  left: number[];
  right: number[];
  counts: number[][];
}

/** The number with fewest digits from `low` up to below `high`; of those as long the one nearest the middle. */
export function shortestBetween(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  for (let digits = 1; digits <= 17; digits += 1) {
    const found = [middle, low].map((value) => Number(value.toPrecision(digits))).find((t) => t >= low && t < high);
    if (found !== undefined) return found;
  }
  return low;
}

function thresholdOf({ low, high }: BinnedColumn, split: FoundSplit, kind: ClassificationTreeParams['thresholds']) {
  // Everything that is present goes left.
  if (split.nextBin < 0) return Number.MAX_VALUE;
  const [below, above] = [high[split.bin] as number, low[split.nextBin] as number];
  if (kind === 'shortest') return shortestBetween(below, above);
  const middle = below + (above - below) / 2;
  // Between neighbouring numbers the middle rounds to one of them; values up to the threshold go left.
  return middle < above ? middle : below;
}

/** Rows at work between two looks at the signal. */
const ROWS_BETWEEN_BREATHS = 200_000;

/** Grows a tree from binned columns, the splits that gain most first where leaves are scarce. */
export class TreeGrowth {
  private readonly finder: SplitFinder;
  private readonly order: Uint32Array;
  private readonly aside: Uint32Array;
  private readonly draft: Draft = { feature: [], threshold: [], missingLeft: [], left: [], right: [], counts: [] };
  private readonly open: OpenNode[] = [];
  private rowsSinceBreath = 0;

  constructor(
    private readonly table: BinnedTable,
    private readonly params: ClassificationTreeParams,
  ) {
    const rows = table.classOf.length;
    this.finder = new SplitFinder(table.columns, table.classOf, table.classes, params.minLeafRows);
    this.order = Uint32Array.from({ length: rows }, (_, i) => i);
    this.aside = new Uint32Array(rows);
  }

  async grow(control: ComputeControl): Promise<ClassificationTree> {
    this.addNode(0, this.order.length, 0);
    let leaves = 1;
    while (this.open.length > 0 && leaves < this.params.maxLeaves) {
      const next = this.takeNext();
      this.rowsSinceBreath += next.end - next.start;
      if (this.rowsSinceBreath >= ROWS_BETWEEN_BREATHS) {
        this.rowsSinceBreath = 0;
        await breathe(control);
      }
      this.part(next);
      leaves += 1;
    }
    const { columns, classes } = this.table;
    return { version: 1, kind: 'classification-tree', cols: columns.length, classes, ...this.draft };
  }

  /** The open node whose split gains most, the first of equals; any where all will be split anyhow. */
  private takeNext(): OpenNode {
    let best = this.open.length - 1;
    if (this.params.maxLeaves < this.order.length) {
      best = this.open.reduce((to, one, at) => (one.split.gain > (this.open[to] as OpenNode).split.gain ? at : to), 0);
    }
    return this.open.splice(best, 1)[0] as OpenNode;
  }

  private addNode(start: number, end: number, depth: number): number {
    const { classOf, classes } = this.table;
    const counts = new Float64Array(classes);
    for (let i = start; i < end; i += 1) {
      const c = classOf[this.order[i] as number] as number;
      counts[c] = (counts[c] as number) + 1;
    }
    const { draft } = this;
    const node = draft.feature.push(-1) - 1;
    draft.threshold.push(0);
    draft.missingLeft.push(false);
    draft.left.push(-1);
    draft.right.push(-1);
    draft.counts.push([...counts]);
    const pure = counts.some((count) => count === end - start);
    if (pure || depth >= this.params.maxDepth || end - start < 2 * this.params.minLeafRows) return node;
    const rows = { start, end, counts };
    const split = this.finder.find(this.order, rows);
    if (split && split.gain >= this.params.minGain * this.order.length) this.open.push({ ...rows, node, depth, split });
    return node;
  }

  /** Parts a node's stretch of the order in two, each in the order it had. */
  private part({ node, depth, split, start, end }: OpenNode): void {
    const column = this.table.columns[split.column] as BinnedColumn;
    const { order, aside, draft } = this;
    let [left, right] = [start, 0];
    for (let i = start; i < end; i += 1) {
      const row = order[i] as number;
      const bin = column.bins[row] as number;
      const goesLeft = bin === column.count ? split.missingLeft : bin <= split.bin;
      if (goesLeft) {
        order[left] = row;
        left += 1;
      } else {
        aside[right] = row;
        right += 1;
      }
    }
    order.set(aside.subarray(0, right), left);
    draft.feature[node] = split.column;
    draft.threshold[node] = thresholdOf(column, split, this.params.thresholds);
    draft.missingLeft[node] = split.missingLeft;
    draft.left[node] = this.addNode(start, left, depth + 1);
    draft.right[node] = this.addNode(left, end, depth + 1);
  }
}
