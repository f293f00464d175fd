import {
  breathe,
  type FitControl,
  type GaussianComponents,
  type GaussianSums,
  type GaussianWorkspace,
} from '@kohort/ml-core';
import type { SumsAbout } from './covariance/estimate-parameters';

/** What differs between mixtures. */
export interface MixtureRule<Model> {
  /** The model that fits the sums best. */
  maximise(input: SumsAbout): Model;
  /** What a pass needs of the model. */
  components(model: Model): GaussianComponents;
  /** What rises from round to round: of the sums that a pass gave and the model made from them. */
  bound(sums: GaussianSums, model: Model): number;
}

/** When it ends. */
export interface RoundLimits {
  readonly maxIterations: number;
  /** Least change of the bound for which another round is worth while. */
  readonly tolerance: number;
}

/** Where it ended. */
export interface EmEnd<Model> {
  readonly model: Model;
  readonly bound: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Expectation-maximisation: weigh the rows by the model, make the model of the weighted rows, until the bound hardly rises.
 *
 * Cost    one pass over the rows a round
 * Throws  ML_CANCELLED, and whatever `maximise` throws
 * Source  Dempster, Laird & Rubin 1977; rounds are counted as scikit-learn counts them
 */
export async function expectationMaximisation<Model>(
  work: GaussianWorkspace,
  rule: MixtureRule<Model>,
  { start, limits, control }: { start: SumsAbout; limits: RoundLimits; control: FitControl },
): Promise<EmEnd<Model>> {
  let model = rule.maximise(start);
  let bound = -Infinity;
  for (let iterations = 1; iterations <= limits.maxIterations; iterations += 1) {
    const components = rule.components(model);
    const sums = work.pass(components);
    model = rule.maximise({ sums, about: components.means });
    const before = bound;
    bound = rule.bound(sums, model);
    if (Math.abs(bound - before) < limits.tolerance) return { model, bound, iterations, converged: true };
    await breathe(control);
  }
  return { model, bound, iterations: limits.maxIterations, converged: false };
}
