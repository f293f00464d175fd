import { ANOTHER_WORD, FEWEST_WITH_WORD, type CategoryWords } from './category-words';
import type { FeatureMeasure } from './measure-clusters';
import type { ProfileSheetInput } from './profile-sheets';

/** Rows with each code, in each cluster; behind the last those with a word that is not in the list. */
function countsOf({ matrix, labels, k }: ProfileSheetInput, at: number, words: number): Float64Array[] {
  const counts = Array.from({ length: k }, () => new Float64Array(words + 1));
  for (let i = 0; i < matrix.rows; i += 1) {
    const code = matrix.data[i * matrix.cols + at] as number;
    const own = counts[labels[i] as number];
    if (own && code <= words) own[code] = (own[code] as number) + 1;
  }
  return counts;
}

function measuresOf(input: ProfileSheetInput, { feature, words: named, others }: CategoryWords): FeatureMeasure[][] {
  const counts = countsOf(input, input.featureNames.indexOf(feature), named.length);
  const without = counts.reduce((sum, own) => sum + (own[named.length] as number), 0);
  // Those of the fit who have none of the words are told of together, as rules do, by the measure of a word.
  const words = others && without >= FEWEST_WITH_WORD ? [...named, ANOTHER_WORD] : named;
  const sizes = counts.map((own) => own.reduce((a, b) => a + b, 0));
  const rows = sizes.reduce((a, b) => a + b, 0);
  const overall = words.map((_, code) => counts.reduce((sum, own) => sum + (own[code] as number), 0) / rows);
  return counts.map((own, c) =>
    words.flatMap((word, code): FeatureMeasure[] => {
      const overallMean = overall[code] as number;
      const clusterMean = (sizes[c] as number) > 0 ? (own[code] as number) / (sizes[c] as number) : overallMean;
      const spread = Math.sqrt(overallMean * (1 - overallMean));
      if (spread === 0) return [];
      const effectSize = (clusterMean - overallMean) / spread;
      const lift = clusterMean / overallMean;
      return [{ feature, word, clusterMean, overallMean, lift, effectSize, shapedEffect: effectSize }];
    }),
  );
}

/**
 * Measures every word of every category in every cluster against everybody: means are shares.
 *
 * Shape   returns k lists, each by category, then by word, behind them another word where the list had such and five
 *         people have one; words that nobody or everybody has are left out
 * Units   shares 0–1; effects in standard deviations of having the word
 * Cost    a pass a category
 */
export function measureWords(input: ProfileSheetInput): FeatureMeasure[][] {
  const byCategory = (input.categories ?? []).map((category) => measuresOf(input, category));
  return Array.from({ length: input.k }, (_, c) => byCategory.flatMap((measures) => measures[c] ?? []));
}
