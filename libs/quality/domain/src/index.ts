export { qualityErrors } from './quality-errors';
