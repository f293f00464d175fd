import { isAppError } from '@kohort/kernel-errors';
import { parseScopes, requireGrantable, requireScope } from './scopes';
import { LAST_USED_THROTTLE_MS, verifyKey, type StoredApiKey } from './verify-key';

const digest = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const stored: StoredApiKey = {
  id: 'k1',
  digest: digest(1),
  scopes: ['graphql:read'],
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return isAppError(thrown) ? thrown.code : 'other';
  }
  return 'none';
}

describe('verifyKey', () => {
  it('answers the scopes of the matching key', () => {
    const other = { ...stored, id: 'k2', digest: digest(2), scopes: ['ingest:write'] };
    expect(verifyKey([stored, other], digest(2), 0)).toEqual({ id: 'k2', scopes: ['ingest:write'], touch: true });
  });

  it('refuses unknown, expired and revoked keys with one code', () => {
    expect(codeOf(() => verifyKey([stored], digest(3), 0))).toBe('ACCESS_KEY_REFUSED');
    expect(codeOf(() => verifyKey([], digest(1), 0))).toBe('ACCESS_KEY_REFUSED');
    expect(codeOf(() => verifyKey([{ ...stored, revokedAt: 5 }], digest(1), 6))).toBe('ACCESS_KEY_REFUSED');
    expect(codeOf(() => verifyKey([{ ...stored, expiresAt: 10 }], digest(1), 10))).toBe('ACCESS_KEY_REFUSED');
    expect(codeOf(() => verifyKey([{ ...stored, expiresAt: 10 }], digest(1), 9))).toBe('none');
  });

  it('asks for last_used_at once a minute at most', () => {
    const at = (lastUsedAt: number) => verifyKey([{ ...stored, lastUsedAt }], digest(1), 100_000).touch;
    expect(at(100_000 - LAST_USED_THROTTLE_MS)).toBe(true);
    expect(at(100_001 - LAST_USED_THROTTLE_MS)).toBe(false);
  });
});

describe('scopes', () => {
  it('are a closed list', () => {
    expect(parseScopes(['graphql:read', 'graphql:read'])).toEqual(['graphql:read']);
    expect(codeOf(() => parseScopes(['graphql:all']))).toBe('ACCESS_SCOPE_UNKNOWN');
  });

  it('are asked for, and cannot be handed on by a key that lacks them', () => {
    expect(codeOf(() => requireScope(['graphql:read'], 'graphql:write'))).toBe('ACCESS_SCOPE_MISSING');
    expect(codeOf(() => requireScope(['graphql:read'], 'graphql:read'))).toBe('none');
    expect(codeOf(() => requireGrantable(['keys:write'], ['graphql:read']))).toBe('ACCESS_SCOPE_NOT_HELD');
    expect(codeOf(() => requireGrantable(['keys:write', 'graphql:read'], ['graphql:read']))).toBe('none');
  });
});
