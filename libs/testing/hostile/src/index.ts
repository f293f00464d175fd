export { hostileEvents } from './hostile-events';
export type { HostileEvent } from './hostile-events';
export { hostileJson, hostileText, mutateBytes, mutateText } from './hostile-values';
