const KEPT = 5;

/** A value and the first lines that have it. */
export interface ExtremeValue {
  readonly value: number;
  readonly lines: readonly number[];
}

/** The few smallest and largest different values of a stream with their lines. Mergeable. */
export class Extremes {
  private low: ExtremeValue[] = [];
  private high: ExtremeValue[] = [];

  add(value: number, lines: readonly number[]): void {
    this.low = place(this.low, { value, lines }, (a, b) => a - b);
    this.high = place(this.high, { value, lines }, (a, b) => b - a);
  }

  merge(other: Extremes): void {
    for (const { value, lines } of [...other.low, ...other.high]) this.add(value, lines);
  }

  /** Smallest first. */
  lowest(): readonly ExtremeValue[] {
    return this.low;
  }

  /** Largest first. */
  highest(): readonly ExtremeValue[] {
    return this.high;
  }
}

function place(kept: ExtremeValue[], next: ExtremeValue, order: (a: number, b: number) => number): ExtremeValue[] {
  const last = kept[KEPT - 1];
  if (last && order(next.value, last.value) > 0) return kept;
  const same = kept.find(({ value }) => value === next.value);
  if (same) {
    const lines = [...new Set([...same.lines, ...next.lines])].sort((a, b) => a - b).slice(0, KEPT);
    return kept.map((each) => (each === same ? { value: same.value, lines } : each));
  }
  return [...kept, next].sort((a, b) => order(a.value, b.value)).slice(0, KEPT);
}
