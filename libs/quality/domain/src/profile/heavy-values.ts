/** Values kept; a value in more than 1 of 1,001 rows is never lost. */
export const HEAVY_CAPACITY = 1_000;

/** A value and how many rows have it, at least. */
export interface ValueCount {
  readonly value: string;
  readonly rows: number;
}

/**
 * The most frequent values of a stream. Exact while there are at most twice the capacity of different ones; after that
 * each count is short by at most `error()`, which is at most rows ⁄ 1,001. Mergeable within the same bound.
 *
 * Ties    equal counts: by code units
 * Source  Misra & Gries 1982; merging by Agarwal et al. 2012, "Mergeable summaries"
 */
export class HeavyValues {
  private counts = new Map<string, number>();
  private shortBy = 0;

  add(value: string, rows: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + rows);
    if (this.counts.size > 2 * HEAVY_CAPACITY) this.prune();
  }

  merge(other: HeavyValues): void {
    this.shortBy += other.shortBy;
    for (const [value, rows] of other.counts) this.add(value, rows);
  }

  /** By how many rows a count may be too low; 0 says that the list is complete and exact. */
  error(): number {
    return this.shortBy;
  }

  /** Most rows first. */
  list(limit: number = HEAVY_CAPACITY): readonly ValueCount[] {
    return [...this.counts]
      .map(([value, rows]) => ({ value, rows }))
      .sort((a, b) => b.rows - a.rows || (a.value < b.value ? -1 : 1))
      .slice(0, limit);
  }

  private prune(): void {
    const sorted = [...this.counts.values()].sort((a, b) => b - a);
    const cut = sorted[HEAVY_CAPACITY] ?? 0;
    const kept = new Map<string, number>();
    for (const [value, rows] of this.counts) if (rows > cut) kept.set(value, rows - cut);
    this.counts = kept;
    this.shortBy += cut;
  }
}
