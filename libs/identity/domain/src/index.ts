export { isBlockedIdentifier } from './blocked-values';
export { compareCodePoints } from './compare-code-points';
export { DEFAULT_POLICY, identifierKey, identifiersOfEvent } from './event-identifiers';
export type { IdentityPolicy } from './event-identifiers';
export { identifiersOf, identityDecision, resolveBatch } from './resolve-batch';
