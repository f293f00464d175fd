import type { Random } from '@kohort/kernel-clock-random';
import {
  breathe,
  checkParams,
  checkWidth,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
  type SparseMatrix,
} from '@kohort/ml-core';
import { countRowsOf, largestShares, latentErrors } from '@kohort/ml-latent';
import { TextInference, topicPowers, type TextRounds } from './lda.inference';
import { ldaDefaults, ldaLimits, type LdaParams } from './lda.params';
import { ldaFromJson, ldaToJson, type FittedLda } from './lda.state';

const NAME = 'lda';
/** Texts between two looks at the signal. */
const BREATH = 512;

/** Counts as an estimator of topics takes them. */
export type TermCounts = Matrix | SparseMatrix;

/** Topics before anything is read: near 1 for every term, a little apart so that they may differ. */
function startComponents(size: number, random: Random): Float64Array {
  // scikit-learn draws Gamma(100, 1/100): mean 1, deviation 0.1. A normal of the same moments tells topics apart as well.
  return Float64Array.from({ length: size }, () => Math.max(0.1, 1 + 0.1 * random.normal()));
}

/** What a part of the texts says of the topics. */
async function readTexts(
  counts: SparseMatrix,
  range: { readonly from: number; readonly to: number },
  { components, rounds, control }: { components: Float64Array; rounds: TextRounds; control: ComputeControl },
): Promise<Float64Array> {
  const terms = topicPowers(components, components.length / counts.cols);
  const inference = new TextInference(terms, rounds);
  const statistics = new Float64Array(components.length);
  for (let row = range.from; row < range.to; row += 1) {
    if (row % BREATH === 0) await breathe(control);
    inference.read(counts, row, statistics);
  }
  for (let at = 0; at < statistics.length; at += 1) {
    statistics[at] = (statistics[at] as number) * (terms.powers[at] as number);
  }
  return statistics;
}

/** The topics after `passes` passes from given ones; see `fit`. */
export async function descendTopics(
  counts: SparseMatrix,
  start: Float64Array,
  { params, control }: { readonly params: LdaParams; readonly control: ComputeControl },
): Promise<Float64Array> {
  const { method, passes, mostRounds, tolerance, decay, offset } = params;
  const prior = params.topicPrior || 1 / params.topics;
  const termPrior = params.termPrior || 1 / params.topics;
  const rounds = { prior, mostRounds, tolerance };
  const batchRows = method === 'batch' ? counts.rows : params.batchRows;
  let components = start.slice();
  let step = 1;
  for (let pass = 0; pass < passes; pass += 1) {
    for (let from = 0; from < counts.rows; from += batchRows) {
      const to = Math.min(counts.rows, from + batchRows);
      const statistics = await readTexts(counts, { from, to }, { components, rounds, control });
      const way = method === 'batch' ? 1 : (offset + step) ** -decay;
      const scale = counts.rows / (to - from);
      components = components.map(
        (old, at) => (1 - way) * old + way * (termPrior + scale * (statistics[at] as number)),
      );
      step += 1;
    }
    control.onProgress?.({ phase: 'finding topics', done: pass + 1, total: passes });
  }
  return components;
}

/**
 * Latent Dirichlet allocation by variational Bayes: each text is a mixture of topics, each topic a mixture of terms.
 *
 * Shape   matrix: texts × terms, counts of at least 0, dense or sparse
 * Units   components count terms
 * Cost    O(passes · rounds · counts above 0 · topics), rounds 5 to 50 a text
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE, LATENT_EMPTY, ML_TOO_FEW_ROWS, ML_CANCELLED
 * Source  Hoffman, Blei & Bach 2010; held to scikit-learn from the same start by reference/lda.golden.json
 */
async function fit(matrix: TermCounts, params: LdaParams, control: FitControl): Promise<FittedLda> {
  checkParams(NAME, params, ldaLimits);
  const counts = countRowsOf(matrix, NAME);
  const { topics, mostRounds, tolerance } = params;
  const estimator = `lda with ${topics} topics`;
  if (counts.rows < topics) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: topics, rows: counts.rows });
  if (counts.values.length === 0) throw latentErrors.LATENT_EMPTY({ estimator: NAME, problem: 'every count is 0' });
  const start = startComponents(counts.cols * topics, control.random.split('topics'));
  const components = await descendTopics(counts, start, { params, control });
  const topicPrior = params.topicPrior || 1 / topics;
  return { version: 1, topics, cols: counts.cols, components, topicPrior, mostRounds, tolerance };
}

/**
 * The shares of the topics in every text; those of a text without known terms are all alike.
 *
 * Shape   matrix: texts × the training terms; answers texts × topics, a row sums to 1
 * Throws  ML_SHAPE, ML_NOT_FINITE, LATENT_NEGATIVE
 */
export function topicShares(fitted: FittedLda, matrix: TermCounts): Float64Array {
  checkWidth(fitted.cols, matrix);
  const counts = countRowsOf(matrix, NAME);
  const { topics, topicPrior: prior, mostRounds, tolerance } = fitted;
  const inference = new TextInference(topicPowers(fitted.components, topics), { prior, mostRounds, tolerance });
  const out = new Float64Array(counts.rows * topics);
  for (let row = 0; row < counts.rows; row += 1) {
    inference.read(counts, row);
    const sum = inference.gamma.reduce((total, weight) => total + weight, 0);
    for (let c = 0; c < topics; c += 1) out[row * topics + c] = (inference.gamma[c] as number) / sum;
  }
  return out;
}

/** The largest topic of every text, −1 for a text without known terms. Throws as topicShares. */
async function predict(fitted: FittedLda, matrix: TermCounts, control: ComputeControl = {}): Promise<Int32Array> {
  await breathe(control);
  const counts = countRowsOf(matrix, NAME);
  const labels = largestShares(topicShares(fitted, counts), fitted.topics);
  return labels.map((label, row) => (counts.starts[row] === counts.starts[row + 1] ? -1 : label));
}

/** Topics of texts as an estimator: see `fit` for what it promises. */
export const lda = {
  name: NAME,
  defaults: ldaDefaults,
  limits: ldaLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: ldaToJson,
  fromJson: ldaFromJson,
} satisfies Estimator<LdaParams, FittedLda>;
