import type { Matrix } from '@kohort/ml-core';

/** A feature of words: its values are places in the list. A word that is not in it has the place behind the last. */
export interface CategoryWords {
  readonly feature: string;
  readonly words: readonly string[];
}

/** A column of codes, and how many words they stand for. */
export interface CodeColumn {
  readonly at: number;
  readonly words: number;
}

/** A word as people read it. */
export const readWord = (word: string): string => (word === '' ? 'unknown' : word);

/** The word of a code, as people read it. */
export const wordOf = ({ words }: CategoryWords, code: number): string => readWord(words[code] ?? 'another word');

/** A value of a person as people read it: a number, the word of a code, or null for missing. */
export function shownValue(
  categories: readonly CategoryWords[],
  feature: string,
  value: number,
): number | string | null {
  if (Number.isNaN(value)) return null;
  const category = categories.find((one) => one.feature === feature);
  return category ? wordOf(category, value) : value;
}

/** Two words differ by 1, squared: one of two columns goes down by this, the other up. */
const HALF = Math.SQRT1_2;

/**
 * Rows in which words are columns of their own, so that Euclidean distances count a differing word as 1: what measures
 * that know numbers alone are taken on.
 *
 * Shape   matrix: n×d; answers n × (d + words − columns of codes); numbers first, then each column's words
 */
export function spreadWords({ data, rows, cols }: Matrix, codes: readonly CodeColumn[]): Matrix {
  const numbers = numberColumns(cols, codes);
  const width = numbers.length + codes.reduce((sum, { words }) => sum + words, 0);
  const out = new Float32Array(rows * width);
  for (let i = 0; i < rows; i += 1) {
    numbers.forEach((at, j) => (out[i * width + j] = data[i * cols + at] as number));
    let from = i * width + numbers.length;
    for (const { at, words } of codes) {
      const code = data[i * cols + at] as number;
      if (code < words) out[from + code] = HALF;
      from += words;
    }
  }
  return { data: out, rows, cols: width };
}

const numberColumns = (cols: number, codes: readonly CodeColumn[]): number[] =>
  Array.from({ length: cols }, (_, at) => at).filter((at) => !codes.some((one) => one.at === at));

/** What spreadWords made, with codes again. Shape matrix: as it answers; cols: of the matrix it was given */
export function gatherWords(matrix: Matrix, codes: readonly CodeColumn[], cols: number): Matrix {
  const numbers = numberColumns(cols, codes);
  const out = new Float32Array(matrix.rows * cols);
  for (let i = 0; i < matrix.rows; i += 1) {
    const row = matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols);
    numbers.forEach((at, j) => (out[i * cols + at] = row[j] as number));
    let from = numbers.length;
    for (const { at, words } of codes) {
      const code = row.subarray(from, from + words).findIndex((value) => value > 0);
      out[i * cols + at] = code < 0 ? words : code;
      from += words;
    }
  }
  return { data: out, rows: matrix.rows, cols };
}

/** The most frequent code of each cluster, the lowest of equals. Shape labels: n in 0..k-1 or -1; answers k */
export function commonCodes(
  { data, rows, cols }: Matrix,
  { labels, k, at }: { readonly labels: ArrayLike<number>; readonly k: number; readonly at: number },
): number[] {
  const counts = Array.from({ length: k }, () => new Map<number, number>());
  for (let i = 0; i < rows; i += 1) {
    const own = counts[labels[i] as number];
    const code = data[i * cols + at] as number;
    own?.set(code, (own.get(code) ?? 0) + 1);
  }
  return counts.map(
    (own) => [...own].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a), [0, 0])[0],
  );
}
