export { kmeans, kmeansDistances } from './kmeans/kmeans';
export type { FittedKmeans } from './kmeans/kmeans';
export { kmeansDefaults, kmeansLimits } from './kmeans/kmeans.params';
export type { KmeansParams, KmeansStart } from './kmeans/kmeans.params';
export { kmeansFromJson, kmeansToJson } from './kmeans/kmeans.state';
export type { KmeansState } from './kmeans/kmeans.state';
