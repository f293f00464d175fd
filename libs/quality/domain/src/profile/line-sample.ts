/** Lines shown for a finding. */
export const LINES_SHOWN = 5;

/** Keeps the first few line numbers of something, whatever order they come in. */
export class LineSample {
  private kept: number[] = [];

  add(lines: readonly number[]): void {
    const last = this.kept[LINES_SHOWN - 1];
    if (last !== undefined && lines.every((line) => line > last)) return;
    this.kept = [...new Set([...this.kept, ...lines])].sort((a, b) => a - b).slice(0, LINES_SHOWN);
  }

  lines(): readonly number[] {
    return this.kept;
  }
}

/** How many rows something has, and where the first are. */
export class CountedLines {
  rows = 0;
  private readonly sample = new LineSample();

  add(rows: number, lines: readonly number[]): void {
    this.rows += rows;
    this.sample.add(lines);
  }

  merge(other: CountedLines): void {
    this.add(other.rows, other.lines());
  }

  lines(): readonly number[] {
    return this.sample.lines();
  }
}
