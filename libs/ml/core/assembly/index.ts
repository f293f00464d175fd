export { centreRows, columnSums } from './columns';
export { kmeansAssign, kmeansInertia } from './kmeans';
export { kmeansTrials, kmeansClosest } from './kmeans-init';
export { nanDistances } from './nan-distances';
export { log1pValues, powerValues, squaresAbout, yeoJohnson } from './powers';
export { crossProducts, projectRows } from './products';
export { silhouette } from './silhouette';
