export { computeErrors, openCompute } from './compute';
export type { Compute, ComputeOptions } from './compute';
export { serveThread } from './serve-thread';
export { serveQuestions } from './serve-questions';
export type { Answered } from './serve-questions';
export { openThreadService } from './thread-service';
export type { AskOptions, ThreadService, ThreadServiceOptions } from './thread-service';
