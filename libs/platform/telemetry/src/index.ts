export { openLogger } from './pino-logger';
export type { LoggerOptions } from './pino-logger';
