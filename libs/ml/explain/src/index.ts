export { classContributions } from './class-contributions';
export { foldContributions, meanAbsoluteContributions } from './contributions';
export type { Contributions } from './contributions';
export { explainErrors } from './explain-errors';
export { columnMeans, linearContributions } from './linear-contributions';
export { topReasons } from './top-reasons';
export type { FeatureValue, Reason } from './top-reasons';
export { treeContributions } from './tree-shap';
