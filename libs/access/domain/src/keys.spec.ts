import fc from 'fast-check';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { fromBase62, toBase62 } from './base62';
import { keyOfAuthorization } from './credentials';
import { hashKey, mintKey, parseKey, sameDigest, type KeyKind } from './keys';

const workspaces = fc.uuid().map((id): WorkspaceId => workspaceIdSchema.parse(id));
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const kinds = fc.constantFrom<KeyKind>('api', 'write');
const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return isAppError(thrown) ? thrown.code : 'other';
  }
  return 'none';
}

describe('keys', () => {
  it('carry kind and workspace, and are 75 characters for every secret', () => {
    fc.assert(
      fc.property(kinds, workspaces, secrets, (kind, workspace, secret) => {
        const text = mintKey(kind, workspace, secret);
        expect(text).toMatch(kind === 'api' ? /^khk_[0-9A-Za-z]{71}$/ : /^khw_[0-9A-Za-z]{71}$/);
        expect(parseKey(text)).toEqual({ kind, workspaceId: workspace, text });
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('refuse every single-character change before anything is looked up', () => {
    const text = mintKey('api', workspaceId, new Uint8Array(32).fill(9));
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'a' ? 'b' : 'a';
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(codeOf(() => parseKey(changed))).toBe('ACCESS_KEY_MALFORMED');
    }
    expect(codeOf(() => parseKey(text.slice(0, -1)))).toBe('ACCESS_KEY_MALFORMED');
    expect(codeOf(() => parseKey(''))).toBe('ACCESS_KEY_MALFORMED');
  });

  it('need 256 random bits', () => {
    expect(codeOf(() => mintKey('api', workspaceId, new Uint8Array(31)))).toBe('ACCESS_RANDOM_TOO_SHORT');
  });

  it('hash differently under another pepper', () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    expect(sameDigest(hashKey('khk_x', one), hashKey('khk_x', one))).toBe(true);
    expect(sameDigest(hashKey('khk_x', one), hashKey('khk_x', two))).toBe(false);
    expect(sameDigest(new Uint8Array(3), new Uint8Array(4))).toBe(false);
  });
});

describe('base62', () => {
  it('gives back the bytes it was given, leading zeros included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        expect([...fromBase62(toBase62(bytes), bytes.length)]).toEqual([...bytes]);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('refuses foreign characters and numbers that are too large', () => {
    expect(codeOf(() => fromBase62('a-', 2))).toBe('ACCESS_KEY_MALFORMED');
    expect(codeOf(() => fromBase62('zz', 1))).toBe('ACCESS_KEY_MALFORMED');
  });
});

describe('keyOfAuthorization', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  it.each([
    ['Bearer khk_1', 'khk_1'],
    ['bearer khk_1', 'khk_1'],
    [basic('khw_1:'), 'khw_1'],
    [basic('khw_1'), 'khw_1'],
    [basic('khw_1:ignored'), 'khw_1'],
    [basic(':x'), null],
    ['Digest khk_1', null],
    ['Bearer', null],
    [undefined, null],
  ])('reads %s', (header, key) => {
    expect(keyOfAuthorization(header)).toBe(key);
  });
});
