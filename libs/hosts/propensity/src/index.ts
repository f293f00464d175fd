export { PROPENSITY_THREAD, propensityHandlers } from './propensity-handlers';
export type { PropensityParts } from './propensity-handlers';
export { startPropensityWorker } from './start-propensity-worker';
export type { PropensityWorkerOptions } from './start-propensity-worker';
