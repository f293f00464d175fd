import { checkShape, mlErrors, type Matrix } from '@kohort/ml-core';
import type { AnswerCost, NeuralBatch, NeuralPlan } from './neural-backend.port';

/** Refuses rows of another width than the network's inputs. Throws ML_SHAPE. */
export function checkInput(input: Matrix, inputs: number): void {
  checkShape(input, 'input');
  if (input.cols === inputs) return;
  throw mlErrors.ML_SHAPE({ what: 'columns of the input', expected: `${inputs}`, got: `${input.cols}` });
}

/** Refuses a batch that a plan's network cannot learn from. Throws ML_SHAPE. */
export function checkBatch({ input, target }: NeuralBatch, { shape, batchRows }: NeuralPlan): void {
  checkInput(input, shape.inputs);
  if (input.rows < 1 || input.rows > batchRows) {
    throw mlErrors.ML_SHAPE({ what: 'rows of a batch', expected: `1 to ${batchRows}`, got: `${input.rows}` });
  }
  if (typeof target === 'function') return;
  checkShape(target, 'target');
  const cols = shape.layers.at(-1)?.units ?? 0;
  if (target.rows !== input.rows || target.cols !== cols) {
    const [expected, got] = [`${input.rows} × ${cols}`, `${target.rows} × ${target.cols}`];
    throw mlErrors.ML_SHAPE({ what: 'target', expected, got });
  }
}

/** Refuses gradients that are not one a value. Throws ML_SHAPE. */
export function checkGradients(
  { gradients }: ReturnType<AnswerCost>,
  { rows, cols }: { rows: number; cols: number },
): void {
  if (gradients.length === rows * cols) return;
  throw mlErrors.ML_SHAPE({ what: 'gradients', expected: `${rows} × ${cols} values`, got: `${gradients.length}` });
}
