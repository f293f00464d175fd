export { centreRows, columnSums } from './columns';
export { kmeansAssign, kmeansInertia } from './kmeans';
export { kmeansTrials, kmeansClosest } from './kmeans-init';
export { silhouette } from './silhouette';
