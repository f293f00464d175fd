export { xgboostErrors } from './xgboost-errors';
export { parseXgboostModel } from './xgboost-model';
export { xgboostEngine } from './xgboost.adapter';
export { MAX_XGBOOST_CELLS, xgboostLimits } from './xgboost.params';
