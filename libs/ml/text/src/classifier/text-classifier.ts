import { z } from 'zod';
import type { Json, JobControl } from '@kohort/kernel-contracts';
import { mlErrors, readState } from '@kohort/ml-core';
import { fitSoftmax, softmaxFromJson, softmaxShares, softmaxToJson, type FittedSoftmax } from '@kohort/ml-propensity';
import { inverseDocumentWeights, tfidf } from '../terms/tfidf';
import { countTerms, fitVocabulary, type Vocabulary } from '../terms/vocabulary';
import { wordsOf } from '../terms/words';

/** Texts whose class a person has named. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
}

/** Which terms count and how strongly the fit is held back. */
export interface TextClassifierParams {
  /** Words of a term at most. */
  readonly mostWords: number;
  /** Texts a term stands in at least. */
  readonly leastDocuments: number;
  /** Inverse strength of the ridge penalty. */
  readonly c: number;
}

export const textClassifierDefaults: TextClassifierParams = { mostWords: 2, leastDocuments: 1, c: 10 };

/** Slope at which a fit ends: from here on shares move by less than a thousandth, and hardly a text changes its class. */
const TOLERANCE = 1e-3;

/** A fitted classifier: plain data. */
export interface FittedTextClassifier {
  readonly version: 1;
  /** The classes in the order of the shares. */
  readonly classes: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly model: FittedSoftmax;
}

/**
 * Learns to tell classes of texts apart: TF-IDF of words and pairs of words, with counts by their logarithm, and logistic
 * regression on them. Works in any language that `wordsOf` cuts into words.
 *
 * Shape   one label a text, at least two different ones
 * Cost    O(words · classes) a step, 20 to 150 steps
 * Throws  ML_SHAPE, TEXT_NO_TERMS, SOFTMAX_EMPTY_CLASS, ML_PARAM, ML_CANCELLED
 */
export async function fitTextClassifier(
  { texts, labels }: LabelledTexts,
  params: Partial<TextClassifierParams> = {},
  control: JobControl = {},
): Promise<FittedTextClassifier> {
  if (labels.length !== texts.length) {
    throw mlErrors.ML_SHAPE({ what: 'labels', expected: `${texts.length}`, got: `${labels.length}` });
  }
  const { mostWords, leastDocuments, c } = { ...textClassifierDefaults, ...params };
  const { vocabulary, counts } = fitVocabulary(texts.map(wordsOf), { mostWords, leastDocuments });
  const classes = [...new Set(labels)].sort();
  const numbers = new Map(classes.map((name, at) => [name, at]));
  const matrix = tfidf(counts, inverseDocumentWeights(vocabulary), { sublinear: true });
  const input = { matrix, labels: labels.map((label) => numbers.get(label) ?? -1) };
  const model = await fitSoftmax(input, { c, tolerance: TOLERANCE }, control);
  return { version: 1, classes, vocabulary, model };
}

/**
 * The probability of every class for every text; a text without known words gets those of the intercepts.
 *
 * Shape   texts × classes, row-major; a row sums to 1
 */
export function textClassShares({ vocabulary, model }: FittedTextClassifier, texts: readonly string[]): Float64Array {
  const counts = countTerms(vocabulary, texts.map(wordsOf));
  return softmaxShares(model, tfidf(counts, inverseDocumentWeights(vocabulary), { sublinear: true }));
}

/** The class of the largest share in each row; of equal ones the first in order. */
export function likeliestClasses(classes: readonly string[], shares: Float64Array): string[] {
  return Array.from({ length: shares.length / classes.length }, (_, row) => {
    const own = shares.subarray(row * classes.length, (row + 1) * classes.length);
    return classes[own.indexOf(Math.max(...own))] as string;
  });
}

/** The likeliest class of every text; of equal ones the first in order. */
export function classifyTexts(fitted: FittedTextClassifier, texts: readonly string[]): string[] {
  return likeliestClasses(fitted.classes, textClassShares(fitted, texts));
}

const schema = z.object({
  estimator: z.literal('text-classifier'),
  version: z.literal(1),
  classes: z.array(z.string()).min(2),
  vocabulary: z
    .object({
      terms: z.array(z.string()).min(1),
      leastWords: z.number().int().positive(),
      mostWords: z.number().int().positive(),
      documents: z.number().int().positive(),
      documentCounts: z.array(z.number().int().positive()),
    })
    .refine((v) => v.terms.length === v.documentCounts.length, { message: 'one count a term' }),
  model: z.unknown(),
});

/** The classifier as JSON; numbers keep every bit. */
export function textClassifierToJson({ version, classes, vocabulary, model }: FittedTextClassifier): Json {
  const { terms, documentCounts, ...plain } = vocabulary;
  return {
    estimator: 'text-classifier',
    version,
    classes: [...classes],
    vocabulary: { ...plain, terms: [...terms], documentCounts: [...documentCounts] },
    model: softmaxToJson(model),
  };
}

/** Reads what textClassifierToJson wrote. Throws ML_STATE with the first thing wrong. */
export function textClassifierFromJson(json: unknown): FittedTextClassifier {
  const { version, classes, vocabulary, model } = readState('text-classifier', schema, json);
  const fitted = softmaxFromJson(model);
  if (fitted.classes !== classes.length || fitted.cols !== vocabulary.terms.length) {
    throw mlErrors.ML_STATE({ estimator: 'text-classifier', problem: 'the weights do not fit the terms and classes' });
  }
  return { version, classes, vocabulary, model: fitted };
}
