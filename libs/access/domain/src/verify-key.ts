import { accessErrors } from './access.errors';
import { sameDigest } from './keys';
import { parseScopes, type Scope } from './scopes';

/** An API key as it is stored. Times are epoch milliseconds. */
export interface StoredApiKey {
  readonly id: string;
  readonly digest: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** What a caller may do, after their key was found good. */
export interface VerifiedKey {
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** True when `last_used_at` is older than the throttle and should be written anew. */
  readonly touch: boolean;
}

/** `last_used_at` is written at most once in this time, so that a busy key does not cost a write a request. */
export const LAST_USED_THROTTLE_MS = 60_000;

/**
 * Finds the stored key with this digest and judges it. Every candidate is compared, the match included, so that the
 * time taken does not depend on which one it was.
 *
 * Ties    the first of two equal digests
 * Throws  ACCESS_KEY_REFUSED when there is none, when it has expired or was revoked
 */
export function verifyKey(candidates: readonly StoredApiKey[], digest: Uint8Array, nowMs: number): VerifiedKey {
  let found: StoredApiKey | undefined;
  for (const candidate of candidates) {
    if (sameDigest(candidate.digest, digest) && found === undefined) found = candidate;
  }
  if (found === undefined || found.revokedAt !== null) throw accessErrors.ACCESS_KEY_REFUSED();
  if (found.expiresAt !== null && found.expiresAt <= nowMs) throw accessErrors.ACCESS_KEY_REFUSED();
  return {
    id: found.id,
    scopes: parseScopes(found.scopes),
    touch: found.lastUsedAt === null || nowMs - found.lastUsedAt >= LAST_USED_THROTTLE_MS,
  };
}
