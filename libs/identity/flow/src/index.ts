export { rebuildIdentities } from './rebuild-identities.flow';
export { resolveIdentities } from './resolve-identities.flow';
export type { ResolveIdentitiesDeps } from './resolve-identities.flow';
export { simulateRules } from './simulate-rules.flow';
export type { IdentityRulesPorts } from './simulate-rules.flow';
export { linkProfiles } from './link-profiles.flow';
export type { LinkProfilesPorts } from './link-profiles.flow';
