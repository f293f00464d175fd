import { mlErrors, sparseOf, type SparseMatrix } from '@kohort/ml-core';

/** A term and its weight. */
export interface Keyword {
  readonly term: string;
  readonly weight: number;
}

/**
 * The heaviest terms of each row.
 *
 * Ties    the first in the order of the vocabulary
 */
export function keywordsOfRows(weights: SparseMatrix, terms: readonly string[], most: number): Keyword[][] {
  return Array.from({ length: weights.rows }, (_, row) => {
    const [from, end] = [weights.starts[row] as number, weights.starts[row + 1] as number];
    return Array.from({ length: end - from }, (_place, at) => from + at)
      .sort((a, b) => (weights.values[b] as number) - (weights.values[a] as number) || a - b)
      .slice(0, most)
      .map((at) => ({ term: terms[weights.columns[at] as number] as string, weight: weights.values[at] as number }));
  });
}

/**
 * Class-based TF-IDF: what sets the texts of a class apart from those of the others. A term's share of its class, times
 * ln(1 + words of a class on average / occurrences of the term in all).
 *
 * Shape   counts: texts × terms; labels: the class of each text in 0..classes-1, −1 for none; answers classes × terms
 * Throws  ML_SHAPE when there is not one label a text, or one beyond the classes
 * Source  Grootendorst 2022 (BERTopic); held to numpy by reference/tfidf.golden.json
 */
export function classTfidf(counts: SparseMatrix, labels: ArrayLike<number>, classes: number): SparseMatrix {
  const odd = Array.from(labels).find((label) => !Number.isInteger(label) || label < -1 || label >= classes);
  if (labels.length !== counts.rows || odd !== undefined) {
    const expected = `${counts.rows} classes from -1 to ${classes - 1}`;
    throw mlErrors.ML_SHAPE({ what: 'labels', expected, got: odd === undefined ? `${labels.length}` : `${odd}` });
  }
  const table = new Float64Array(classes * counts.cols);
  const ofClass = new Float64Array(classes);
  const ofTerm = new Float64Array(counts.cols);
  for (let row = 0; row < counts.rows; row += 1) {
    const label = labels[row] as number;
    if (label < 0) continue;
    for (let at = counts.starts[row] as number; at < (counts.starts[row + 1] as number); at += 1) {
      const [column, value] = [counts.columns[at] as number, counts.values[at] as number];
      table[label * counts.cols + column] = (table[label * counts.cols + column] as number) + value;
      ofClass[label] = (ofClass[label] as number) + value;
      ofTerm[column] = (ofTerm[column] as number) + value;
    }
  }
  const average = ofClass.reduce((sum, value) => sum + value, 0) / classes;
  return sparseOf({
    rows: classes,
    cols: counts.cols,
    data: table.map((value, at) =>
      value === 0
        ? 0
        : (value / (ofClass[Math.floor(at / counts.cols)] as number)) *
          Math.log(1 + average / (ofTerm[at % counts.cols] as number)),
    ),
  });
}
