import { highBits } from './hash-text';

/** Hashes kept at most; beyond, only those of every second, fourth, … are. */
export const TALLY_LIMIT = 2 ** 20;
const PAIRS_SHOWN = 5;

/** A row that repeats an earlier one. */
export interface Repeat {
  readonly line: number;
  readonly firstLine: number;
}

/** What repeats. Estimates come from a sample of the values, never of the rows: a value's rows are all in it or none. */
export interface RepeatCount {
  readonly rows: number;
  readonly distinct: number;
  /** Rows beyond the first of their value. */
  readonly repeated: number;
  readonly exact: boolean;
  readonly examples: readonly Repeat[];
}

/**
 * Counts rows that repeat an earlier one by hash: exactly to 1,048,576 different values, then by a sample of the values
 * that halves whenever it is full. Mergeable.
 *
 * Cost    at most 32 MiB
 * Source  Gibbons 2001, "Distinct sampling for highly-accurate answers to distinct values queries"
 */
export class HashTally {
  private hashes = new Float64Array(2 ** 12).fill(-1);
  private counts = new Uint32Array(2 ** 12);
  private firstLines = new Uint32Array(2 ** 12);
  private size = 0;
  private level = 0;
  private rows = 0;
  private examples: Repeat[] = [];

  constructor(private readonly limit: number = TALLY_LIMIT) {}

  add(hash: number, line: number): void {
    this.rows += 1;
    this.put(hash, line, 1);
  }

  merge(other: HashTally): void {
    this.rows += other.rows;
    while (this.level < other.level) this.halve();
    other.each((hash, line, rows) => this.put(hash, line, rows));
    this.examples = [...this.examples, ...other.examples].sort((a, b) => a.line - b.line).slice(0, PAIRS_SHOWN);
  }

  result(): RepeatCount {
    let sampled = 0;
    this.each((_hash, _line, rows) => (sampled += rows));
    const { rows, examples, level } = this;
    const repeated = level === 0 ? rows - this.size : sampled === 0 ? 0 : Math.round(rows * (1 - this.size / sampled));
    return { rows, distinct: rows - repeated, repeated, exact: level === 0, examples };
  }

  private each(visit: (hash: number, line: number, rows: number) => void): void {
    this.hashes.forEach((hash, i) => hash >= 0 && visit(hash, this.firstLines[i] ?? 0, this.counts[i] ?? 0));
  }

  private put(hash: number, line: number, rows: number): void {
    if (this.level > 0 && (highBits(hash) & (2 ** this.level - 1)) !== 0) return;
    const at = this.find(hash);
    if (this.hashes[at] === hash) {
      this.counts[at] = (this.counts[at] ?? 0) + rows;
      const known = this.firstLines[at] ?? line;
      if (this.examples.length < PAIRS_SHOWN && known !== line) {
        this.examples.push({ line: Math.max(line, known), firstLine: Math.min(line, known) });
      }
      this.firstLines[at] = Math.min(known, line);
      return;
    }
    this.hashes[at] = hash;
    this.counts[at] = rows;
    this.firstLines[at] = line;
    this.size += 1;
    if (this.size > this.limit) this.halve();
    else if (this.size * 2 > this.hashes.length) this.rebuild(this.hashes.length * 2, () => true);
  }

  private find(hash: number): number {
    const mask = this.hashes.length - 1;
    let at = (hash % 2 ** 32) & mask;
    for (let held = this.hashes[at] ?? -1; held >= 0 && held !== hash; held = this.hashes[at] ?? -1)
      at = (at + 1) & mask;
    return at;
  }

  private halve(): void {
    this.level += 1;
    const mask = 2 ** this.level - 1;
    this.rebuild(this.hashes.length, (hash) => (highBits(hash) & mask) === 0);
  }

  private rebuild(slots: number, keep: (hash: number) => boolean): void {
    const { hashes, counts, firstLines } = this;
    this.hashes = new Float64Array(slots).fill(-1);
    this.counts = new Uint32Array(slots);
    this.firstLines = new Uint32Array(slots);
    this.size = 0;
    hashes.forEach((hash, i) => {
      if (hash < 0 || !keep(hash)) return;
      const at = this.find(hash);
      this.hashes[at] = hash;
      this.counts[at] = counts[i] ?? 0;
      this.firstLines[at] = firstLines[i] ?? 0;
      this.size += 1;
    });
  }
}
