export { PROPENSITY_THREAD, propensityHandlers } from './propensity-handlers';
export type { PropensityParts } from './propensity-handlers';
