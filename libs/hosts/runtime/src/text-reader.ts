import type { TextReader } from '@kohort/features-domain';

/**
 * What reads texts for traits. The library is loaded when a workspace has such a trait: it brings an English model along
 * that nobody else needs.
 */
export async function textReader(): Promise<TextReader> {
  const { sentimentLabel, sentimentOf, summariseMentions } = await import('@kohort/ml-text');
  return (texts, words) => {
    if (words !== null) {
      const spoken = summariseMentions(texts, [{ key: 'words', words }]).get('words');
      return spoken ?? { texts: 0, score: 0, sentiment: null };
    }
    const score = texts.reduce((sum, text) => sum + sentimentOf(text).score, 0) / Math.max(1, texts.length);
    return { texts: texts.length, score, sentiment: sentimentLabel(score) };
  };
}
