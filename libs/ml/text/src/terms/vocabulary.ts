import { checkParams, mlErrors, type SparseMatrix } from '@kohort/ml-core';
import { textErrors } from '../text-errors';
import { vocabularyDefaults, vocabularyLimits, type VocabularyParams } from './vocabulary.params';

/** The terms of a collection of texts, in the order of their code units. */
export interface Vocabulary {
  readonly terms: readonly string[];
  readonly leastWords: number;
  readonly mostWords: number;
  /** Texts it was made of, and in how many of them each term stands. */
  readonly documents: number;
  readonly documentCounts: readonly number[];
}

/** A vocabulary and how often each of its terms stands in each text. */
export interface CountedTerms {
  readonly vocabulary: Vocabulary;
  /** texts × terms. */
  readonly counts: SparseMatrix;
}

/** Calls `use` with every term of so many words; longer ones follow shorter ones. */
function visitTerms(words: readonly string[], least: number, most: number, use: (term: string) => void): void {
  for (let size = least; size <= most; size += 1) {
    for (let at = 0; at + size <= words.length; at += 1) {
      use(size === 1 ? (words[at] as string) : words.slice(at, at + size).join(' '));
    }
  }
}

/** Grows a list of numbers without boxing them. */
class Growing {
  private held = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.held.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.held);
      this.held = larger;
    }
    this.held[this.length] = value;
    this.length += 1;
  }

  done(): Uint32Array {
    return this.held.subarray(0, this.length);
  }
}

/** Texts as numbers of terms in the order they came; row i owns starts[i] .. starts[i+1] − 1. */
interface NumberedTexts {
  readonly numbers: ReadonlyMap<string, number>;
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
}

function numberTerms(
  documents: Iterable<readonly string[]>,
  { leastWords, mostWords }: VocabularyParams,
): NumberedTexts {
  const numbers = new Map<string, number>();
  const starts = new Growing();
  const places = new Growing();
  starts.push(0);
  for (const words of documents) {
    visitTerms(words, leastWords, mostWords, (term) => {
      let number = numbers.get(term);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(term, number);
      }
      places.push(number);
    });
    starts.push(places.length);
  }
  return { numbers, starts: starts.done(), places: places.done() };
}

/** In how many texts, and how often in all, each numbered term stands. */
function spreadOf({ numbers, starts, places }: NumberedTexts) {
  const documents = new Uint32Array(numbers.size);
  const totals = new Uint32Array(numbers.size);
  const seen = new Int32Array(numbers.size).fill(-1);
  for (let row = 0; row + 1 < starts.length; row += 1) {
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const term = places[at] as number;
      totals[term] = (totals[term] as number) + 1;
      if (seen[term] === row) continue;
      seen[term] = row;
      documents[term] = (documents[term] as number) + 1;
    }
  }
  return { documents, totals };
}

/** Rows of column numbers (any order, repeated, −1 left out) as counts with rising columns. */
function countRows(starts: Uint32Array, columnAt: (place: number) => number, cols: number): SparseMatrix {
  const rows = starts.length - 1;
  const columns = new Growing();
  const values = new Growing();
  const ends = new Uint32Array(rows + 1);
  const held = new Uint32Array(cols);
  for (let row = 0; row < rows; row += 1) {
    const met: number[] = [];
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const column = columnAt(at);
      if (column < 0) continue;
      if (held[column] === 0) met.push(column);
      held[column] = (held[column] as number) + 1;
    }
    for (const column of met.sort((a, b) => a - b)) {
      columns.push(column);
      values.push(held[column] as number);
      held[column] = 0;
    }
    ends[row + 1] = columns.length;
  }
  return { rows, cols, starts: ends, columns: columns.done().slice(), values: Float64Array.from(values.done()) };
}

/**
 * Finds the terms of texts that are given as words, and counts them.
 *
 * Shape   documents: words of each text, read once; answers texts × terms
 * Ties    of equally frequent terms at the limit the first in order is kept
 * Cost    one pass over all words; 4 bytes for each and one entry for each different term
 * Throws  ML_PARAM; TEXT_NO_TERMS when no term is left
 * Source  held to scikit-learn's CountVectorizer by reference/tfidf.golden.json
 */
export function fitVocabulary(
  documents: Iterable<readonly string[]>,
  params: Partial<VocabularyParams> = {},
): CountedTerms {
  const settings = { ...vocabularyDefaults, ...params };
  checkParams('vocabulary', settings, vocabularyLimits);
  const { leastWords, mostWords, leastDocuments, mostShareOfOne, mostTerms } = settings;
  if (mostWords < leastWords) {
    throw mlErrors.ML_PARAM({ estimator: 'vocabulary', parameter: 'mostWords', must: `at least ${leastWords}` });
  }
  const texts = numberTerms(documents, settings);
  const { documents: spread, totals } = spreadOf(texts);
  const count = texts.starts.length - 1;
  const most = Math.floor(mostShareOfOne * count);
  let kept = [...texts.numbers].filter(([, at]) => {
    const stands = spread[at] as number;
    return stands >= leastDocuments && stands <= most;
  });
  const byText = (a: readonly [string, number], b: readonly [string, number]): number => (a[0] < b[0] ? -1 : 1);
  if (mostTerms > 0 && kept.length > mostTerms) {
    const total = (at: number): number => totals[at] as number;
    kept = kept.sort((a, b) => total(b[1]) - total(a[1]) || byText(a, b)).slice(0, mostTerms);
  }
  if (kept.length === 0) throw textErrors.TEXT_NO_TERMS({ documents: count, least: leastDocuments, most });
  kept.sort(byText);
  const columnOf = new Int32Array(texts.numbers.size).fill(-1);
  kept.forEach(([, at], column) => (columnOf[at] = column));
  const counts = countRows(texts.starts, (place) => columnOf[texts.places[place] as number] as number, kept.length);
  const vocabulary: Vocabulary = {
    terms: kept.map(([term]) => term),
    leastWords,
    mostWords,
    documents: count,
    documentCounts: kept.map(([, at]) => spread[at] as number),
  };
  return { vocabulary, counts };
}

/**
 * Counts the terms of a vocabulary in other texts; words it does not know are left out.
 *
 * Shape   answers texts × terms
 */
export function countTerms(vocabulary: Vocabulary, documents: Iterable<readonly string[]>): SparseMatrix {
  const columnOf = new Map(vocabulary.terms.map((term, column) => [term, column]));
  const starts = new Growing();
  const places = new Growing();
  starts.push(0);
  for (const words of documents) {
    visitTerms(words, vocabulary.leastWords, vocabulary.mostWords, (term) => {
      const column = columnOf.get(term);
      if (column !== undefined) places.push(column);
    });
    starts.push(places.length);
  }
  const all = places.done();
  return countRows(starts.done(), (place) => all[place] as number, vocabulary.terms.length);
}
