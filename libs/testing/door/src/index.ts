export { ChangeWorld } from './change-world';
export type { State } from './change-world';
export { startDoorDatabase } from './door-database';
export type { DoorDatabase } from './door-database';
export { startDoorProcess } from './door-process';
export type { DoorProcess } from './door-process';
