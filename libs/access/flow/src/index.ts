export { keyRing } from './key-ring.flow';
export type { Caller, KeyRing, KeyRingParts, WriteOrigin } from './key-ring.flow';
