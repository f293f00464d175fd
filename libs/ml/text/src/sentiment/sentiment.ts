import { SentimentIntensityAnalyzer } from 'vader-sentiment';

/** How a text feels. */
export type SentimentLabel = 'positive' | 'neutral' | 'negative';

/** What the words of a text say of it. */
export interface Sentiment {
  /** −1 (most negative) to 1 (most positive). */
  readonly score: number;
  readonly label: SentimentLabel;
  /** Shares of the words by what they say; they sum to 1 but for rounding. */
  readonly positiveShare: number;
  readonly neutralShare: number;
  readonly negativeShare: number;
}

/** Scores between −0.05 and 0.05 are neutral (the bounds of VADER's authors). */
const NEUTRAL = 0.05;
/** Characters that are read of one text; the rest of a longer one changes little and costs the square. */
const MOST_CHARS = 20_000;

/** The word for a score: between −0.05 and 0.05 neutral. */
export function sentimentLabel(score: number): SentimentLabel {
  if (score >= NEUTRAL) return 'positive';
  return score <= -NEUTRAL ? 'negative' : 'neutral';
}

/**
 * The sentiment of an English text by a lexicon and rules: negation, intensity, capitals, exclamation marks, emoticons.
 * Texts of other languages come out neutral or wrong; where labelled texts exist, `fitTextClassifier` is better.
 *
 * Units   score −1 to 1; an empty text is neutral
 * Cost    about 0.3 ms a text; the first 20,000 characters are read
 * Source  Hutto & Gilbert 2014, through vader-sentiment 1.1.3
 */
export function sentimentOf(text: string): Sentiment {
  const scores = SentimentIntensityAnalyzer.polarity_scores(text.slice(0, MOST_CHARS));
  const known = (value: number): number => (Number.isFinite(value) ? value : 0);
  const score = known(scores.compound);
  return {
    score,
    label: sentimentLabel(score),
    positiveShare: known(scores.pos),
    neutralShare: known(scores.neu),
    negativeShare: known(scores.neg),
  };
}
