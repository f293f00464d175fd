import type { ParamLimits } from '@kohort/ml-core';

/** Which terms count. */
export interface VocabularyParams {
  /** Words a term has at least and at most: 1 and 2 take single words and pairs. */
  readonly leastWords: number;
  readonly mostWords: number;
  /** Texts a term stands in at least. */
  readonly leastDocuments: number;
  /** Share of the texts a term stands in at most. */
  readonly mostShareOfOne: number;
  /** The most frequent terms that are kept; 0 keeps all. */
  readonly mostTerms: number;
}

export const vocabularyDefaults: VocabularyParams = {
  leastWords: 1,
  mostWords: 1,
  leastDocuments: 2,
  mostShareOfOne: 1,
  mostTerms: 0,
};

const whole = { kind: 'number', integer: true } as const;

export const vocabularyLimits: ParamLimits<VocabularyParams> = {
  leastWords: { ...whole, min: 1, max: 5, unit: 'words', help: 'fewest words of a term' },
  mostWords: { ...whole, min: 1, max: 5, unit: 'words', help: 'most words of a term' },
  leastDocuments: { ...whole, min: 1, max: 1e9, unit: 'texts', help: 'fewest texts of a term' },
  mostShareOfOne: {
    kind: 'number',
    integer: false,
    min: 0,
    max: 1,
    unit: 'share of the texts',
    help: 'largest share of the texts that a term may stand in',
  },
  mostTerms: { ...whole, min: 0, max: 10_000_000, unit: 'terms', help: 'most frequent terms kept; 0 for all' },
};
