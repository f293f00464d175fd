export { threadRunner } from './thread-runner';
export type { ThreadRunnerOptions } from './thread-runner';
export { openCompute, serveThread } from '@kohort/platform-compute';
