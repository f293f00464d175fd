export { locateBinaries } from './binaries';
export type { PostgresBinaries } from './binaries';
export { embeddedErrors } from './embedded-errors';
export type { RootMode } from './identity';
export { startPostgres } from './start-postgres';
export type { RunningPostgres, StartPostgresOptions } from './start-postgres';
export { startTemporaryPostgres } from './temporary-postgres';
export type { Prepared } from './temporary-postgres';
