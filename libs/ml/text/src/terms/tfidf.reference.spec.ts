import type { SparseMatrix } from '@kohort/ml-core';
import { classTfidf } from './keywords';
import golden from './reference/tfidf.golden.json';
import { inverseDocumentWeights, tfidf } from './tfidf';
import { countTerms, fitVocabulary } from './vocabulary';
import { wordsOf } from './words';

const words = golden.texts.map(wordsOf);

const denseOf = ({ rows, cols, starts, columns, values }: SparseMatrix): number[][] =>
  Array.from({ length: rows }, (_, row) => {
    const line = new Array<number>(cols).fill(0);
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at += 1) line[columns[at] ?? -1] = values[at] ?? NaN;
    return line;
  });
const gapOf = (ours: number[][], wanted: number[][]): number => {
  expect(ours.map((line) => line.length)).toEqual(wanted.map((line) => line.length));
  return Math.max(...ours.flat().map((value, at) => Math.abs(value - (wanted.flat()[at] ?? NaN))));
};

describe('terms against scikit-learn', () => {
  it.each(golden.cases)('$name', ({ terms, counts, weights, sublinear, name: _name, ...params }) => {
    const { vocabulary, counts: ours } = fitVocabulary(words, params);
    expect(vocabulary.terms).toEqual(terms);
    expect(denseOf(ours)).toEqual(counts);
    expect(denseOf(countTerms(vocabulary, words))).toEqual(counts);
    const weighed = tfidf(ours, inverseDocumentWeights(vocabulary), { sublinear });
    expect(gapOf(denseOf(weighed), weights)).toBeLessThan(golden.tolerance);
  });

  it('class-based TF-IDF against numpy', () => {
    const { vocabulary, counts } = fitVocabulary(words, { leastDocuments: 1 });
    expect(vocabulary.terms).toEqual(golden.classes.terms);
    const weights = classTfidf(counts, golden.classes.labels, 3);
    expect(gapOf(denseOf(weights), golden.classes.weights)).toBeLessThan(golden.tolerance);
  });
});
