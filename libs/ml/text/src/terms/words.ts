/** What scikit-learn's `\w\w+` takes, and combining marks, so that words of Indic scripts stay whole. */
const WORD = /[\p{L}\p{M}\p{N}_]{2,}/gu;
/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

let segmenter: Intl.Segmenter | undefined;

function segmentsOf(run: string): string[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' });
  return Array.from(segmenter.segment(run))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

/**
 * The words of a text in any language, in lower case: runs of two or more letters, digits or underscores, as
 * scikit-learn takes them. Runs of Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut by the Unicode rules of the
 * runtime's dictionaries; there single characters count too.
 *
 * Cost    O(length)
 */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase();
  const words: string[] = lower.match(WORD) ?? [];
  if (!UNSPACED.test(lower)) return words;
  // A single character is a word there, but not in `WORD`.
  const runs: string[] = lower.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  return runs.flatMap((run) => (UNSPACED.test(run) ? segmentsOf(run) : run.length > 1 ? [run] : []));
}
