export { startDoor } from './door';
export type { Door, DoorOptions } from './door';
export type { DoorKeys } from './door-request';
export { doorErrors } from './errors';
export { locateEngine } from './locate-engine';
export { runDoorChild, spawnDoor } from './spawn-door';
export type { DoorChildOptions, SpawnDoorOptions, SpawnedDoor } from './spawn-door';
export type { QueryLimits } from './statement-session';
