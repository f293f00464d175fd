import { GaussianWorkspace, mlErrors, poolOf, type FitControl, type Matrix } from '@kohort/ml-core';
import type { CovarianceType } from './covariance/covariance-type';
import { momentsFor, sumsOfLabels } from './covariance/estimate-parameters';
import { expectationMaximisation, type EmEnd, type MixtureRule, type RoundLimits } from './expectation-maximisation';
import { startCount, startLabels, type MixtureStart } from './mixture-start';
import { factorOf } from './weigh-rows';

/** What to fit a mixture to, and from where. */
export interface MixtureTask {
  readonly matrix: Matrix;
  readonly origin: Float64Array;
  readonly params: RoundLimits & {
    readonly k: number;
    readonly covariance: CovarianceType;
    readonly start: MixtureStart;
  };
  readonly control: FitControl;
}

/**
 * Runs every start, keeps the one with the greatest bound (the first of equals), and answers what `finish` makes of it while
 * the rows are still at hand.
 *
 * Throws  ML_TOO_FEW_ROWS, ML_NOT_FINITE, MIXTURE_SINGULAR, ML_TOO_LARGE, ML_CANCELLED
 */
export async function fitMixture<Model, Fitted>(
  { matrix, origin, params, control }: MixtureTask,
  rule: MixtureRule<Model>,
  finish: (work: GaussianWorkspace, end: EmEnd<Model>) => Fitted,
): Promise<Fitted> {
  const { k, covariance, start } = params;
  // All clusterings first: they need the pool that the workspace then holds.
  const starts: ArrayLike<number>[] = [];
  for (let at = 0; at < startCount(start); at += 1) starts.push(await startLabels(matrix, { k, start, at }, control));
  const use = { k, factor: factorOf(covariance), moments: momentsFor(covariance), keep: 'labels' } as const;
  const work = new GaussianWorkspace(poolOf(control), matrix, use);
  try {
    work.load(origin);
    let best: EmEnd<Model> | undefined;
    for (const [at, labels] of starts.entries()) {
      const from = sumsOfLabels(matrix, { origin, labels, k }, covariance);
      const end = await expectationMaximisation(work, rule, { start: from, limits: params, control });
      if (!best || end.bound > best.bound) best = end;
      control.onProgress?.({ phase: 'fitting components', done: at + 1, total: starts.length });
    }
    if (!best) throw mlErrors.ML_PARAM({ estimator: 'a mixture', parameter: 'restarts', must: 'at least 1' });
    return finish(work, best);
  } finally {
    work.release();
  }
}
