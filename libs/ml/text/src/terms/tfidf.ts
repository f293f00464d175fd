import { mlErrors, type SparseMatrix } from '@kohort/ml-core';
import type { Vocabulary } from './vocabulary';

/** How counts become weights. */
export interface TfidfOptions {
  /** 1 + ln(count) in the place of the count. */
  readonly sublinear?: boolean;
}

/**
 * How telling each term is: ln((1 + texts) / (1 + texts with the term)) + 1.
 *
 * Source  scikit-learn's smoothed weights, held by reference/tfidf.golden.json
 */
export function inverseDocumentWeights({ documents, documentCounts }: Vocabulary): Float64Array {
  return Float64Array.from(documentCounts, (count) => Math.log((1 + documents) / (1 + count)) + 1);
}

/**
 * Counts of terms as TF-IDF weights; each row has length 1, a row without terms stays empty.
 *
 * Shape   counts: texts × terms; weights: one a term; answers the same places
 * Throws  ML_SHAPE when the weights are not those of the terms
 * Source  held to scikit-learn's TfidfTransformer by reference/tfidf.golden.json
 */
export function tfidf(
  counts: SparseMatrix,
  weights: Float64Array,
  { sublinear = false }: TfidfOptions = {},
): SparseMatrix {
  if (weights.length !== counts.cols) {
    throw mlErrors.ML_SHAPE({ what: 'weights of terms', expected: `${counts.cols}`, got: `${weights.length}` });
  }
  const values = new Float64Array(counts.values.length);
  for (let row = 0; row < counts.rows; row += 1) {
    const [from, end] = [counts.starts[row] as number, counts.starts[row + 1] as number];
    let squares = 0;
    for (let at = from; at < end; at += 1) {
      const count = counts.values[at] as number;
      const value = (sublinear ? 1 + Math.log(count) : count) * (weights[counts.columns[at] as number] as number);
      values[at] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let at = from; at < end; at += 1) values[at] = (values[at] as number) / length;
  }
  return { ...counts, values };
}
