import { hashKey, mintKey } from '@kohort/access-domain';
import { manualClock } from '@kohort/kernel-clock-random';
import { sourceIdSchema, workspaceIdSchema, type AccessPort, type ApiKeyRecord } from '@kohort/kernel-contracts';
import { keyRing } from './key-ring.flow';

const ours = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const theirs = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000002');
const sourceId = sourceIdSchema.parse('00000000-0000-4000-8000-0000000000aa');
const pepper = Buffer.from('pepper');
const apiKey = mintKey('api', ours, new Uint8Array(32).fill(1));
const writeKey = mintKey('write', ours, new Uint8Array(32).fill(2));

function ring(record: Partial<ApiKeyRecord> = {}) {
  const stored: ApiKeyRecord = {
    id: 'k1',
    digest: hashKey(apiKey, pepper),
    scopes: ['graphql:read'],
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...record,
  };
  const seen = { reads: 0, touched: 0, stored };
  const access: AccessPort = {
    apiKeys: async (workspaceId) => {
      seen.reads += 1;
      return workspaceId === ours ? [seen.stored] : [];
    },
    writeKeys: async (workspaceId) => {
      seen.reads += 1;
      return workspaceId === ours ? [{ sourceId, digest: hashKey(writeKey, pepper) }] : [];
    },
    touchApiKey: async () => {
      seen.touched += 1;
    },
  };
  const clock = manualClock(1_000_000);
  return { seen, clock, access, keys: keyRing({ access, pepper, clock, cacheMs: 10_000 }) };
}

describe('keyRing', () => {
  it('knows a caller, looks up once in the time allowed, and notes the use', async () => {
    const { keys, seen, clock } = ring();
    const caller = { workspaceId: ours, keyId: 'k1', scopes: ['graphql:read'] };
    expect(await keys.caller(apiKey)).toEqual(caller);
    expect(await keys.caller(apiKey)).toEqual(caller);
    expect(seen).toMatchObject({ reads: 1, touched: 1 });
    clock.advance(10_000);
    await keys.caller(apiKey);
    expect(seen.reads).toBe(2);
  });

  it('sees a revocation at once where it asks the store, and after the cache elsewhere', async () => {
    const { keys, seen, clock } = ring();
    await keys.caller(apiKey);
    seen.stored = { ...seen.stored, revokedAt: 1 };
    await expect(keys.callerNow(apiKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
    clock.advance(10_000);
    await expect(keys.caller(apiKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });

  it('keeps the two kinds of keys apart', async () => {
    const { keys } = ring();
    expect(await keys.writeOrigin(writeKey)).toEqual({ workspaceId: ours, sourceId });
    await expect(keys.caller(writeKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
    await expect(keys.writeOrigin(apiKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });

  it('knows a write key on while the store is away, for a time; asks once for calls that come together', async () => {
    const { seen, clock, access } = ring();
    let isAway = false;
    const keys = keyRing({
      ...{ pepper, clock, cacheMs: 10_000, staleMs: 60_000 },
      access: {
        ...access,
        writeKeys: async (workspaceId) => {
          if (isAway) throw new Error('connect ECONNREFUSED');
          return access.writeKeys(workspaceId);
        },
      },
    });
    const origin = { workspaceId: ours, sourceId };
    expect(await Promise.all([1, 2, 3].map(() => keys.writeOrigin(writeKey)))).toEqual([origin, origin, origin]);
    expect(seen.reads).toBe(1);
    isAway = true;
    clock.advance(69_999);
    expect(await keys.writeOrigin(writeKey)).toEqual(origin);
    const other = mintKey('write', ours, new Uint8Array(32).fill(3));
    await expect(keys.writeOrigin(other)).rejects.toThrow('ECONNREFUSED');
    clock.advance(1);
    await expect(keys.writeOrigin(writeKey)).rejects.toThrow('ECONNREFUSED');
  });

  it('refuses a write key that was taken back as soon as its answer has aged', async () => {
    const { seen, clock, access } = ring();
    let isKept = true;
    const keys = keyRing({
      ...{ pepper, clock, cacheMs: 10_000, staleMs: 60_000 },
      access: { ...access, writeKeys: async (workspaceId) => (isKept ? access.writeKeys(workspaceId) : []) },
    });
    const origin = { workspaceId: ours, sourceId };
    expect(await keys.writeOrigin(writeKey)).toEqual(origin);
    isKept = false;
    clock.advance(9_999);
    expect(await keys.writeOrigin(writeKey)).toEqual(origin);
    clock.advance(1);
    await expect(keys.writeOrigin(writeKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
    await expect(keys.writeOrigin(writeKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
    expect(seen.reads).toBe(1);
  });

  it('refuses a secret of one workspace under the name of another', async () => {
    const { keys } = ring();
    const moved = mintKey('api', theirs, new Uint8Array(32).fill(1));
    await expect(keys.caller(moved)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });
});
