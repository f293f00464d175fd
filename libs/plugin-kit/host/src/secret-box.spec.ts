import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { createSecretBox } from './secret-box';

const key = (fill: number): Uint8Array => Buffer.alloc(32, fill);
const place = {
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  destinationKey: 'hook',
};
const elsewhere = { ...place, workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000002') };
const secrets = { writeKey: 'wk_demo_42', secret: 'canary-ä' };
const refused = expect.objectContaining({ code: 'SECRETS_CANNOT_BE_OPENED', kind: 'configuration' });

describe('createSecretBox', () => {
  const box = createSecretBox([key(1)]);

  it('opens what it sealed, and no two seals are alike', () => {
    const sealed = box.seal(place, secrets);
    expect(box.open(place, sealed)).toEqual(secrets);
    expect(Buffer.from(box.seal(place, secrets)).equals(Buffer.from(sealed))).toBe(false);
    expect(Buffer.from(sealed).includes('canary')).toBe(false);
  });

  it('opens for the same workspace and destination only', () => {
    const sealed = box.seal(place, secrets);
    expect(() => box.open(elsewhere, sealed)).toThrow(refused);
    expect(() => box.open({ ...place, destinationKey: 'other' }, sealed)).toThrow(refused);
  });

  it('refuses every single flipped bit, and every cut', () => {
    const sealed = Buffer.from(box.seal(place, secrets));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => box.open(place, changed)).toThrow(refused);
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => box.open(place, sealed.subarray(0, length))).toThrow(refused);
  });

  it('takes a new key while the old one still opens, and moves seals to it', () => {
    const old = box.seal(place, secrets);
    const both = createSecretBox([key(2), key(1)]);
    const moved = both.rewrap(place, old);
    expect(both.open(place, old)).toEqual(secrets);
    expect(createSecretBox([key(2)]).open(place, moved)).toEqual(secrets);
    expect(() => createSecretBox([key(2)]).open(place, old)).toThrow(refused);
    expect(both.rewrap(place, moved)).toBe(moved);
    expect(() => both.rewrap(elsewhere, old)).toThrow(refused);
  });

  it.each([[[]], [[Buffer.alloc(31)]], [[key(1), Buffer.alloc(16)]]])('refuses keys that are too short: %#', (keys) => {
    expect(() => createSecretBox(keys)).toThrow(expect.objectContaining({ code: 'SECRETS_KEY_TOO_SHORT' }));
  });
});
