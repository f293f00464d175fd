export { classificationTree, fitClassificationTree, leavesOf, predictClasses } from './classification-tree';
export type { ClassifiedRows } from './classification-tree';
export { classificationTreeDefaults, classificationTreeLimits } from './classification-tree.params';
export type { ClassificationTreeParams } from './classification-tree.params';
export { majorityOf, treeFromJson, treeToJson } from './classification-tree.state';
export type { ClassificationTree } from './classification-tree.state';
export { treePaths } from './tree-paths';
export type { FeatureInterval, TreePath } from './tree-paths';
export { treesErrors } from './trees-errors';
