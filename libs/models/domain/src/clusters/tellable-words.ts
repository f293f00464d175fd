import type { WideMatrix } from '@kohort/ml-core';
import { FEWEST_WITH_WORD, MOST_WORDS, type CategoryWords } from './category-words';
import { clusterErrors } from './cluster-errors';

/** Longer ones are no words but what somebody wrote. */
const LONGEST = 100;

/** People and their words, by places in lists. */
export interface WordTable {
  readonly featureNames: readonly string[];
  readonly matrix: WideMatrix;
  readonly categories: readonly CategoryWords[];
}

/**
 * The lists of words that a model of these people may keep, and so its sheets, rules and reasons may name: words that fewer
 * than five people have, and those of more than 100 characters, are another word all of them.
 *
 * Shape   one list a category, in their order; `inWordsOf` gives people their places in them
 * Cost    a pass a category
 * Throws  CLUSTERS_TOO_MANY_WORDS for a category of more than 50
 */
export function tellableWords({ featureNames, matrix, categories }: WordTable): readonly CategoryWords[] {
  return categories.map(({ feature, words }) => {
    if (words.length > MOST_WORDS) {
      throw clusterErrors.CLUSTERS_TOO_MANY_WORDS({ column: feature, words: words.length, most: MOST_WORDS });
    }
    const at = featureNames.indexOf(feature);
    const people = new Float64Array(words.length);
    for (let i = 0; i < matrix.rows; i += 1) {
      const code = matrix.data[i * matrix.cols + at] as number;
      people[code] = (people[code] ?? 0) + 1;
    }
    const told = words.filter((word, code) => (people[code] ?? 0) >= FEWEST_WITH_WORD && word.length <= LONGEST);
    return told.length === words.length ? { feature, words } : { feature, words: told, others: true };
  });
}
