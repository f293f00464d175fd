import type { Json } from '@kohort/kernel-contracts';
import type { ComputeControl, FitControl } from './pool/compute-control';
import type { Matrix } from './matrix';
import type { ParamLimits } from './params';

/**
 * What every estimator is: parameters with limits, a `fit` that answers a new fitted value and changes nothing, a
 * `predict` that needs only that value, and a JSON form. `Training` is the matrix alone, or rows with their target.
 */
export interface Estimator<Params extends object, Fitted, Training = Matrix> {
  readonly name: string;
  readonly defaults: Params;
  readonly limits: Partial<ParamLimits<Params>>;
  /** `refused`: NaN raises ML_NOT_FINITE. `handled`: the estimator says how. */
  readonly missingValues: 'refused' | 'handled';
  fit(training: Training, params: Params, control: FitControl): Promise<Fitted>;
  predict(fitted: Fitted, matrix: Matrix, control?: ComputeControl): Promise<ArrayLike<number>>;
  toJson(fitted: Fitted): Json;
  /** Throws ML_STATE for anything `toJson` did not write. */
  fromJson(json: unknown): Fitted;
}
