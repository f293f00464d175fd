export { adr } from './adr-kind.mjs';
export { estimator } from './estimator-kind.mjs';
export { flow } from './flow-kind.mjs';
export { plugin } from './plugin-kind.mjs';
export { source } from './source-kind.mjs';
