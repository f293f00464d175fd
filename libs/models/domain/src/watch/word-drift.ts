import type { ModelDrift } from '@kohort/kernel-contracts';
import { chiSquareTest, jensenShannon, populationStability } from '@kohort/ml-drift';
import type { CategoryWords } from '../clusters/category-words';
import { gravest, judged, type Judged } from './feature-drift';
import { WATCH_LIMITS } from './watch-limits';

const countsOf = (codes: Float64Array, words: number): number[] => {
  const counts = new Array<number>(words + 1).fill(0);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

/**
 * How a feature of words differs between two sets of people; words that the model does not know are one more word, the
 * empty word is a missing value where the model knows it, else one of those. Told where a chi-square test of homogeneity
 * says that it is more than chance. Measures that ask for an order are null.
 *
 * Shape   before, after: one code a person; `tests`: features that are tested together
 */
export function wordDrift(
  { feature, words }: CategoryWords,
  { before, after, tests }: { readonly before: Float64Array; readonly after: Float64Array; readonly tests: number },
): { readonly drift: ModelDrift['features'][number]; readonly found: Judged | null } {
  const [was, is] = [countsOf(before, words.length), countsOf(after, words.length)];
  const empty = words.indexOf('');
  const missingOf = (counts: readonly number[], people: number): number =>
    people === 0 ? 0 : (counts[empty] ?? 0) / people;
  const [missingBefore, missingAfter] = [missingOf(was, before.length), missingOf(is, after.length)];
  const enough = Math.min(before.length, after.length) >= WATCH_LIMITS.fewestValues;
  const chance = enough ? (chiSquareTest(was, is)?.pValue ?? 1) : 1;
  const psi = enough ? populationStability(was, is) : null;
  const js = enough ? jensenShannon(was, is) : null;
  const found =
    psi === null || js === null || chance >= WATCH_LIMITS.chance / tests
      ? null
      : gravest([
          judged(`${feature}: PSI`, psi, WATCH_LIMITS.psi),
          judged(`${feature}: Jensen–Shannon divergence`, js, WATCH_LIMITS.jensenShannon),
          judged(`${feature}: missing`, Math.abs(missingAfter - missingBefore), WATCH_LIMITS.missing),
        ]);
  const measures = { psi, ksDistance: null, ksPValue: null, wasserstein: null, jensenShannon: js };
  return { drift: { feature, level: found?.level ?? 'steady', ...measures, missingBefore, missingAfter }, found };
}
