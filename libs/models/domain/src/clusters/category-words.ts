import type { Matrix, WideMatrix } from '@kohort/ml-core';
import { clusterErrors } from './cluster-errors';

/** More different words than this tell people apart rather than groups. */
export const MOST_WORDS = 50;

/** Fewer people than this could be told by their word. */
export const FEWEST_WITH_WORD = 5;

/** A feature of words: its values are places in the list. A word that is not in it has the place behind the last. */
export interface CategoryWords {
  readonly feature: string;
  readonly words: readonly string[];
  /** Whether some of those whom the list was made from have a word that is kept out of it (see tellableWords). */
  readonly others?: boolean;
}

/** A column of codes, and how many different ones there may be: one a word, and that of another word. */
export interface CodeColumn {
  readonly at: number;
  readonly words: number;
}

/** A word as people read it. */
export const readWord = (word: string): string => (word === '' ? 'unknown' : word);

/** What a word that is not in the list is called. */
export const ANOTHER_WORD = 'another word';

/** The word of a code, as people read it. */
export const wordOf = ({ words }: CategoryWords, code: number): string => readWord(words[code] ?? ANOTHER_WORD);

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

/** The place of a word; of one that is not in the list the place behind the last. Missing is the empty word. */
export function codeOf({ words }: CategoryWords, word: string | null): number {
  const code = words.indexOf(word ?? '');
  return code < 0 ? words.length : code;
}

/**
 * People whose words were counted among themselves, with the places that a model's lists give their words.
 *
 * Shape   matrix: n × the model's features in their order; `categories`: what its places stand for
 * Throws  CLUSTERS_BAD_PARAMETER for a feature that is of words here or there alone
 */
export function inWordsOf(
  model: { readonly featureNames: readonly string[]; readonly categories: readonly CategoryWords[] },
  matrix: WideMatrix,
  categories: readonly CategoryWords[] = [],
): WideMatrix {
  const named = new Map(categories.map((category) => [category.feature, category]));
  const strange =
    model.categories.find(({ feature }) => !named.has(feature)) ??
    categories.find(({ feature }) => !model.categories.some((one) => one.feature === feature));
  if (strange) {
    const must = 'of words, or of numbers, both where the model was fitted and where it places people';
    throw clusterErrors.CLUSTERS_BAD_PARAMETER({ parameter: `feature "${strange.feature}"`, must });
  }
  if (categories.length === 0) return matrix;
  const data = Float64Array.from(matrix.data);
  for (const category of model.categories) {
    const at = model.featureNames.indexOf(category.feature);
    const codes = (named.get(category.feature)?.words ?? []).map((word) => codeOf(category, word));
    for (let i = 0; i < matrix.rows; i += 1) {
      const code = matrix.data[i * matrix.cols + at] as number;
      data[i * matrix.cols + at] = codes[code] ?? category.words.length;
    }
  }
  return { ...matrix, data };
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

/** The columns that hold no codes. Shape matrix: n×d; answers n × (d − columns of codes) */
export function numbersOf(matrix: Matrix, codes: readonly CodeColumn[]): Matrix {
  if (codes.length === 0) return matrix;
  const numbers = numberColumns(matrix.cols, codes);
  const data = new Float32Array(matrix.rows * numbers.length);
  for (let i = 0; i < matrix.rows; i += 1) {
    numbers.forEach((at, j) => (data[i * numbers.length + j] = matrix.data[i * matrix.cols + at] as number));
  }
  return { data, rows: matrix.rows, cols: numbers.length };
}

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
