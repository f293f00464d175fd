export { source } from './plugin';
