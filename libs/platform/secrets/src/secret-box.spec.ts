import { randomBytes } from 'node:crypto';
import { openSecretBox } from './secret-box';

describe('the secret box', () => {
  const box = openSecretBox(randomBytes(32));
  const secrets = { secret: 'whsec_abc', nested: { token: 'ü' } };

  it('opens what it sealed, and never seals twice alike', () => {
    const one = box.seal('ws|webhook|d1', secrets);
    expect(box.open('ws|webhook|d1', one)).toEqual(secrets);
    expect(box.seal('ws|webhook|d1', secrets).equals(one)).toBe(false);
    expect(one.toString('latin1')).not.toContain('whsec');
  });

  it('refuses every flipped bit, every cut, another place and another key', () => {
    const sealed = box.seal('ws|webhook|d1', secrets);
    for (let i = 0; i < sealed.length * 8; i += 1) {
      const bad = Buffer.from(sealed);
      bad[i >> 3] = (bad[i >> 3] ?? 0) ^ (1 << (i & 7));
      expect(() => box.open('ws|webhook|d1', bad)).toThrow(expect.objectContaining({ code: 'SECRETS_NOT_OPENED' }));
    }
    for (let n = 0; n < sealed.length; n += 1) expect(() => box.open('ws|webhook|d1', sealed.subarray(0, n))).toThrow();
    expect(() => box.open('ws|webhook|d2', sealed)).toThrow();
    expect(() => openSecretBox(randomBytes(32)).open('ws|webhook|d1', sealed)).toThrow();
  });
});
