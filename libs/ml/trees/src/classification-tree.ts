import {
  breathe,
  checkParams,
  checkShape,
  mlErrors,
  type ComputeControl,
  type Estimator,
  type Matrix,
  type WideMatrix,
} from '@kohort/ml-core';
import { binColumn, type BinnedColumn } from './bin-columns';
import {
  classificationTreeDefaults,
  classificationTreeLimits,
  type ClassificationTreeParams,
} from './classification-tree.params';
import { majorityOf, treeFromJson, treeToJson, type ClassificationTree } from './classification-tree.state';
import { TreeGrowth } from './grow-tree';
import { treesErrors } from './trees-errors';

/** Rows with their classes. */
export interface ClassifiedRows {
  /** n×d; NaN is missing. */
  readonly matrix: Matrix | WideMatrix;
  /** n classes, whole numbers from 0. */
  readonly classOf: ArrayLike<number>;
}

/** Classes above this are no classes but values. */
const MOST_CLASSES = 1000;

function checkFinite({ data, cols }: Matrix | WideMatrix): void {
  for (let at = 0; at < data.length; at += 1) {
    const value = data[at] as number;
    if (value !== Infinity && value !== -Infinity) continue;
    const [row, column] = [Math.floor(at / cols), at % cols];
    throw mlErrors.ML_NOT_FINITE({ what: 'matrix', problem: 'an infinite value', row, column });
  }
}

function checkClasses({ matrix, classOf }: ClassifiedRows): number {
  checkShape(matrix);
  if (classOf.length !== matrix.rows) {
    throw mlErrors.ML_SHAPE({ what: 'classes', expected: `${matrix.rows}`, got: `${classOf.length}` });
  }
  let most = -1;
  for (let row = 0; row < classOf.length; row += 1) {
    const one = classOf[row] as number;
    if (!Number.isInteger(one) || one < 0 || one >= MOST_CLASSES) {
      throw treesErrors.TREES_BAD_CLASS({ row, most: MOST_CLASSES - 1 });
    }
    most = Math.max(most, one);
  }
  if (matrix.rows === 0) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'a classification tree', needed: 1, rows: 0 });
  return most + 1;
}

/**
 * Grows a classification tree (CART, Gini impurity).
 *
 * Shape   n×d with n classes; classes without rows are allowed; answers a tree over classes 0..greatest
 * Ties    of equal splits the first column, the lowest threshold; of equal classes in a leaf the lowest
 * Cost    O(d · n · depth) after O(d · n · log n) for ordering the columns; 2·n·d bytes
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE (infinite values; NaN is missing, and goes where it gains most),
 *         ML_TOO_FEW_ROWS, TREES_BAD_CLASS, ML_CANCELLED
 * Source  Breiman, Friedman, Olshen & Stone 1984; held to scikit-learn by reference/classification-tree.golden.json
 */
export async function fitClassificationTree(
  training: ClassifiedRows,
  params: ClassificationTreeParams = classificationTreeDefaults,
  control: ComputeControl = {},
): Promise<ClassificationTree> {
  checkParams('classification tree', params, classificationTreeLimits);
  const classes = checkClasses(training);
  const { matrix } = training;
  checkFinite(matrix);
  const columns: BinnedColumn[] = [];
  for (let j = 0; j < matrix.cols; j += 1) {
    await breathe(control);
    columns.push(binColumn(matrix, j, { most: params.bins, exact: matrix.rows <= params.exactRows }));
  }
  const table = { columns, classOf: Uint16Array.from(training.classOf), classes };
  return new TreeGrowth(table, params).grow(control);
}

/** The leaf of each row. Throws ML_SHAPE */
export function leavesOf(tree: ClassificationTree, { data, rows, cols }: Matrix | WideMatrix): Uint32Array {
  if (cols !== tree.cols) throw mlErrors.ML_SHAPE({ what: 'columns', expected: `${tree.cols}`, got: `${cols}` });
  const feature = Int32Array.from(tree.feature);
  const threshold = Float64Array.from(tree.threshold);
  const left = Int32Array.from(tree.left);
  const right = Int32Array.from(tree.right);
  const leaves = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let node = 0;
    for (let split = feature[0] as number; split >= 0; split = feature[node] as number) {
      const value = data[row * cols + split] as number;
      const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === true : value <= (threshold[node] as number);
      node = (goesLeft ? left[node] : right[node]) as number;
    }
    leaves[row] = node;
  }
  return leaves;
}

/**
 * The class of each row.
 *
 * Shape   matrix: m×d; returns m classes
 * Ties    a value equal to a threshold goes left
 * Cost    O(m · depth)
 * Throws  ML_SHAPE
 */
export function predictClasses(tree: ClassificationTree, matrix: Matrix | WideMatrix): Uint16Array {
  const majority = tree.feature.map((_, node) => majorityOf(tree, node));
  return Uint16Array.from(leavesOf(tree, matrix), (leaf) => majority[leaf] as number);
}

/** The tree as every estimator; `fitClassificationTree` also takes rows in double precision. */
export const classificationTree: Estimator<
  ClassificationTreeParams,
  ClassificationTree,
  ClassifiedRows & { readonly matrix: Matrix }
> = {
  name: 'classification tree',
  defaults: classificationTreeDefaults,
  limits: classificationTreeLimits,
  missingValues: 'handled',
  fit: (training, params, control) => fitClassificationTree(training, params, control),
  predict: async (tree, matrix) => Promise.resolve(predictClasses(tree, matrix)),
  toJson: treeToJson,
  fromJson: treeFromJson,
};
