export { openSpool } from './spool';
export type { Spool, SpoolOptions } from './spool';
export { openHandedDownSpool } from './handed-down-spool';
export type { HandedDownOptions } from './handed-down-spool';
export { takeFolder } from './folder-owner';
export { spoolErrors } from './spool-errors';
