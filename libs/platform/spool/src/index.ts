export { openSpool } from './spool';
export type { Spool, SpoolOptions } from './spool';
export { spoolErrors } from './spool-errors';
