import { packTexts, type TextUnits } from './text-units';

const { abs, max, min } = Math;

/**
 * Restricted Damerau–Levenshtein distance of packed texts (optimal string alignment): insert, delete, replace, and swap
 * of neighbours, where no part is edited twice. It is not a metric; for a bound on edits it is what is wanted.
 *
 * Units   edits; `within` stops counting above its bound and answers bound + 1
 * Cost    O(1) memory per call; linear time for bound 1
 */
export class AlignmentDistance {
  private readonly units: Uint16Array;
  private readonly offsets: Uint32Array;
  private rows: [Uint16Array, Uint16Array, Uint16Array] = [
    new Uint16Array(64),
    new Uint16Array(64),
    new Uint16Array(64),
  ];

  constructor(texts: TextUnits) {
    this.units = texts.units;
    this.offsets = texts.offsets;
  }

  within(a: number, b: number, bound: number): number {
    const { units, offsets } = this;
    let startA = offsets[a] as number;
    let startB = offsets[b] as number;
    let endA = offsets[a + 1] as number;
    let endB = offsets[b + 1] as number;
    if (abs(endA - startA - (endB - startB)) > bound) return bound + 1;
    while (startA < endA && startB < endB && units[startA] === units[startB]) {
      startA += 1;
      startB += 1;
    }
    while (startA < endA && startB < endB && units[endA - 1] === units[endB - 1]) {
      endA -= 1;
      endB -= 1;
    }
    const lengthA = endA - startA;
    const lengthB = endB - startB;
    if (lengthA === 0 || lengthB === 0) return min(bound + 1, lengthA + lengthB);
    if (lengthA === 1 && lengthB === 1) return 1;
    const isSwap =
      lengthA === 2 && lengthB === 2 && units[startA] === units[startB + 1] && units[startA + 1] === units[startB];
    if (isSwap) return 1;
    // What is left differs at both ends and is no single edit.
    if (bound < 2) return bound + 1;
    return min(bound + 1, this.align(startA, lengthA, startB, lengthB));
  }

  private align(startA: number, lengthA: number, startB: number, lengthB: number): number {
    if (this.rows[0].length <= lengthB) {
      const size = lengthB * 2;
      this.rows = [new Uint16Array(size), new Uint16Array(size), new Uint16Array(size)];
    }
    const { units } = this;
    let [older, before, now] = this.rows;
    for (let j = 0; j <= lengthB; j += 1) before[j] = j;
    for (let i = 1; i <= lengthA; i += 1) {
      now[0] = i;
      const unit = units[startA + i - 1];
      for (let j = 1; j <= lengthB; j += 1) {
        const other = units[startB + j - 1];
        let least = (before[j - 1] as number) + (unit === other ? 0 : 1);
        least = min(least, (before[j] as number) + 1, (now[j - 1] as number) + 1);
        if (i > 1 && j > 1 && unit === units[startB + j - 2] && units[startA + i - 2] === other) {
          least = min(least, (older[j - 2] as number) + 1);
        }
        now[j] = least;
      }
      [older, before, now] = [before, now, older];
    }
    return before[lengthB] as number;
  }
}

/** Restricted Damerau–Levenshtein distance (optimal string alignment) of two strings: "ca" to "abc" is 3. */
export function alignmentDistance(a: string, b: string): number {
  return new AlignmentDistance(packTexts([a, b])).within(0, 1, max(a.length, b.length));
}

/**
 * True Damerau–Levenshtein distance of two strings, a metric: a swapped pair may be edited again, "ca" to "abc" is 2.
 *
 * Units   edits, on UTF-16 units
 * Cost    O(a·b) time and memory
 * Source  Lowrance & Wagner 1975
 */
export function damerauLevenshtein(a: string, b: string): number {
  const width = b.length + 2;
  const most = a.length + b.length;
  const table = new Uint32Array((a.length + 2) * width);
  const lastRow = new Map<string, number>();
  const at = (i: number, j: number): number => table[(i + 1) * width + j + 1] as number;
  table[0] = most;
  for (let i = 0; i <= a.length; i += 1) {
    table[(i + 1) * width] = most;
    table[(i + 1) * width + 1] = i;
  }
  for (let j = 0; j <= b.length; j += 1) {
    table[j + 1] = most;
    table[width + j + 1] = j;
  }
  for (let i = 1; i <= a.length; i += 1) {
    let lastColumn = 0;
    for (let j = 1; j <= b.length; j += 1) {
      const row = lastRow.get(b.charAt(j - 1)) ?? 0;
      const column = lastColumn;
      const isSame = a[i - 1] === b[j - 1];
      if (isSame) lastColumn = j;
      table[(i + 1) * width + j + 1] = min(
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        at(i, j - 1) + 1,
        at(i - 1, j) + 1,
        at(row - 1, column - 1) + (i - row - 1) + 1 + (j - column - 1),
      );
    }
    lastRow.set(a.charAt(i - 1), i);
  }
  return at(a.length, b.length);
}
