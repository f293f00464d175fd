export { compareCodePoints } from './compare-code-points';
export { identifiersOf, identityDecision, resolveBatch, storedDecision } from './graph/resolve-batch';
export { isBlockedIdentifier } from './rules/blocked-values';
export { CompiledRules } from './rules/compile-rules';
export { identifierKey, identifiersOfEvent } from './rules/event-identifiers';
export { DEFAULT_RULES, RECOMMENDED_RULES, identityErrors, parseIdentityRules } from './rules/identity-rules';
