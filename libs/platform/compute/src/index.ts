export { computeErrors, openCompute } from './compute';
export type { Compute, ComputeOptions } from './compute';
export { serveThread } from './serve-thread';
