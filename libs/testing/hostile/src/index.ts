export { damageData } from './damage-data';
export { fuzzedData, fuzzedJson, fuzzedText } from './fuzz-inputs';
export { fuzzParser } from './fuzz-parser';
export type { Fuzzed, Fuzzing } from './fuzz-parser';
export { fuzzSettings } from './fuzz-settings';
export { hostileEvents } from './hostile-events';
export type { HostileEvent } from './hostile-events';
export { hostileJson, hostileText, mutateBytes, mutateText } from './hostile-values';
