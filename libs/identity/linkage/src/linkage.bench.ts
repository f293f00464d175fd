import { AlignmentDistance } from './compare/damerau-levenshtein';
import { JaroWinkler } from './compare/jaro-winkler';
import { packTexts } from './compare/text-units';

/** Compares all pairs; returns CPU seconds and the sum of the results, to hold against the peer's. */
export function runComparators(
  pairs: readonly (readonly [string, string])[],
  cpuSeconds: () => number,
): { readonly jaroWinkler: { seconds: number; sum: number }; readonly edits: { seconds: number; sum: number } } {
  const texts = packTexts(pairs.flat());
  const measured = (compare: (a: number, b: number) => number): { seconds: number; sum: number } => {
    const from = cpuSeconds();
    let sum = 0;
    for (let p = 0; p < pairs.length; p += 1) sum += compare(2 * p, 2 * p + 1);
    return { seconds: cpuSeconds() - from, sum };
  };
  const jaro = new JaroWinkler(texts);
  const edits = new AlignmentDistance(texts);
  return {
    jaroWinkler: measured((a, b) => jaro.similarity(a, b)),
    edits: measured((a, b) => edits.within(a, b, 64)),
  };
}
