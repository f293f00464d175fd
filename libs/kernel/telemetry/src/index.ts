export { LOG_FIELDS, silentLogger } from './logger.port';
export type { LogFields, LogLevel, Logger } from './logger.port';
