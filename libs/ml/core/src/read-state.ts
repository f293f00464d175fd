import type { z } from 'zod';
import { checkShape, type Matrix } from './matrix';
import { mlErrors } from './ml-errors';
import type { SparseMatrix } from './sparse-matrix';

/**
 * Reads what an estimator's `toJson` wrote.
 *
 * Throws  ML_STATE with the first thing wrong
 */
export function readState<T>(estimator: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const problem = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable';
  throw mlErrors.ML_STATE({ estimator, problem }, { cause: parsed.error });
}

/**
 * Refuses rows of another width than those a model was fitted on.
 *
 * Throws  ML_SHAPE
 */
export function checkWidth(cols: number, matrix: Matrix | SparseMatrix): void {
  if (matrix.cols !== cols) throw mlErrors.ML_SHAPE({ what: 'columns', expected: `${cols}`, got: `${matrix.cols}` });
  if ('data' in matrix) checkShape(matrix);
}
