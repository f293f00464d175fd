export { accessErrors } from './access.errors';
export { keyOfAuthorization } from './credentials';
export { hashKey, mintKey, parseKey, sameDigest } from './keys';
export type { KeyKind, ParsedKey } from './keys';
export { SCOPES, isScope, parseScopes, requireGrantable, requireScope } from './scopes';
export type { Scope } from './scopes';
export { LAST_USED_THROTTLE_MS, verifyKey } from './verify-key';
export type { StoredApiKey, VerifiedKey } from './verify-key';
