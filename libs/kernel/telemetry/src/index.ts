export { LOG_FIELDS, silentLogger } from './logger.port';
export type { LogFields, Logger } from './logger.port';
