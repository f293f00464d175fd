export { manualClock, systemClock } from './clock';
export type { Clock, ManualClock } from './clock';
export { seededRandom, shuffle } from './random';
export type { Random } from './random';
