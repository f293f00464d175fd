import { combineHashes } from './hash-text';

/** A row of the sample. */
export interface SampledRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** What the record is known by, where it has a name. */
  readonly id?: string | undefined;
}

const CELLS_KEPT = 1_000_000;
const MOST_ROWS = 20_000;
const FEWEST_ROWS = 500;

/** Rows that a sample of so wide a table holds: a million cells at most. */
export const sampleSize = (columns: number): number =>
  Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(CELLS_KEPT / Math.max(1, columns))));

interface Ranked extends SampledRow {
  readonly key: number;
}

/**
 * A uniform sample of rows: those with the smallest hash of their line. Deterministic, and mergeable when the parts'
 * lines differ. All rows while there are no more than its size.
 */
export class RowSample {
  private kept: Ranked[] = [];
  private worst = Infinity;

  constructor(readonly size: number) {}

  /** Whether a row would be kept: ask before its cells are copied. */
  wants(line: number): boolean {
    return this.keyOf(line) < this.worst;
  }

  add(line: number, cells: readonly string[], id?: string): void {
    this.kept.push({ key: this.keyOf(line), line, cells, id });
    if (this.kept.length >= 2 * this.size) this.prune();
  }

  merge(other: RowSample): void {
    for (const row of other.rows()) if (this.wants(row.line)) this.add(row.line, row.cells, row.id);
  }

  /** In the order of their lines. */
  rows(): readonly SampledRow[] {
    this.prune();
    return this.kept
      .map(({ line, cells, id }) => (id === undefined ? { line, cells } : { line, cells, id }))
      .sort((a, b) => a.line - b.line);
  }

  private keyOf(line: number): number {
    return combineHashes(0x2545f491, line);
  }

  private prune(): void {
    if (this.kept.length <= this.size) return;
    this.kept.sort((a, b) => a.key - b.key);
    this.kept.length = this.size;
    this.worst = this.kept[this.size - 1]?.key ?? Infinity;
  }
}
