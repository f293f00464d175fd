export * from './ids';
export type { Json, JsonObject } from './json';
export type { JobControl, Progress } from './progress';
