import { englishTerms } from '../terms/english-terms';
import { sentencesOf } from '../terms/sentences';
import { sentimentLabel, sentimentOf, type SentimentLabel } from '../sentiment/sentiment';

/** Something that people write about, and the words that speak of it. */
export interface Subject {
  /** Part of the trait's key: lower-case letters, digits and underscores. */
  readonly key: string;
  /** Words or phrases; any form of a word counts ("delivery", "deliveries"). */
  readonly words: readonly string[];
}

/** What a person's texts say of one subject. */
export interface Mention {
  /** Texts that speak of it. */
  readonly texts: number;
  /** Mean sentiment of the sentences that speak of it, −1 to 1; 0 without any. */
  readonly score: number;
  readonly sentiment: SentimentLabel | null;
}

/** Values of traits by key: `mentions_delivery` 3, `mentions_delivery_sentiment` "negative". */
export type MentionTraits = Readonly<Record<string, number | string | null>>;

interface Phrase {
  readonly subject: string;
  readonly terms: readonly string[];
}

const holds = (terms: readonly string[], phrase: readonly string[]): boolean =>
  terms.some((_, at) => phrase.every((term, i) => terms[at + i] === term));

/** A phrase in its basic form; one of stop words alone speaks of nothing. */
function phrasesOf(subjects: readonly Subject[]): Phrase[] {
  return subjects.flatMap(({ key, words }) =>
    words.map((phrase) => ({ subject: key, terms: englishTerms(phrase) })).filter(({ terms }) => terms.length > 0),
  );
}

/**
 * How often a person's English texts speak of each subject, and how: sentence by sentence, so that "lovely dress, late
 * delivery. Support was great." says what it says of each.
 *
 * Shape   one entry a subject, in the order given; a subject that no text mentions has 0 texts and no sentiment
 * Cost    about 1 ms a sentence
 */
export function summariseMentions(
  texts: readonly string[],
  subjects: readonly Subject[],
): ReadonlyMap<string, Mention> {
  const phrases = phrasesOf(subjects);
  const scores = new Map<string, number[]>(subjects.map(({ key }) => [key, []]));
  const counts = new Map<string, number>();
  for (const text of texts) {
    const met = new Set<string>();
    for (const sentence of sentencesOf(text)) {
      const terms = englishTerms(sentence);
      const spoken = new Set(phrases.filter((phrase) => holds(terms, phrase.terms)).map(({ subject }) => subject));
      if (spoken.size === 0) continue;
      const { score } = sentimentOf(sentence);
      for (const subject of spoken) {
        met.add(subject);
        scores.get(subject)?.push(score);
      }
    }
    for (const subject of met) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  return new Map(
    [...scores].map(([key, found]) => {
      const score = found.length > 0 ? found.reduce((sum, value) => sum + value, 0) / found.length : 0;
      return [key, { texts: counts.get(key) ?? 0, score, sentiment: found.length > 0 ? sentimentLabel(score) : null }];
    }),
  );
}

/** The summary as values of traits. */
export function mentionTraits(mentions: ReadonlyMap<string, Mention>): MentionTraits {
  return Object.fromEntries(
    [...mentions].flatMap(([key, { texts, score, sentiment }]) => [
      [`mentions_${key}`, texts],
      [`mentions_${key}_sentiment`, sentiment],
      [`mentions_${key}_score`, sentiment === null ? null : Math.round(score * 10_000) / 10_000],
    ]),
  );
}

/** The summary in words: "mentions delivery: 3, negative"; null when nothing is mentioned. */
export function mentionSentence(mentions: ReadonlyMap<string, Mention>): string | null {
  const said = [...mentions]
    .filter(([, { texts }]) => texts > 0)
    .map(([key, { texts, sentiment }]) => `mentions ${key.replaceAll('_', ' ')}: ${texts}, ${sentiment}`);
  return said.length > 0 ? said.join('; ') : null;
}
