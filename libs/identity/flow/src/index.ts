export { resolveIdentities } from './resolve-identities.flow';
export type { ResolveIdentitiesDeps } from './resolve-identities.flow';
