import { matrixOf, type Matrix } from '@kohort/ml-core';
import type { RefusedCase } from './estimator-contract';

const blank = (rows: number, cols: number): Matrix => ({ data: new Float32Array(0), rows, cols });

/** Tables of no rows or of no columns: nothing is fitted to them. */
export function emptyTables<Params>(params: Params): RefusedCase<Params, Matrix>[] {
  return [
    { title: 'no rows', training: blank(0, 2), params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'no columns', training: blank(9, 0), params, code: 'ML_SHAPE' },
  ];
}

/** What no clustering into k takes, for k from 4 to 20: fewer rows or fewer distinct rows than k, and no rows at all. */
export function tooFewForClusters<Params>(params: Params): RefusedCase<Params, Matrix>[] {
  const alike = matrixOf(new Array(20).fill([1, 2]));
  return [
    { title: 'k > n', training: matrixOf([[1], [2], [3]]), params, code: 'ML_TOO_FEW_ROWS' },
    { title: 'rows that are all alike', training: alike, params, code: 'ML_TOO_FEW_ROWS' },
    ...emptyTables(params),
  ];
}
