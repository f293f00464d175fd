export { supervise } from './supervise';
export type { Supervised, SupervisorOptions } from './supervise';
export { joinSupervisor } from './supervised-worker';
export type { SupervisedWorker } from './supervised-worker';
export type { Entrance } from './entrance';
export { supervisorErrors } from './supervisor-errors';
