import type { FitControl } from '@kohort/ml-core';
import { largestShares, nmf, nmfAmounts, nmfDefaults } from '@kohort/ml-latent';
import { inverseDocumentWeights, tfidf } from '../terms/tfidf';
import { fitVocabulary } from '../terms/vocabulary';
import type { VocabularyParams } from '../terms/vocabulary.params';
import { umassCoherence, windowCoherence } from './coherence';
import { lda, topicShares } from './lda';
import { ldaDefaults } from './lda.params';
import { topColumns } from './top-terms';

/** How topics are found and shown. */
export interface TopicOptions {
  readonly topics: number;
  /** `lda` on counts, or `nmf` on TF-IDF weights. */
  readonly method: 'lda' | 'nmf';
  /** Terms that stand for a topic. */
  readonly terms: number;
  readonly vocabulary?: Partial<VocabularyParams>;
}

/** One topic. */
export interface Topic {
  readonly terms: readonly string[];
  /** Texts whose largest topic it is. */
  readonly texts: number;
  readonly umass: number;
  readonly npmi: number;
  readonly cv: number;
}

/** Topics of texts, and what each text is about. */
export interface FoundTopics {
  readonly topics: readonly Topic[];
  /** The largest topic of each text, −1 for a text without known terms. */
  readonly labels: Int32Array;
  /** Its share of the text, 0 to 1. */
  readonly shares: Float64Array;
  /** Different terms that were looked at. */
  readonly vocabularySize: number;
}

/** Terms in more than half of the texts tell no topics apart. */
const DEFAULT_VOCABULARY: Partial<VocabularyParams> = { leastDocuments: 5, mostShareOfOne: 0.5, mostTerms: 5_000 };

/**
 * Topics of texts that are given as words, with the coherence of each.
 *
 * Shape   documents: the words of each text
 * Throws  TEXT_NO_TERMS, ML_TOO_FEW_ROWS, ML_PARAM, ML_CANCELLED
 */
export async function findTopics(
  documents: readonly (readonly string[])[],
  { topics: k, method, terms: most, vocabulary: chosen }: TopicOptions,
  control: FitControl,
): Promise<FoundTopics> {
  const { vocabulary, counts } = fitVocabulary(documents, { ...DEFAULT_VOCABULARY, ...chosen });
  const cols = vocabulary.terms.length;
  let table: Float64Array;
  let weightOf: (topic: number, column: number) => number;
  if (method === 'lda') {
    const fitted = await lda.fit(counts, { ...ldaDefaults, topics: k }, control);
    table = topicShares(fitted, counts);
    weightOf = (topic, column) => fitted.components[column * k + topic] as number;
  } else {
    const weights = tfidf(counts, inverseDocumentWeights(vocabulary));
    const fitted = await nmf.fit(weights, { ...nmfDefaults, k }, control);
    table = nmfAmounts(fitted, weights);
    weightOf = (topic, column) => fitted.parts[topic * cols + column] as number;
  }
  const hasTerms = (row: number): boolean => counts.starts[row] !== counts.starts[row + 1];
  const labels = largestShares(table, k).map((label, row) => (hasTerms(row) ? label : -1));
  const shares = Float64Array.from(labels, (label, row) => {
    const sum = table.subarray(row * k, (row + 1) * k).reduce((total, share) => total + share, 0);
    return label < 0 ? 0 : (table[row * k + label] as number) / sum;
  });
  const columns = topColumns({ topics: k, cols, weightOf }, Math.min(most, cols));
  const names = columns.map((list) => list.map((column) => vocabulary.terms[column] as string));
  const umass = umassCoherence(columns, counts);
  const { npmi, cv } = windowCoherence(names, documents);
  const topics = names.map((terms, topic) => ({
    terms,
    texts: labels.filter((label) => label === topic).length,
    umass: umass[topic] as number,
    npmi: npmi[topic] as number,
    cv: cv[topic] as number,
  }));
  return { topics, labels, shares, vocabularySize: cols };
}
